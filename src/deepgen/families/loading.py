"""Building a family by name, and model files that load without a configuration."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deepgen.contracts import Model, Objective
from deepgen.data.coordinates import build_space
from deepgen.errors import DeepgenError
from deepgen.tensors import read_tensors, write_tensors

IDENTITY = ("model", "model_space")  # sections of the settings that a model file belongs to


def build_model(settings: dict[str, Any], shape: Sequence[int]) -> Model:
    """The model of `settings["model"]["family"]` in its space, with parameters not yet drawn.

    A family is a folder of `deepgen.families` whose module `model` has `build(settings, shape)`.

    Args:
        settings: Resolved; the sections `model` and `model_space` are read.
        shape: Height, width and channels of an image.
    """
    module = importlib.import_module(f"deepgen.families.{settings['model']['family']}.model")
    model = module.build(settings["model"], tuple(shape))
    model.model_space = build_space(settings["model_space"], tuple(shape))
    return model


def build_objective(settings: dict[str, Any], shape: Sequence[int], model: Model) -> Objective:
    """The objective that the family's module `objective` builds from the section of this name.

    That module has `build(settings, shape, model)`; `model` is built but not initialised.
    """
    module = importlib.import_module(f"deepgen.families.{settings['model']['family']}.objective")
    return module.build(settings["objective"], tuple(shape), model)


def save_model(
    path: Path, model: Model, settings: dict[str, Any], shape: Sequence[int], code: dict[str, str]
) -> None:
    """Write a model with what is needed to build it again and the code that trained it."""
    names = (*IDENTITY, "score_space", "sampler")
    metadata = {name: settings[name] for name in names if name in settings}
    metadata |= {"shape": list(shape), "code": code}
    write_tensors(path, model.state_dict(), metadata)


def load_model(path: Path) -> tuple[Model, dict[str, Any]]:
    """A model file as a model in evaluation mode, and its metadata.

    Raises:
        DeepgenError: if the file is missing, damaged, of an unknown family, or holds other tensors
            than its family has today.
    """
    tensors, metadata = read_tensors(path)
    try:
        model = build_model(metadata, metadata["shape"])
        build_space(metadata["score_space"])
        model.load_state_dict(tensors)
    except (AttributeError, ImportError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        raise DeepgenError(
            f"{path} does not fit this version of deepgen ({reason}): it holds another kind of "
            "tensors or was made by other code; train again, or check out the code that made it"
        ) from None
    return model.requires_grad_(False).eval(), metadata

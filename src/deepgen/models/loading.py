"""Building a family by name, and model files that load without a configuration."""

import importlib
from pathlib import Path
from typing import Any

import torch

from deepgen.errors import DeepgenError
from deepgen.models.base import Model
from deepgen.tensors import read_tensors, write_tensors


def build_model(settings: dict[str, Any], shape: tuple[int, ...]) -> Model:
    """The model of `settings["family"]`, with parameters not yet drawn.

    A family is a module of `deepgen.models` that has `build(settings, shape)`.
    """
    return importlib.import_module(f"deepgen.models.{settings['family']}").build(settings, shape)


def save_model(path: Path, model: Model, settings: dict[str, Any], shape, code: dict) -> None:
    """Write a model with what is needed to build it again and the code that trained it."""
    metadata = {"model": settings, "shape": list(shape), "code": code}
    write_tensors(path, model.state_dict(), metadata)


def load_model(path: Path) -> tuple[Model, dict[str, Any]]:
    """A model file as a model in evaluation mode, and its metadata.

    Raises:
        DeepgenError: if the file is missing, damaged, of an unknown family, or holds other tensors
            than its family has today.
    """
    tensors, metadata = read_tensors(path)
    try:
        model = build_model(metadata["model"], tuple(metadata["shape"]))
        model.load_state_dict(tensors)
    except (AttributeError, ImportError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        raise DeepgenError(
            f"{path} does not fit this version of deepgen ({reason}): it holds another kind of "
            "tensors or was made by other code; train again, or check out the code that made it"
        ) from None
    return model.requires_grad_(False).eval(), metadata


def load_trained(path: Path, settings: dict[str, Any], code: dict[str, str]) -> Model:
    """The model of an experiment, refused if it is another's or made by other code.

    Args:
        path: A model file.
        settings: The experiment's resolved `model` section.
        code: Fingerprints of the family's code today.

    Raises:
        DeepgenError: as `load_model`, and if settings or code differ.
    """
    model, metadata = load_model(path)
    if metadata["model"] != settings:
        raise DeepgenError(
            f"{path} holds a model with other settings than this experiment's: it belongs to "
            "another experiment; give this experiment's file, or train again"
        )
    trained = metadata.get("code", {})
    changed = [name for name in sorted(code | trained) if code.get(name) != trained.get(name)]
    if changed:
        raise DeepgenError(
            f"{path} was made by other code ({', '.join(changed)} changed since): train again, or "
            "check out the code that made it"
        )
    return model


@torch.no_grad()
def draw(model: Model, n: int, rng: torch.Generator) -> torch.Tensor:
    """`n` samples in the scoring space, float32 [n, D]."""
    return model.space.to_score(model.sample(n, rng))

"""Models of finished trainings: whole, and those that are asked for."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from deepgen.contracts import Model
from deepgen.errors import DeepgenError
from deepgen.families.loading import IDENTITY, load_model
from deepgen.sections import check_section
from deepgen.tensors import check_weights, read_metadata


class Metadata(BaseModel):
    """What a model file says of itself, as far as it is not only handed on."""

    model_config = ConfigDict(strict=True)

    model: dict[str, Any]
    model_space: dict[str, Any]
    score_space: dict[str, Any]
    sampler: dict[str, Any] = {}
    shape: list[int]
    code: dict[str, str] = {}


def load_whole(path: Path) -> tuple[Model, dict[str, Any]]:
    """As `load_model`, of a file whose weights can be used as they are.

    Raises:
        DeepgenError: also if the metadata are not of a model, or a weight is of another type than
            the family's or is not finite: it would be converted, or spoil every sample.
    """
    check_section(Metadata, read_metadata(path), f"{path} is no model file of deepgen")
    model, metadata = load_model(path)
    check_weights(path, model.state_dict())
    return model, metadata


def load_trained(path: Path, settings: dict[str, Any], code: dict[str, str]) -> Model:
    """The model of an experiment, refused if it is another's or made by other code.

    Args:
        path: A model file.
        settings: Resolved, with the experiment's sections `model` and `model_space`.
        code: Fingerprints of the family's code today.

    Raises:
        DeepgenError: as `load_whole`, and if settings or code differ.
    """
    model, metadata = load_whole(path)
    if any(metadata[name] != settings[name] for name in IDENTITY):
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

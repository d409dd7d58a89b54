"""Models of finished trainings, checked to be those that are asked for."""

from pathlib import Path
from typing import Any

from deepgen.contracts import Model
from deepgen.errors import DeepgenError
from deepgen.families.loading import IDENTITY, load_model


def load_trained(path: Path, settings: dict[str, Any], code: dict[str, str]) -> Model:
    """The model of an experiment, refused if it is another's or made by other code.

    Args:
        path: A model file.
        settings: Resolved, with the experiment's sections `model` and `model_space`.
        code: Fingerprints of the family's code today.

    Raises:
        DeepgenError: as `load_model`, and if settings or code differ.
    """
    model, metadata = load_model(path)
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

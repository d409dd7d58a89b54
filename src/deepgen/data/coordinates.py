"""Spaces by name, and samples on their way from the coordinates of a model to those of scores."""

import importlib
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from deepgen.contracts import Space


def build_space(settings: dict[str, Any], shape: Sequence[int] | None = None) -> Space:
    """The space that a section `model_space` or `score_space` names, not fitted yet.

    Args:
        settings: Resolved; `name` is a module of `deepgen.data.spaces` with `build(settings,
            shape)`.
        shape: Height, width and channels of an image, for a model space, whose buffers may need it.
    """
    name = settings["name"].replace("-", "_")
    return importlib.import_module(f"deepgen.data.spaces.{name}").build(settings, shape)


def to_score(y: Tensor, model_space: Space, score_space: Space) -> Tensor:
    """Samples y [n, D] of a model space in the scoring space, [n, D]; unclipped."""
    if model_space.settings == score_space.settings:
        return y
    return score_space.from_pixels(model_space.to_pixels(y))

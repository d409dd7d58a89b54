"""Images along straight lines in z space."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("interpolation", "history")


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """One row a line, its two ends at the left and the right.

    Args:
        inputs: `interpolation`, a mapping whose `images` are float32 [rows, steps, D]; `history`,
            one row an epoch, for the caption.
        settings: `shape` [H, W, C] and `space`.

    Raises:
        DeepgenError: for an array of another shape.
    """
    lines = _lines(inputs)
    rows, steps = lines.shape[:2]
    shape = settings["shape"]
    lines = style.displayed(lines, settings["space"])
    images = style.pictures(lines.reshape(rows * steps, -1), shape).reshape(rows, steps, *shape)
    figure, axes = style.picture_figure(images, gap=1, width=6)
    right = axes.get_xlim()[1]
    label = {"va": "bottom", "fontsize": 9}
    axes.text(1, -1, "one draw of z", ha="left", **label)
    axes.text(right - 1, -1, "another", ha="right", **label)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen, with the seed of the end points."""
    rows, steps = _lines(inputs).shape[:2]
    chosen = settings.get("interpolation", {})
    ends = f" (seed {chosen['seed']})" if "seed" in chosen else ""
    source = style.source(settings, inputs["history"])
    return (
        f"{settings.get('instead', '')}{source}. {style.count(rows, 'row')} of {steps} images, "
        "each decoded from evenly spaced points on the straight line in z space between two random "
        "draws"
        f"{ends}; the draws are at the ends and were not chosen.{style.brightness(settings)}"
    )


def _lines(inputs: dict[str, Any]) -> np.ndarray:
    lines = inputs["interpolation"]["images"]
    if lines.ndim != 3 or not lines.size:
        raise DeepgenError(
            f"interpolation has shape {list(lines.shape)} where [rows, steps, D] is expected: "
            "run deepgen study again"
        )
    return lines

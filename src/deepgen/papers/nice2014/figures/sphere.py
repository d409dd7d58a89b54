"""Figure 7: images on a sphere in the space of codes."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("sphere", "history")


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """One row a latitude, one column a longitude.

    Args:
        inputs: `sphere`, a mapping whose `images` are float32 [rows, columns, D] and whose `radius`
            is a number; `history`, one row an epoch, for the caption.
        settings: `shape` [H, W, C] and `space`.

    Raises:
        DeepgenError: for an array of another shape.
    """
    images = _images(inputs)
    shape, grid = settings["shape"], images.shape[:2]
    values = style.displayed(images.reshape(-1, images.shape[2]), settings["space"])
    pictures = style.pictures(values, shape).reshape(*grid, *shape)
    return style.picture_figure(pictures, gap=1, top=0.1, width=6)[0]


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What the sphere is, and what a reader cannot see: its radius."""
    begin = settings.get("instead", "") + style.source(settings, inputs["history"])
    rows, columns = _images(inputs).shape[:2]
    own, radius = settings["sphere"], float(inputs["sphere"]["radius"])
    typical = "" if "radius" in own else ", the root mean square norm of draws of the prior"
    return (
        f"{begin}. A sphere of two dimensions in the space of "
        f"codes, in three random directions (seed {own['seed']}) and of radius {radius:.3g}"
        f"{typical}, decoded: {rows} latitudes from pole to pole, {columns} longitudes around, so "
        "that a row goes on at its other end (appendix A.1, which does not state the radius)."
        f"{style.brightness(settings)}"
    )


def _images(inputs: dict[str, Any]) -> np.ndarray:
    images = inputs["sphere"]["images"]
    if images.ndim != 3 or not images.size:
        raise DeepgenError(
            f"sphere has images of shape {list(images.shape)} where [rows, columns, D] is "
            "expected: run deepgen study again"
        )
    return images

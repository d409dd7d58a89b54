"""Successive samples of Markov chains, whose likeness shows how fast the chains mix."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("samples", "history")
ROWS, COLUMNS = 10, 20


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """Twenty samples a row, from left to right; a row goes on where the one above ends, or is
    another chain.

    Args:
        inputs: `samples`, float32 [n, D], those of a chain one after the other; `history`, one row
            an epoch, for the caption.
        settings: `shape` [H, W, C], `space`, `sampler` and what `style.source` needs.

    Raises:
        DeepgenError: for no samples, or images of another shape.
    """
    shape, samples = settings["shape"], inputs["samples"]
    shown = samples[_chosen(len(samples), settings["sampler"])]
    rows, columns = shown.shape[:2]
    pixels = style.displayed(shown.reshape(rows * columns, -1), settings["space"], samples)
    images = style.pictures(pixels, shape).reshape(rows, columns, *shape)
    return style.picture_figure(images, gap=1, top=0.1, width=5.5)[0]


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """Whose chains they are, and how far apart in them the samples lie."""
    n, sampler = len(inputs["samples"]), settings["sampler"]
    rows = len(_chosen(n, sampler))
    going_on = _length(n, sampler) >= ROWS * COLUMNS
    where = "rows go on from one to the next" if going_on else "each row is another chain"
    return (
        f"{style.source(settings, inputs['history'])}. Successive samples of "
        f"{'a Markov chain' if going_on else style.count(rows, 'Markov chain')}, from left to "
        f"right ({where}): {style.of_chain(sampler)}; every sample that was kept is shown."
        f"{style.brightness(settings)}"
    )


def _length(n: int, sampler: dict[str, Any]) -> int:
    return -(-n // sampler["chains"])


def _chosen(n: int, sampler: dict[str, Any]) -> np.ndarray:
    """Numbers of the samples that are shown, [rows, columns]."""
    if not n:
        raise DeepgenError("chain shows samples, but there are none: draw some")
    length = _length(n, sampler)
    if length >= ROWS * COLUMNS:
        return np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    columns = min(length, COLUMNS)
    rows = max(1, min(ROWS, (n - columns) // length + 1))
    return length * np.arange(rows)[:, None] + np.arange(min(columns, n))

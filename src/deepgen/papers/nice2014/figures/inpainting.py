"""Figure 6: test images, what is left of them, and what the ascent makes of that."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.papers.nice2014.inpainting import MASKS, rates
from deepgen.report.wording import listed

INPUTS = ("inpainting", "history")
BLOCKS = {"images": "test images", "start": "start", "end": "after the ascent"}


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """Three blocks side by side, one row a mask.

    Args:
        inputs: `inpainting`, a mapping whose `images`, `start` and `end` are float32 [masks, n, D];
            `history`, one row an epoch, for the caption.
        settings: `shape` [H, W, C] and `space`.

    Raises:
        DeepgenError: for an array of another shape.
    """
    blocks = [_block(inputs, name) for name in BLOCKS]
    rows, columns = blocks[0].shape[:2]
    values = np.concatenate(blocks, 1)
    shape = settings["shape"]
    images = style.pictures(values.reshape(-1, values.shape[2]), shape)
    images = images.reshape(rows, 3 * columns, *shape)
    figure, axes = style.picture_figure(images, gap=1, width=7.5)
    step = columns * (shape[1] + 1)
    for i, words in enumerate(BLOCKS.values()):
        axes.text(i * step + 1, -1, words, va="bottom", fontsize=9)
        if i:
            axes.axvline(i * step + 0.5, color=style.VERMILION, linewidth=1)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is hidden, and how it was filled in."""
    begin = settings.get("instead", "") + style.source(settings, inputs["history"])
    columns, own = _block(inputs, "images").shape[1], settings["inpainting"]
    steps = sum(1 for _ in rates(own))
    if own["schedule"] == "released":
        how = (
            f"the released schedule of {own['frames']} frames (70 in the released code, 111,895 "
            "steps), with a hundredth of an image's gradient, as its mean over 100 images has"
        )
    else:
        how = "the printed schedule, with an image's whole gradient, which may overshoot"
    return (
        f"{begin}. The first {len(MASKS) * columns} test "
        f"images, {style.count(columns, 'image')} a row, in which pixels are hidden: "
        f"{listed(list(MASKS))}, from the top. They start uniform on (0, 1) and move by "
        f"10 / (100 + i) times gradient of log p(x) plus standard Gaussian noise (section 5.2), "
        f"{steps:,} steps by {how}; the other pixels stay. Nothing was trained for it."
    )


def _block(inputs: dict[str, Any], name: str) -> np.ndarray:
    values = inputs["inpainting"][name]
    if values.ndim != 3 or len(values) != len(MASKS) or not values.size:
        raise DeepgenError(
            f"inpainting has {name} of shape {list(values.shape)} where [{len(MASKS)}, images, D] "
            "is expected: run deepgen study again"
        )
    return values

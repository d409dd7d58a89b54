"""How the same few draws change while the model trains."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("previews", "history")


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """One row a snapshot, labelled with its epoch; one column a draw.

    Args:
        inputs: `previews`, float32 [snapshots, n, H, W, C], the first at epoch 0; `history`, one
            row an epoch.
        settings: `preview_epochs`: the epochs that have a snapshot, as the last one has, if the
            training reached them; `space`.

    Raises:
        DeepgenError: if snapshots and epochs differ in number.
    """
    epochs = _epochs(inputs, settings)
    sheets = [style.displayed(sheet, settings["space"]) for sheet in inputs["previews"]]
    images = np.clip(np.stack(sheets), 0, 1)
    figure, axes = style.picture_figure(images, gap=1, left=0.75, top=0.1)
    height = images.shape[2] + 1
    for row, epoch in enumerate(epochs):
        middle = 0.5 + (row + 0.5) * height
        axes.text(-2, middle, f"epoch {epoch}", va="center", ha="right", fontsize=8)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen and from when to when."""
    epochs = _epochs(inputs, settings)
    draws = style.count(inputs["previews"].shape[1], "random draw")
    return (
        f"{style.training(settings)}, while it trains: the same {draws} of z in every row, from "
        f"epoch 0 (before the first update) to epoch {epochs[-1]}, whichever checkpoint is kept."
        f"{style.brightness(settings).replace('a sheet', 'a row')}"
    )


def _epochs(inputs: dict[str, Any], settings: dict[str, Any]) -> list[int]:
    last = int(inputs["history"]["epoch"].max())
    epochs = [0, *sorted({e for e in settings["preview_epochs"] if e < last}), last]
    if inputs["previews"].ndim != 5 or len(inputs["previews"]) != len(epochs):
        raise DeepgenError(
            f"previews of shape {list(inputs['previews'].shape)} do not hold the {len(epochs)} "
            f"snapshots that {last} epochs give: run the training again"
        )
    return epochs

"""How the same few draws change while the model trains."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("previews", "history")
MOST = 12  # rows, so that a page shows them all


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """One row a snapshot, labelled with its epoch; one column a draw.

    Of more than `MOST` snapshots the first and the last are shown, and others evenly between them.

    Args:
        inputs: `previews`, float32 [snapshots, n, H, W, C], the first at epoch 0; `history`, one
            row an epoch.
        settings: `preview_epochs`: the epochs that have a snapshot, as the last one has, if the
            training reached them; `space`.

    Raises:
        DeepgenError: if snapshots and epochs differ in number.
    """
    epochs = _epochs(inputs, settings)
    sheets = [style.displayed(inputs["previews"][row], settings["space"]) for row in epochs]
    images = np.clip(np.stack(sheets), 0, 1)
    figure, axes = style.picture_figure(images, gap=1, left=0.75, top=0.1)
    height = images.shape[2] + 1
    for row, epoch in enumerate(epochs.values()):
        middle = 0.5 + (row + 0.5) * height
        axes.text(-2, middle, f"epoch {epoch:,}", va="center", ha="right", fontsize=8)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen and from when to when."""
    first, *_, last = _epochs(inputs, settings).values()
    draws = style.count(inputs["previews"].shape[1], "random draw")
    if settings.get("sampler"):
        draws = style.count(inputs["previews"].shape[1], "sample") + " from the same noise"
    else:
        draws += " of z"
    return (
        f"{style.training(settings)}, while it trains: the same {draws} in every row, from "
        f"epoch {first} (before the first update) to epoch {last:,}, the last one, whichever "
        "checkpoint is kept."
        f"{style.brightness(settings).replace('a sheet', 'a row')}"
    )


def _epochs(inputs: dict[str, Any], settings: dict[str, Any]) -> dict[int, int]:
    """{snapshot: its epoch} of those that are shown."""
    last = int(inputs["history"]["epoch"].max())
    epochs = [0, *sorted({e for e in settings["preview_epochs"] if e < last}), last]
    if inputs["previews"].ndim != 5 or len(inputs["previews"]) != len(epochs):
        raise DeepgenError(
            f"previews of shape {list(inputs['previews'].shape)} do not hold the {len(epochs)} "
            f"snapshots that {last} epochs give: run the training again"
        )
    rows = np.linspace(0, len(epochs) - 1, min(MOST, len(epochs))).round().astype(int)
    return {row: epochs[row] for row in rows.tolist()}

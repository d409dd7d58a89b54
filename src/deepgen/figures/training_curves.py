"""A training over its epochs: losses and what else the objective measures."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.report.wording import often

INPUTS = ("history",)
NAMES = {"d_real": "D(x), training images", "d_fake": "D(G(z)), samples"}
PLAYERS = {"loss_model": "generator", "loss_objective": "discriminator"}  # where there is a D
TITLES = {"nll": "−log p(y) of minibatches (nats)"}
# Columns of the time, of what schedules give and of validation scores, which learning_curve shows
NOT_SHOWN = ("epoch", "update", "learning_rate", "momentum", "selection_", "fine_", "parzen_")
LEAST_SPAN = 0.1  # of an axis, as a fraction of its largest absolute value


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """A panel each for the losses, the outputs of D and other statistics, as far as recorded.

    Args:
        inputs: `history`, one row an epoch: `epoch` and optionally `loss_*`, `d_real`, `d_fake`,
            other statistics, `selection_score`, which tells the epoch that is kept.
        settings: `at_the_end`, {column: [how it is written, value]}, values that columns come to
            if the training reaches its goal.

    Raises:
        DeepgenError: if nothing was recorded.
    """
    history = inputs["history"]
    panels = _panels(history)
    if not panels:
        raise DeepgenError(
            "the history has nothing to show: leave training_curves out of figures, or train again"
        )
    height = 0.75 + 1.75 * len(panels)
    figure = style.new_figure(6.5, height)
    bottom, top = 0.5 / height, 1 - 0.25 / height
    stack = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(left=0.12, right=0.93, bottom=bottom, top=top, hspace=0.25)
    kept = style.best_epoch(history)
    for axes, (title, columns) in zip(stack, panels, strict=True):
        _panel(axes, history, title, columns, settings["at_the_end"])
        if kept is not None:
            look = {"color": style.GREY, "linewidth": 1, "linestyle": "--", "zorder": 1}
            axes.axvline(kept, label=f"kept: epoch {kept}" if axes is stack[0] else "", **look)
        if len(axes.get_legend_handles_labels()[0]) > 1 or columns[0].startswith("loss_"):
            axes.legend(loc="upper right", ncols=3, fontsize=8, bbox_to_anchor=(1, 1.2))
    stack[-1].set_xlabel("epoch")
    stack[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen, which epoch is kept, and where the curves should end."""
    history = inputs["history"]
    kept = style.best_epoch(history)
    epochs = style.count(int(history["epoch"].max()), "epoch")
    shown = "losses and outputs of D" if "d_real" in history else "curves"
    dropout = ", with dropout on" if "d_real" in history else ""
    text = (
        f"{style.training(settings)}. {epochs} of training; {shown} are means over each epoch's "
        f"minibatches{dropout}."
    )
    known = {column for _, columns in _panels(history) for column in columns}
    if known & set(settings["at_the_end"]):
        text += " Dotted: where the curves come to if samples and data cannot be told apart."
    if kept is None:
        return text + " No validation score was taken, so the last checkpoint is kept."
    return text + (
        f" Dashed: the selected checkpoint, epoch {kept}, with the highest validation score, taken "
        f"{often(settings['selection'])}."
    )


def _panels(history: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Title and columns of every panel that has something to show."""
    known = (*NOT_SHOWN, "loss_")
    others = [name for name in history if name not in NAMES and not name.startswith(known)]
    panels = [
        ("loss (nats)", [name for name in history if name.startswith("loss_")]),
        ("output of the discriminator", [name for name in NAMES if name in history]),
        *((TITLES.get(name, name), [name]) for name in others),
    ]
    return [panel for panel in panels if panel[1] and history[panel[1]].notna().any(axis=None)]


def _panel(
    axes: Axes,
    history: pd.DataFrame,
    title: str,
    columns: list[str],
    goals: dict[str, tuple[str, float]],
) -> None:
    names = NAMES | PLAYERS if "d_real" in history else NAMES
    for number, name in enumerate(columns):
        rows = history[["epoch", name]].dropna()
        # A line through few points hides that they are few
        marker = "." if len(rows) <= 60 else ""
        label = names.get(name, name.removeprefix("loss_"))
        axes.plot(rows["epoch"], rows[name], color=style.colour(number), marker=marker, label=label)
    lines = dict(goals[name] for name in columns if name in goals)
    for text, value in lines.items():
        axes.axhline(value, color="black", linewidth=1, linestyle=":", zorder=1.5)
        axes.annotate(
            text,
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_title(title.replace("_", " "))
    axes.set_ylim(*_limits([*np.ravel(history[columns]), *lines.values()]))
    if columns[0] in NAMES:
        axes.set_ylim(-0.03, 1.03)


def _limits(values: list[float]) -> tuple[float, float]:
    """Ends of an axis that shows all values and does not magnify a curve that hardly moves."""
    low, high = np.nanmin(values), np.nanmax(values)
    span = 1.2 * max(high - low, LEAST_SPAN * np.nanmax(np.abs(values))) or 1.0
    return (low + high - span) / 2, (low + high + span) / 2

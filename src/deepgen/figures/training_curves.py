"""A training over its epochs: losses, what else the objective measures, validation score."""

from typing import Any

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
SCORE = "selection_score"
SCORES = {"validation_likelihood": "log-likelihood"}  # Parzen's otherwise
# Columns that are no measurement: the time, what schedules give, what selection notes
NOT_SHOWN = ("epoch", "update", "learning_rate", "momentum", "selection_")


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """A panel each for the losses, the outputs of D, other statistics of the objective and the
    score, as far as they were recorded.

    Args:
        inputs: `history`, one row an epoch: `epoch` and optionally `loss_*`, `d_real`, `d_fake`,
            other statistics, `selection_score` (nats; empty in epochs without a score).
        settings: `selection`.

    Raises:
        DeepgenError: if nothing was recorded.
    """
    history = inputs["history"]
    panels = _panels(history, settings)
    if not panels:
        raise DeepgenError(
            "the history has nothing to show: leave training_curves out of figures, or train again"
        )
    height = 0.75 + 1.75 * len(panels)
    figure = style.new_figure(6.5, height)
    bottom, top = 0.5 / height, 1 - 0.25 / height
    stack = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(left=0.12, right=0.97, bottom=bottom, top=top, hspace=0.25)
    for axes, (title, columns) in zip(stack, panels, strict=True):
        _panel(axes, history, title, columns)
    kept = _kept(history)
    if kept is not None:
        for axes in stack:
            axes.axvline(kept, color=style.GREY, linewidth=1, linestyle="--", zorder=1)
        score = history.loc[history["epoch"] == kept, SCORE].iloc[0]
        stack[-1].plot(kept, score, "o", color=style.ORANGE, markersize=7, zorder=3)
        right = kept > history["epoch"].max() * 0.6
        stack[-1].annotate(
            f"kept: epoch {kept}, {score:.1f} nats",
            (kept, stack[-1].get_ylim()[0]),
            xytext=(-6 if right else 6, 6),
            textcoords="offset points",
            ha="right" if right else "left",
            va="bottom",
        )
    stack[-1].set_xlabel("epoch")
    stack[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen and which epoch is kept."""
    history = inputs["history"]
    kept = _kept(history)
    epochs = style.count(int(history["epoch"].max()), "epoch")
    shown = "losses and outputs of D" if "d_real" in history else "curves"
    dropout = ", with dropout on" if "d_real" in history else ""
    text = (
        f"{style.training(settings)}. {epochs} of training; {shown} are means over each epoch's "
        f"minibatches{dropout}."
    )
    if kept is None:
        return text + " No validation score was taken, so the last checkpoint is kept."
    return text + (
        f" The score is the {_score(settings)} of held-out validation images, taken "
        f"{often(settings['selection'])}; its highest value, epoch {kept} (dashed line), marks the "
        "selected checkpoint."
    )


def _score(settings: dict[str, Any]) -> str:
    return SCORES.get(settings["selection"]["rule"], "Parzen log-likelihood")


def _panels(history: pd.DataFrame, settings: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Title and columns of every panel that has something to show."""
    known = (*NOT_SHOWN, "loss_")
    others = [name for name in history if name not in NAMES and not name.startswith(known)]
    panels = [
        ("loss (nats)", [name for name in history if name.startswith("loss_")]),
        ("output of the discriminator", [name for name in NAMES if name in history]),
        *((TITLES.get(name, name), [name]) for name in others),
        (f"validation {_score(settings)} (nats)", [SCORE] if _scored(history) else []),
    ]
    return [panel for panel in panels if panel[1] and history[panel[1]].notna().any(axis=None)]


def _panel(axes: Axes, history: pd.DataFrame, title: str, columns: list[str]) -> None:
    for number, name in enumerate(columns):
        rows = history[["epoch", name]].dropna()
        # A line through few points hides that they are few
        marker = "." if len(rows) <= 60 else ""
        names = NAMES | PLAYERS if "d_real" in history else NAMES
        label = names.get(name, name.removeprefix("loss_"))
        axes.plot(rows["epoch"], rows[name], color=style.colour(number), marker=marker, label=label)
    axes.set_title(title)
    axes.margins(y=0.12)
    if columns[0] in NAMES or columns[0].startswith("loss_"):
        axes.legend(loc="upper right", ncols=2, fontsize=8, bbox_to_anchor=(1, 1.2))
    if columns[0] in NAMES:
        axes.set_ylim(0, 1)


def _scored(history: pd.DataFrame) -> bool:
    return SCORE in history and bool(history[SCORE].notna().any())


def _kept(history: pd.DataFrame) -> int | None:
    """The first epoch with the highest score, as the training chose it."""
    return int(history["epoch"][history[SCORE].idxmax()]) if _scored(history) else None

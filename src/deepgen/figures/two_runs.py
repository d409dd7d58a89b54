"""The trainings of two runs over each other: validation scores and losses, a row an experiment."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from deepgen.figures import style
from deepgen.figures.training_curves import PLAYERS, TITLES

Histories = dict[str, dict[int | None, pd.DataFrame]]  # {experiment: {seed: one row an epoch}}
COLOURS = (style.BLUE, style.VERMILION)
STYLES = ("-", "--", ":", "-.")
ROW = 2.3  # inches
LONG = 60  # letters of two names that fit side by side
LATE = 0.1  # the share of the epochs, the first ones, whose scores may be cut off below
FEW = 60  # points of a line that are marked, because a line hides that they are few


@style.context()
def draw(names: tuple[str, str], sides: tuple[Histories, Histories]) -> Figure:
    """Two panels an experiment that both have: the validation score and the losses, by epoch.

    Run A is blue and run B red, each seed a line; losses differ in their dashes.

    Args:
        names: Of the two runs.
        sides: Their histories; `selection_score`, `loss_*` and `nll` are shown, in nats.
    """
    experiments = [name for name in sides[0] if name in sides[1]]
    head = 0.65 if len(names[0]) + len(names[1]) <= LONG else 0.95
    height = ROW * len(experiments) + head + 0.1
    figure = style.new_figure(8.0, height)
    grid = figure.subplots(len(experiments), 2, squeeze=False)
    figure.subplots_adjust(
        left=0.085, right=0.985, bottom=0.5 / height, top=1 - head / height, hspace=0.45, wspace=0.2
    )
    for (left, right), experiment in zip(grid, experiments, strict=True):
        pair = sides[0][experiment], sides[1][experiment]
        _scores(left, experiment, pair)
        _losses(right, experiment, pair)
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlabel("epoch")
    handles = [
        Line2D([], [], color=colour, label=f"{letter}: {name}")
        for letter, name, colour in zip("AB", names, COLOURS, strict=True)
    ]
    best = {"marker": "o", "markersize": 6, "linestyle": "", "color": "black"}
    handles.append(Line2D([], [], label="best validation score of a seed", **best))
    columns = 3 if len(names[0]) + len(names[1]) <= LONG else 1
    figure.legend(handles=handles, loc="upper left", ncols=columns, fontsize=9)
    return figure


def _scores(axes: Axes, experiment: str, pair: tuple[dict, dict]) -> None:
    axes.set_title(f"{experiment}: validation score (nats)")
    lines = [
        (colour, history[["epoch", style.SCORE]].dropna())
        for colour, histories in zip(COLOURS, pair, strict=True)
        for history in histories.values()
        if style.SCORE in history and history[style.SCORE].notna().any()
    ]
    if not lines:
        _say(axes, "no validation score")
        return
    for colour, rows in lines:
        _line(axes, rows, style.SCORE, colour, "-")
        best = rows.loc[rows[style.SCORE].idxmax()]
        axes.plot(best["epoch"], best[style.SCORE], "o", color=colour, markersize=6, zorder=3)
    every = pd.concat([rows for _, rows in lines])
    late = every[every["epoch"] >= LATE * every["epoch"].max()][style.SCORE]
    low, high = late.min(), every[style.SCORE].max()
    room = 0.08 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)


def _losses(axes: Axes, experiment: str, pair: tuple[dict, dict]) -> None:
    histories = [history for side in pair for history in side.values()]
    columns = list(dict.fromkeys(c for h in histories for c in h if c.startswith("loss_")))
    if not columns:
        columns = ["nll"] if any("nll" in history for history in histories) else []
    title = TITLES["nll"] if columns == ["nll"] else "losses (nats)"
    axes.set_title(f"{experiment}: {title}")
    if not columns:
        _say(axes, "no losses")
        return
    for colour, side in zip(COLOURS, pair, strict=True):
        for history in side.values():
            for column, dashes in zip(columns, STYLES * len(columns), strict=False):
                if column in history:
                    _line(axes, history[["epoch", column]].dropna(), column, colour, dashes)
    if len(columns) > 1:
        players = PLAYERS if any("d_real" in history for history in histories) else {}
        handles = [
            Line2D([], [], color="black", linestyle=dashes, label=label)
            for column, dashes in zip(columns, STYLES * len(columns), strict=False)
            for label in [players.get(column, column.removeprefix("loss_"))]
        ]
        look = {"frameon": True, "framealpha": 0.8, "edgecolor": "none"}
        axes.legend(handles=handles, loc="best", fontsize=8, **look)


def _line(axes: Axes, rows: pd.DataFrame, column: str, colour: str, dashes: str) -> None:
    marker = "." if len(rows) <= FEW else ""
    axes.plot(
        rows["epoch"], rows[column], color=colour, linestyle=dashes, marker=marker, linewidth=1.2
    )


def _say(axes: Axes, words: str) -> None:
    axes.text(0.5, 0.5, words, ha="center", transform=axes.transAxes)
    axes.set_axis_off()

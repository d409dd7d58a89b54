"""How the Parzen log-likelihood of the validation images depends on sigma."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("sigma_grid", "sigma", "history")
SPAN = 2.0  # factor in sigma on both sides of the chosen ones that is shown


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """A search as a line, a grid of fixed values as points; the chosen sigmas are marked.

    Args:
        inputs: `sigma_grid`, a table of `estimator`, `sigma`, `log_likelihood`, `standard_error`
            (nats); `sigma`, {estimator: {"sigma", "on_grid_edge", "grid"}}, where `grid` is [start,
            stop, number] of fixed values or [low, high] of an interval that was searched;
            `history`, one row an epoch, for the caption.
        settings: `folds`, for the caption.

    Raises:
        DeepgenError: if the two files name different estimators.
    """
    grid, chosen = _read(inputs)
    figure = style.new_figure(6, 3.6)
    axes = figure.add_axes((0.15, 0.14, 0.82, 0.82))
    for number, (estimator, rows) in enumerate(grid.groupby("estimator", sort=False)):
        colour = style.colour(number)
        rows = rows.sort_values("sigma")
        best = chosen[estimator]
        # Nothing is known between the values of a grid
        if line := _searched(best):
            rows = grid.sort_values("sigma")  # of all: samples and images are the same
        look = {"color": colour, "linestyle": "-" if line else ""}
        marker = "" if line else "o"
        axes.plot(
            rows["sigma"], rows["log_likelihood"], marker=marker, markersize=5, zorder=2.5, **look
        )
        edge = ", on the grid's edge" if best["on_grid_edge"] else ""
        axes.plot(
            best["sigma"],
            _value(rows, best["sigma"]),
            marker="X" if edge else "o",
            markersize=9,
            markeredgecolor="white",
            label=f"{estimator}: σ = {best['sigma']:.4g}{edge}",
            zorder=3,
            **look,
        )
    low, high = _window(grid, chosen)
    shown = grid[grid["sigma"].between(low, high)]["log_likelihood"]
    room = 0.06 * max(shown.max() - shown.min(), 1.0)
    axes.set(
        xscale="log",
        xlim=(low / 1.04, high * 1.04),
        ylim=(shown.min() - room, shown.max() + 2 * room),
        xlabel="σ of the Parzen window",
        ylabel="mean log-likelihood (nats)",
    )
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(loc="lower center")
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen, what is cut off, and which sigma lies on an edge."""
    grid, chosen = _read(inputs)
    low, high = _window(grid, chosen)
    fold = f" in fold 1 of {settings['folds']}" if settings["folds"] else ""
    text = (
        f"{style.source(settings, inputs['history'])}. Mean log-likelihood of the validation "
        f"images that choose σ{fold}, under a Parzen window on all samples that are scored; the "
        "large marks are the chosen values."
    )
    if len({_searched(best) for best in chosen.values()}) == 2:
        text += " Points are the values of a grid, the line is a search between any two values."
    if low > grid["sigma"].min() or high < grid["sigma"].max():
        text += (
            f" All σ from {grid['sigma'].min():.3g} to {grid['sigma'].max():.3g} were tried; those "
            f"below {low:.2g} and above {high:.2g} are cut off."
        )
    for estimator, best in chosen.items():
        if best["on_grid_edge"]:
            text += f" σ of {estimator} is on the edge of its grid: a better one may lie beyond."
    return text


def _read(inputs: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    grid, chosen = inputs["sigma_grid"], inputs["sigma"]
    if missing := set(grid["estimator"]) ^ set(chosen):
        raise DeepgenError(
            f"sigma.json and sigma_grid.csv do not both hold {', '.join(sorted(missing))}: "
            "run deepgen select-sigma again"
        )
    return grid, chosen


def _searched(choice: dict[str, Any]) -> bool:
    """Whether sigma was searched in an interval, not chosen from fixed values."""
    return len(choice["grid"]) == 2


def _window(grid: pd.DataFrame, chosen: dict[str, Any]) -> tuple[float, float]:
    """Sigmas to show: far from the best ones the curve falls by thousands of nats."""
    best = [entry["sigma"] for entry in chosen.values()]
    near = grid["sigma"][grid["sigma"].between(min(best) / SPAN, max(best) * SPAN)]
    return near.min(), near.max()


def _value(rows: pd.DataFrame, sigma: float) -> float:
    """The score at the grid's sigma next to the chosen one, which may have been rounded."""
    return rows["log_likelihood"].iloc[(rows["sigma"] - sigma).abs().argmin()]

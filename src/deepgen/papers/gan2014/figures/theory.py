"""Section 4 and section 2's identity in numbers: the descent of Proposition 2, D*, smoothing."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("theory",)
SNAPSHOTS = (0, 10, 100)  # steps of the descent that are shown, the last at most its end


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """C(G) along the descent; densities and D* at a few steps; the identity's error.

    Args:
        inputs: `theory`, the arrays of the study `theory`.
        settings: Not used.

    Raises:
        DeepgenError: if the arrays do not fit together.
    """
    a = _read(inputs)
    figure = style.new_figure(7.2, 2.9)
    grid = figure.add_gridspec(
        2, 3, left=0.082, right=0.985, bottom=0.17, top=0.87, wspace=0.38, hspace=0.14
    )
    _criterion(figure.add_subplot(grid[:, 0]), a)
    upper = figure.add_subplot(grid[0, 1])
    _densities(upper, figure.add_subplot(grid[1, 1], sharex=upper), a)
    _smoothing(figure.add_subplot(grid[:, 2]), a)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What was computed and how far it is from what the paper proves."""
    a = _read(inputs)
    steps = len(a["criterion"]) - 1
    excess = a["criterion"] + np.log(4)
    rises = int((np.diff(a["criterion"]) > 1e-12).sum())
    falls = "never rises" if not rises else f"rises in {style.count(rises, 'step')}"
    return (
        "Sections 4 and 2 of the paper in numbers. Left and middle: Proposition 2 on a grid. p_g "
        "itself descends on C(G) = max_D V(D, G), with D at its optimum D* = p_data / (p_data + "
        f"p_g) in each of {steps} steps of mirror descent (rate {float(a['rate']):g}). C(G) starts "
        f"{excess[0]:.3f} nats above its minimum −log 4 (Theorem 1), ends {excess[-1]:.1e} above "
        f"it and {falls}; p_g approaches p_data, and D* approaches 1/2. Right: section 2's "
        "identity for f = log D, with the D of Figure 1 (b): the gradient of f averaged over "
        "Gaussian noise of width σ comes to the gradient of f. The largest error over a few x "
        f"falls as σ to the power {_order(a):.2f} (fitted to the smaller half of the σ; a smooth "
        "function has 2)."
    )


def _criterion(axes: Axes, a: dict[str, np.ndarray]) -> None:
    axes.plot(a["criterion"], color=style.GREEN)
    axes.axhline(-np.log(4), color="black", linestyle=":", linewidth=1)
    for step in _steps(a):
        axes.plot(step, a["criterion"][step], "o", color=style.GREEN, markersize=4)
    top = a["criterion"].max()
    room = top + np.log(4)
    axes.text(len(a["criterion"]) - 1, -np.log(4) - 0.03 * room, "−log 4", ha="right", va="top")
    axes.set(xlabel="step", title="C(G), nats", ylim=(-np.log(4) - 0.16 * room, top + 0.06 * room))


def _densities(upper: Axes, lower: Axes, a: dict[str, np.ndarray]) -> None:
    steps = _steps(a)
    for number, step in enumerate(steps):
        shade = {"color": style.colour(2), "alpha": 0.3 + 0.7 * number / (len(steps) - 1)}
        upper.plot(a["x"], a["p_g"][step], **shade, label=f"step {step}")
        shade["color"] = style.BLUE
        lower.plot(a["x"], a["d_star"][step], linestyle="--", **shade)
    upper.plot(a["x"], a["p_data"], color="black", linestyle=":", label="$p_\\mathrm{data}$")
    upper.set_title("$p_g$ and, below, D*")
    # The legend has the upper right corner to itself
    upper.set(ylim=(0, None), xlim=(a["x"][0], a["x"][-1]), xticks=(-4, -2, 0, 2, 4))
    upper.legend(fontsize=6.5, handlelength=1.2, loc="upper right", borderpad=0, labelspacing=0.15)
    upper.tick_params(labelbottom=False)
    lower.set(ylim=(0, 1), yticks=(0, 0.5, 1), xlabel="x")


def _smoothing(axes: Axes, a: dict[str, np.ndarray]) -> None:
    axes.loglog(a["sigma"], a["error"], "o-", color=style.BLUE, markersize=4, label="measured")
    guide = a["error"][0] * (a["sigma"] / a["sigma"][0]) ** 2
    axes.loglog(a["sigma"], guide, color="black", linestyle=":", linewidth=1, label="σ²")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.xaxis.set_major_locator(FixedLocator((0.01, 0.1)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set(xlabel="σ of the noise", title="error of smoothed gradient")
    axes.legend(fontsize=8, loc="upper left")


def _steps(a: dict[str, np.ndarray]) -> list[int]:
    return sorted({min(step, len(a["criterion"]) - 1) for step in SNAPSHOTS})


def _order(a: dict[str, np.ndarray]) -> float:
    half = len(a["sigma"]) // 2 + 1
    return float(np.polyfit(np.log(a["sigma"][:half]), np.log(a["error"][:half]), 1)[0])


def _read(inputs: dict[str, Any]) -> dict[str, np.ndarray]:
    arrays = inputs["theory"]
    if len(arrays["criterion"]) != len(arrays["p_g"]) or len(arrays["criterion"]) < 2:
        raise DeepgenError(
            f"theory.npz holds {len(arrays['criterion'])} values of C(G) and "
            f"{len(arrays['p_g'])} densities: run deepgen study again"
        )
    return arrays

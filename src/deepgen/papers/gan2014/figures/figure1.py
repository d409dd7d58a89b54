"""Figure 1: data, generator and discriminator of a one-dimensional pair during training."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("figure1",)
X_LINE, Z_LINE = -0.16, -0.62  # heights of the two axes below the densities
CLOSE = 0.05  # total variation distance below which the caption says "close"
TITLES = (
    "(a) near convergence",
    "(b) D trained on, G fixed",
    "(c) G updated, D fixed",
    "(d) end of training",
)


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """Four panels side by side in two rows, as in the paper: densities, D, and z mapped to x.

    Args:
        inputs: `figure1`, the arrays of `deepgen.papers.gan2014.theory.panels.collect`.
        settings: Not used.

    Raises:
        DeepgenError: if the arrays are not those of four panels.
    """
    arrays = _read(inputs)
    figure = style.new_figure(6.5, 5.2)
    rows = figure.subplots(2, 2, sharex=True, sharey=True)
    figure.subplots_adjust(left=0.03, right=0.97, bottom=0.02, top=0.89, wspace=0.06, hspace=0.12)
    limits = _limits(arrays)
    for panel, axes in enumerate(rows.flat):
        _panel(axes, arrays, panel, limits)
    figure.legend(handles=_handles(), loc="upper center", ncols=4, bbox_to_anchor=(0.5, 1.0))
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What was trained, for how long, and how close it came."""
    a = _read(inputs)
    first, second, third, last = (int(n) for n in a["iterations"])
    k, mass = int(a["discriminator_steps"]), float(a["mass"])
    jsd, gap, apart = a["jsd"], a["max_gap"], a["total_variation"]
    region = f"the central {mass:.0%} of (p_data + p_g) / 2"
    end = (
        "p_g is close to p_data"
        if apart[3] < CLOSE
        else "p_g has not come closer to p_data than that: compare the two curves"
    )
    return (
        "A trained pair, not a drawing: x and z have one dimension, z is uniform, G "
        f"and D are multilayer perceptrons, and Algorithm 1 takes k = {k} steps of D for one of G "
        f"(seed {int(a['seed'])}; the default settings were chosen among about thirty by how close "
        "p_g ends, the seed because its untrained G rises; others can end further away). (a) Near "
        f"convergence: {int(a['before']):,} iterations on data that lay {float(a['offset']):g} to "
        f"the right, then {style.count(first, 'iteration')} of "
        "D alone on the data of the figure. D is partially accurate, its "
        f"largest distance to D* over {region} is {gap[0]:.3f}. (b) After "
        f"{style.count(second * k, 'more update')} of D with G fixed, D comes to D* = p_data / "
        f"(p_data + p_g), equation 2: the largest distance there is {gap[1]:.3f}, and "
        f"{_everywhere(a):.2f} over all drawn x. (c) After "
        f"{style.count(third, 'update')} of G with D fixed, G(z) has flowed to where D is higher: "
        f"the Jensen-Shannon divergence of p_g and p_data goes from {jsd[1]:.3f} to {jsd[2]:.3f} "
        f"nats. (d) After {style.count(last, 'more iteration')} it is {jsd[3]:.4f} nats, p_g and "
        f"p_data differ on {apart[3]:.1%} of their mass (total variation), and D stays within "
        f"{_flatness(a):.3f} of 1/2, the thin line, there; {end}. Lower lines: z at even steps, "
        "and x = G(z). p_g is exact, by change of variables; it jumps where the range of G ends, "
        "and so does D*, which a smooth D cannot follow."
    )


def _panel(axes: Axes, a: dict[str, np.ndarray], panel: int, limits: tuple[float, float]) -> None:
    x, peak = a["x"], _peak(a)
    axes.plot(x, a["p_data"] / peak, color="black", linestyle=":", zorder=4)
    axes.plot(x, a["p_g"][panel] / peak, color=style.GREEN, zorder=3)
    if panel == 1:
        defined = np.where(a["p_data"] + a["p_g"][panel] > 0, a["d_star"][panel], np.nan)
        axes.plot(x, defined, color=style.ORANGE, linewidth=3, alpha=0.6, zorder=1)
    axes.plot(x, a["d"][panel], color=style.BLUE, linestyle="--", zorder=2)
    low, high = limits
    axes.plot(limits, (0.5, 0.5), color=style.GREY, linewidth=0.6, zorder=0)
    axes.text(low, 0.51, "1/2", color=style.GREY, fontsize=7, va="bottom")
    for height, name in ((X_LINE, "x"), (Z_LINE, "z")):
        axes.plot(limits, (height, height), color="black", linewidth=0.8)
        axes.text(high, height + 0.02, name, ha="right", va="bottom", style="italic")
    # z is drawn on a scale of its own, centred under the densities
    z = a["z"] / np.abs(a["z"]).max() * 0.3 * (high - low) + (low + high) / 2
    for start, end in zip(z, a["g_of_z"][panel], strict=True):
        if low <= end <= high:
            axes.annotate(
                "",
                (end, X_LINE),
                (start, Z_LINE),
                arrowprops={"arrowstyle": "-|>", "lw": 0.6, "mutation_scale": 6, "color": "black"},
            )
    axes.set_title(TITLES[panel], pad=2)
    axes.text(0.99, 0.99, _note(a, panel), transform=axes.transAxes, ha="right", va="top")
    axes.set(xlim=limits, ylim=(Z_LINE - 0.06, _top(a)))
    axes.set_axis_off()


def _note(a: dict[str, np.ndarray], panel: int) -> str:
    if panel < 2:
        return f"max |D − D*| = {a['max_gap'][panel]:.3f}, central {float(a['mass']):.0%}"
    return f"JSD = {a['jsd'][panel]:.{panel + 1}f} nats"


def _handles() -> list[Line2D]:
    return [
        Line2D([], [], color="black", linestyle=":", label="$p_\\mathrm{data}$"),
        Line2D([], [], color=style.GREEN, label="$p_g$"),
        Line2D([], [], color=style.BLUE, linestyle="--", label="D"),
        Line2D([], [], color=style.ORANGE, linewidth=3, alpha=0.6, label="D* (equation 2), in (b)"),
    ]


def _peak(a: dict[str, np.ndarray]) -> float:
    """Densities are drawn on one common scale on which p_data reaches 1, as D may."""
    return float(a["p_data"].max())


def _top(a: dict[str, np.ndarray]) -> float:
    """Leaves room for a line of text above every curve."""
    return max(1.0, float(a["p_g"].max()) / _peak(a)) + 0.2


def _limits(a: dict[str, np.ndarray]) -> tuple[float, float]:
    """Where some density of some panel can be seen."""
    seen = np.concatenate(([a["p_data"]], a["p_g"])).max(axis=0) > 0.01 * _peak(a)
    return float(a["x"][seen][0]) - 0.2, float(a["x"][seen][-1]) + 0.2


def _everywhere(a: dict[str, np.ndarray]) -> float:
    """The largest distance of D to D* in panel (b) over all x where a density can be seen."""
    low, high = _limits(a)
    seen = (low <= a["x"]) & (a["x"] <= high) & (a["p_data"] + a["p_g"][1] > 0)
    return float(np.abs(a["d"][1] - a["d_star"][1])[seen].max())


def _flatness(a: dict[str, np.ndarray]) -> float:
    low, high = a["region"][3]
    inside = (low <= a["x"]) & (a["x"] <= high)
    return float(np.abs(a["d"][3][inside] - 0.5).max())


def _read(inputs: dict[str, Any]) -> dict[str, np.ndarray]:
    arrays = inputs["figure1"]
    if arrays["p_g"].shape != (4, len(arrays["x"])):
        raise DeepgenError(
            f"p_g of figure1.npz has shape {list(arrays['p_g'].shape)} where four panels on "
            f"{len(arrays['x'])} points are expected: run deepgen study again"
        )
    return arrays

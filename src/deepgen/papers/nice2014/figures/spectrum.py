"""Figure 8: the scales of the components, in order."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from deepgen.figures import style

INPUTS = ("spectrum", "history")
WIDE = 100  # largest scale by smallest


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """sigma_d = exp(-s_d), largest first.

    Args:
        inputs: `spectrum`, a mapping whose `sigma` is float64 [d]; `history`, one row an epoch, for
            the caption.
        settings: What `style.source` needs.
    """
    sigma = inputs["spectrum"]["sigma"]
    figure = style.new_figure(4.5, 2.8)
    axes = figure.add_axes((0.16, 0.17, 0.81, 0.78))
    axes.plot(np.arange(1, len(sigma) + 1), sigma, color=style.colour(0))
    axes.set(xlabel="component, by its scale", ylabel="$\\sigma_d = \\exp(-s_d)$")
    if sigma[0] > WIDE * sigma[-1]:  # below, a log axis has hardly a label
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(0, len(sigma) + 1)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What the scales say, with two numbers."""
    begin = settings.get("instead", "") + style.source(settings, inputs["history"])
    sigma = inputs["spectrum"]["sigma"]
    share = np.cumsum(sigma**2) / (sigma**2).sum()
    most = int(np.searchsorted(share, 0.9)) + 1
    return (
        f"{begin}. Scales of the {len(sigma):,} components of "
        "the code before its diagonal layer, in order (appendix A.2): a component with a small one "
        "hardly varies, as in principal component analysis. "
        f"The largest {most:,} of them give 90 % of the sum of squares; the largest scale is "
        f"{sigma[0] / sigma[-1]:,.3g} times the smallest."
    )

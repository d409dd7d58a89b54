"""How well does a Parzen window follow the exact likelihood that it estimates?"""

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from deepgen.figures import style
from deepgen.report.printed import number

INPUTS = ("history",)
EXACT = "selection_score"
PARZEN = {"parzen_score": "grid σ", "parzen_fine_score": "fine σ"}
FEWEST = 3  # epochs, below which a rank correlation says nothing


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """Each over epochs, and one against the other.

    Args:
        inputs: `history`, one row an epoch: `epoch`, and where it was scored `selection_score`
            (exact), `parzen_score` and `parzen_fine_score`, in nats.
        settings: What `caption` needs.
    """
    scored = _scored(inputs["history"])
    figure = style.new_figure(7.6, 2.6)
    exact, parzen, against = (
        figure.add_axes((left, 0.19, 0.23, 0.68)) for left in (0.085, 0.41, 0.745)
    )
    exact.plot(scored["epoch"], scored[EXACT], color=style.colour(0))
    for line, (column, words) in enumerate(PARZEN.items(), 1):
        look = {"color": style.colour(line), "label": words}
        parzen.plot(scored["epoch"], scored[column], **look)
        against.plot(scored[EXACT], scored[column], marker=".", **look)
    exact.set(xlabel="epoch", ylabel="nats", title="exact log-likelihood")
    parzen.set(xlabel="epoch", title="Parzen window")
    against.set(xlabel="exact (nats)", title="Parzen against exact")
    for axes in (exact, parzen):
        axes.set_xlim(0, int(inputs["history"]["epoch"].max()))
    if len(scored):
        against.legend(fontsize=8)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What the two are, and whether their orders of epochs agree."""
    scored, epochs = _scored(inputs["history"]), int(inputs["history"]["epoch"].max())
    begin = f"{style.training(settings)}. "
    if scored.empty:
        return f"{begin}Training ended before both scores were taken, after {epochs:,} epochs."
    rule, valid = settings["selection"], settings["images"].get("valid")
    judged = f"the {valid - rule['sigma_examples']:,} of them that" if valid else "those that"
    text = (
        f"{begin}Left: the exact log-likelihood of all validation images, as a density of pixels "
        f"in [0, 1]. Middle: the Parzen window score of {rule['num_samples']:,} samples on "
        f"{judged} did not choose σ, in the space {settings['space']!r}. Right: one against the "
        f"other, in the order of epochs ({len(scored)} of {epochs:,} were scored)."
    )
    agreed = []
    for column, words in PARZEN.items() if len(scored) >= FEWEST else ():
        found = spearmanr(scored[EXACT], scored[column]).statistic
        if math.isfinite(found):
            agreed.append(f"{number(found, 2)} ({words})")
    if agreed:
        text += f" Rank correlation of the two over epochs: {' and '.join(agreed)}."
    best = [int(scored["epoch"][scored[column].idxmax()]) for column in (EXACT, *PARZEN)]
    return text + (
        f" The exact one is highest in epoch {best[0]:,}, Parzen's in {best[1]:,} (grid σ) and "
        f"{best[2]:,} (fine σ). The two are different quantities; only their orders compare."
    )


def _scored(history: pd.DataFrame) -> pd.DataFrame:
    """The epochs with both scores."""
    columns = [EXACT, *PARZEN]
    return history.reindex(columns=["epoch", *columns]).dropna()

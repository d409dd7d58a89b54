"""The validation score of a training against the logarithm of the epoch."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from deepgen.evaluation.estimators import FINE_SIGMA
from deepgen.figures import style
from deepgen.report.wording import often

INPUTS = ("history",)
OPTIONAL = ("reference",)
PARZEN = "validation_parzen"  # the rule with two estimators
WORDS = ("from a grid", "searched closely")  # how σ is chosen
LEAST_SPAN = 10.0  # nats that the axis covers at least
BELOW = 250.0  # nats that the first tenth of the epochs is shown below the others


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """One curve an estimator, and lines at the scores of real images and of a paper.

    Args:
        inputs: `history`, one row an epoch: `epoch`, `selection_score` and, with a Parzen window,
            `fine_score` (nats; empty in epochs without a score); `reference`, if given, the
            `parzen.json` of real training images.
        settings: `selection`; `published`, [{"label", "log_likelihood"}], Parzen scores.
    """
    history = inputs["history"]
    figure = style.new_figure(6.5, 4.6)
    axes = figure.add_axes((0.11, 0.27, 0.86, 0.71))
    curves = _curves(history, settings)
    if not curves:
        axes.text(0.5, 0.5, _never(history, settings), ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return figure
    for number, (label, rows) in enumerate(curves.items()):
        look = {"color": style.colour(number), "marker": "." if len(rows) <= 60 else ""}
        axes.plot(rows.index, rows, label=label, **look)
    chosen = next(iter(curves.values()))
    best = style.best_epoch(history)
    kept = f"kept: epoch {best:,}, {_number(chosen[best])}"
    axes.plot(best, chosen[best], "o", color=style.ORANGE, markersize=7, zorder=3, label=kept)
    lines = _lines(inputs, settings)
    for label, (value, look) in lines.items():
        axes.axhline(value, linewidth=1.2, zorder=1.5, label=label, **look)
    values = [value for rows in curves.values() for value in rows]
    low = _lowest(curves)
    high = max([*values, *(value for value, _ in lines.values())])
    span = max(high - low, LEAST_SPAN)
    axes.set(
        xscale="log",
        xlim=(chosen.index.min() / 1.1, max(chosen.index.max(), 2) * 1.1),
        ylim=((low + high - 1.1 * span) / 2, (low + high + 1.1 * span) / 2),
        xlabel="epoch",
        ylabel=f"{_score(settings)} of validation images (nats)",
    )
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda epoch, _: f"{epoch:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    figure.legend(loc="lower center", ncols=2, fontsize=8)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is scored, and why the tables have other numbers."""
    history, selection = inputs["history"], settings["selection"]
    curves = _curves(history, settings)
    if not curves:
        return f"{style.training(settings)}. {_never(history, settings)}."
    text = (
        f"{style.training(settings)}. Validation score, taken {often(selection)} of "
        f"{style.count(int(history['epoch'].max()), 'epoch')}, against the logarithm of the epoch; "
        f"the large point is the selected checkpoint, epoch {style.best_epoch(history):,}."
    )
    if selection["rule"] == PARZEN:
        text += _images(settings)
    if "reference" in inputs and _lines(inputs, settings):
        count = max(entry["num_samples"] for entry in inputs["reference"].values())
        text += f" Dotted: {count:,} real training images in place of samples, on test images."
    if selection["rule"] == PARZEN and settings["published"]:
        text += " Dashed: published, on test images."
    if min(rows.min() for rows in curves.values()) < (low := _lowest(curves)):
        text += f" Scores below {_number(low)} are cut off."
    return text


def _lowest(curves: dict[str, pd.Series]) -> float:
    """Where the axis begins: below all scores but far lower ones of the first tenth of epochs."""
    all_scores = pd.concat(list(curves.values()))
    later = all_scores[all_scores.index > all_scores.index.max() / 10]
    return max(all_scores.min(), later.min() - BELOW)


def _images(settings: dict[str, Any]) -> str:
    """Samples and images of a score here and in the tables."""
    selection, sizes = settings["selection"], settings["images"]
    tune, test = selection["sigma_examples"], sizes.get("test")
    judged = f"{sizes['valid'] - tune:,}" if "valid" in sizes else "other"
    return (
        f" The score is the mean Parzen log-likelihood of {judged} validation images under "
        f"{selection['num_samples']:,} samples, with σ chosen on the first {tune:,} validation "
        f"images, from a grid of {selection['grid']['num']} values or searched closely. The tables "
        f"score {settings['num_samples']:,} other samples on {f'{test:,} ' if test else ''}test "
        "images, so their numbers differ."
    )


def _score(settings: dict[str, Any]) -> str:
    return f"{'Parzen ' * (settings['selection']['rule'] == PARZEN)}log-likelihood"


def _curves(history: pd.DataFrame, settings: dict[str, Any]) -> dict[str, pd.Series]:
    """{label: scores by epoch}, the one that chooses first; those that were recorded."""
    names = {style.SCORE: "validation score"}
    if settings["selection"]["rule"] == PARZEN:
        names = {
            style.SCORE: f"samples, σ {WORDS[0]}",
            "fine_score": f"samples, σ {WORDS[1]}",
        }
    scores = history.set_index("epoch")
    found = {label: scores[name].dropna() for name, label in names.items() if name in history}
    return {label: rows for label, rows in found.items() if len(rows)}


def _lines(
    inputs: dict[str, Any], settings: dict[str, Any]
) -> dict[str, tuple[float, dict[str, Any]]]:
    """{label: (score, look)} of what a Parzen score can be compared with."""
    if settings["selection"]["rule"] != PARZEN:
        return {}
    found = {}
    reference = inputs.get("reference", {})
    for estimator in sorted(reference, key=lambda name: name == FINE_SIGMA):
        value, number = reference[estimator]["log_likelihood"], int(estimator == FINE_SIGMA)
        look = {"color": style.colour(number), "linestyle": ":"}
        found[f"training images, σ {WORDS[number]}: {_number(value)}"] = (value, look)
    for row in settings["published"]:
        look = {"color": "black", "linestyle": "--"}
        found[f"{row['label']}: {row['log_likelihood']:g} nats"] = (row["log_likelihood"], look)
    return found


def _never(history: pd.DataFrame, settings: dict[str, Any]) -> str:
    epochs = style.count(int(history["epoch"].max()), "epoch")
    return f"No validation score: training ended after {epochs}, before the first score"


def _number(value: float) -> str:
    return f"{value:.1f} nats".replace("-", "−")

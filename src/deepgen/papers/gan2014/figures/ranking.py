"""The order of Table 1's models under each measure: does the published one survive?"""

import math
from itertools import pairwise
from textwrap import wrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.papers.gan2014.orders import (
    PUBLISHED,
    Measure,
    agreement,
    measures,
    representation,
    selected,
    shown_titles,
)
from deepgen.papers.gan2014.published import MODELS
from deepgen.report.printed import number, span
from deepgen.report.scores import REPRESENTATIONS
from deepgen.report.wording import listed

INPUTS = ("parzen", "scores", "likelihoods")
COLUMN, LEFT = 0.98, 0.55  # inches
COLOURS, MARKERS = (*style.LINES, style.GREY), "osD^v"


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """One line a model, one column a measure; the best rank is at the top.

    Args:
        inputs: `parzen`, `scores` and `likelihoods`, the long forms of the run.
        settings: `dataset_title`, and `titles` of the paper's experiments on that set.

    Raises:
        DeepgenError: if fewer than two of the paper's models have a score.
    """
    found = _measures(inputs, settings)
    models = list(shown_titles(settings["titles"]))
    width, height = LEFT + COLUMN * len(found) + 0.1, 1.3 + 0.55 * len(models)
    figure = style.new_figure(width, height)
    bottom, top = 0.42 / height, 1 - 0.72 / height
    axes = figure.add_axes((LEFT / width, bottom, 1 - (LEFT + 0.1) / width, top - bottom))
    for number_, model in enumerate(models):
        _line(axes, found, model, number_)
    for x, measure in enumerate(found):
        _column(axes, x, measure)
    axes.set(
        xlim=(-0.5, len(found) - 0.5),
        ylim=(len(models) + 0.6, 0.6),
        yticks=range(1, len(models) + 1),
        ylabel="rank",
    )
    axes.set_xticks(range(len(found)), [_heading(measure) for measure in found], fontsize=7.5)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    figure.legend(loc="lower center", ncols=len(models), fontsize=8, handlelength=1.5)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is compared, how often each order is the published one, and what that does not say."""
    found = _measures(inputs, settings)
    published, dataset = found[0], settings["dataset_title"]
    shown = shown_titles(settings["titles"])
    ours = selected(inputs["parzen"], dataset, shown)
    seeds = ours.groupby("model", sort=False)["num_seeds"].max()
    said = [f"{title} ({style.count(int(n), 'seed')})" for title, n in seeds.items()]
    samples = span(ours["num_samples"].min(), ours["num_samples"].max())
    text = (
        f"The paper's models on {dataset}, ranked by each measure on test images, the best at the "
        f"top: {listed(said)}; selected checkpoints, {samples} samples of each. Arrows say what is "
        "better: more (↑), less (↓), or closer to a number (→). Each point has its value and "
        "standard error, over test images and, with several seeds, over those. Bars join "
        "neighbours in rank that are not told apart: they differ by at most twice the error of "
        "their difference, as if errors were independent."
    )
    scores = selected(inputs["scores"], dataset, shown)
    if len(scores):
        words = REPRESENTATIONS.get(name := representation(scores), name)
        compared = span(scores["num_samples"].min(), scores["num_samples"].max())
        text += (
            f" {compared} samples are compared with images in {words[0].lower()}{words[1:]} (MMD, "
            "maximum mean discrepancy)."
        )
    agreed = {m.heading: agreement(published, m) for m in found[1:]}
    counts = [
        f"{heading}: {a.same} of {a.pairs} (τ = {number(a.tau, 2)}; {a.tied})"
        for heading, a in agreed.items()
        if a.pairs
    ]
    text += (
        " Pairs of models in the published order (Kendall's τ; pairs not told apart): "
        f"{'; '.join(counts)}."
    )
    if not all(_has_all(measure, published) for measure in found):
        text += " Ranks that no line joins are among fewer models."
    if any("CSL" in measure.heading for measure in found):
        text += (
            " CSL lies below log p(x) by amounts that differ between models, so its order is none "
            "of likelihoods."
        )
    count = len(published.points)
    text += (
        f" Of {count} models a random order has all pairs right once in {math.factorial(count):,}. "
        "A Parzen score can rank models wrongly (Theis et al. 2015, Wu et al. 2016); that two "
        "measures differ does not say which is right."
    )
    if missing := [model for model in MODELS if model not in shown]:
        text += f" Not in this run: {listed(missing)}."
    if others := [name for name in shown if name not in MODELS]:
        text += f" Without a published number: {listed(others)}."
    if untrained := _untrained(ours):
        text += f" Untrained, no better than one constant image: {listed(untrained)}."
    return text


def _measures(inputs: dict[str, Any], settings: dict[str, Any]) -> list[Measure]:
    tables = {name: inputs[name] for name in INPUTS}
    found = measures(tables, settings["dataset_title"], settings["titles"])
    if [m.heading for m in found[:1]] != [PUBLISHED] or len(found) < 2:
        raise DeepgenError(
            f"the tables have no Parzen scores of two of the paper's models on "
            f"{settings['dataset_title']}: run those experiments, or leave the figure out"
        )
    return found


def _untrained(ours: pd.DataFrame) -> list[str]:
    """Models with a seed that is no better than one constant image."""
    return list(dict.fromkeys(ours[ours["untrained"].notna()]["model"]))


def _heading(measure: Measure) -> str:
    """The measure's name on short lines, and what is better."""
    better = "↑" if measure.best is None else "↓"
    if measure.best is not None and math.isfinite(measure.best):
        better = f"→ {measure.best:g}"
    lines = [line for part in measure.heading.split(", ") for line in wrap(part, 14)]
    return "\n".join([*lines, f"{better} {measure.unit}".strip()])


def _has_all(measure: Measure, published: Measure) -> bool:
    """Whether it ranks all models with a published number, so that its ranks are as theirs."""
    return measure.points.keys() >= published.points.keys()


def _line(axes: Axes, found: list[Measure], model: str, which: int) -> None:
    """The ranks of a model, joined between the measures that have all published models."""
    ranks = [m.order.index(model) + 1 if model in m.points else math.nan for m in found]
    look = {"color": COLOURS[which % len(COLOURS)], "marker": MARKERS[which % len(MARKERS)]}
    together = [x for x, measure in enumerate(found) if _has_all(measure, found[0])]
    axes.plot(together, [ranks[x] for x in together], markersize=7, label=model, zorder=3, **look)
    for x in sorted(set(range(len(found))) - set(together)):
        axes.plot([x], [ranks[x]], markersize=7, zorder=3, **look)


def _column(axes: Axes, x: int, measure: Measure) -> None:
    """The numbers of a measure, and bars between neighbours that are not told apart."""
    for rank, model in enumerate(measure.order, 1):
        point, digits = measure.points[model], measure.digits
        text = f"{number(point.value, digits)}\n± {number(point.error, digits)}"
        box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.5}
        place = {"xytext": (0, -6), "textcoords": "offset points", "ha": "center", "va": "top"}
        axes.annotate(text, (x, rank), fontsize=6.5, linespacing=0.95, bbox=box, zorder=4, **place)
    for rank, pair in enumerate(pairwise(measure.order), 1):
        if measure.tied(*pair):
            axes.plot([x, x], [rank, rank + 1], color="#c8c8c8", linewidth=9, zorder=1)

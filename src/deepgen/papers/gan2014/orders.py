"""The order of the models under several measures, from the long forms of a run."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.papers.gan2014.published import MODELS
from deepgen.report.cells import pick
from deepgen.report.likelihoods import kinds, named
from deepgen.report.scores import HEADINGS
from deepgen.report.wording import name_in_papers, stands_for

PUBLISHED = "Parzen, published"
WITHIN = 2.0  # standard errors of a difference, below which two models are not told apart
# What each score is best at; without a number more is better, and -inf stands for as little as
# can be
BEST = {"two_sample": 0.5, "mmd": -math.inf, "precision": None, "recall": None, "data_copying": 0.0}


@dataclass(frozen=True)
class Point:
    """A model's number under a measure, in the unit that is printed.

    Attributes:
        value: The mean over seeds.
        error: Its standard error, over test images or folds and, with several seeds, over those.
        shared: A further error that all test images have in common.
    """

    value: float
    error: float
    shared: float = 0.0


@dataclass(frozen=True)
class Measure:
    """A measure and what it says of each model.

    Attributes:
        heading: Its name.
        best: The value that is best; None if more is better, -inf if less is.
        digits: Decimals to print.
        points: {model, as the paper calls it: point}.
        unit: Of the numbers, if they have one.
    """

    heading: str
    best: float | None
    digits: int
    points: dict[str, Point]
    unit: str = ""

    @property
    def order(self) -> list[str]:
        """The models, the best one first."""
        return sorted(self.points, key=self.goodness, reverse=True)

    def goodness(self, model: str) -> float:
        """A number that is larger for a better model."""
        value = self.points[model].value
        if self.best is None or self.best == -math.inf:
            return value if self.best is None else -value
        return -abs(value - self.best)

    def tied(self, one: str, other: str) -> bool:
        """Whether the two do not differ by more than twice the error of their difference."""
        a, b = self.points[one], self.points[other]
        apart = abs(self.goodness(one) - self.goodness(other))
        return apart <= WITHIN * math.hypot(a.error, b.error) + a.shared + b.shared


@dataclass(frozen=True)
class Agreement:
    """How often a measure puts two models in the published order.

    Attributes:
        same: Pairs that it does.
        pairs: All pairs of models that have a published number and one of this measure.
        tied: Pairs among them that this measure does not tell apart.
    """

    same: int
    pairs: int
    tied: int

    @property
    def tau(self) -> float:
        """Kendall's rank correlation: same less reversed pairs, over all."""
        return (2 * self.same - self.pairs) / self.pairs


def shown_titles(titles: list[str]) -> dict[str, str]:
    """{model, as the paper calls it: the title of ours that stands for it}, the paper's first.

    Of several variants it is the one without further words, or the first.
    """
    names = dict.fromkeys(name_in_papers(title) for title in titles)
    ordered = [m for m in MODELS if m in names] + [n for n in names if n not in MODELS]
    first = {name: next(t for t in titles if name_in_papers(t) == name) for name in names}
    return {name: stands_for(name, titles) or first[name] for name in ordered}


def measures(tables: dict[str, pd.DataFrame], dataset: str, titles: list[str]) -> list[Measure]:
    """What is published, then every measure of ours that has numbers of two models.

    Args:
        tables: The long forms `parzen`, `scores` and `likelihoods` of the run.
        dataset: Title of the data set.
        titles: Of the paper's experiments on it.
    """
    shown = shown_titles(titles)
    return [m for m in _all(tables, dataset, shown) if len(m.points) > 1]


def agreement(published: Measure, measure: Measure) -> Agreement:
    """How far the order of a measure is the published one."""
    both = [model for model in published.order if model in measure.points]
    pairs = list(combinations(both, 2))
    same = sum(measure.goodness(a) > measure.goodness(b) for a, b in pairs)
    return Agreement(same, len(pairs), sum(measure.tied(*pair) for pair in pairs))


def representation(scores: pd.DataFrame) -> str:
    """In which representation samples are compared here: features, where there are any."""
    known = list(dict.fromkeys(scores["representation"]))
    return "features" if "features" in known else next(iter(known), "")


def selected(table: pd.DataFrame, dataset: str, shown: dict[str, str]) -> pd.DataFrame:
    """Our rows of the shown models' selected checkpoints."""
    rows = pick(table, dataset=dataset, origin="measured", selection="selected")
    return rows[rows["model"].isin(shown.values())]


def _all(tables: dict[str, pd.DataFrame], dataset: str, shown: dict[str, str]) -> Iterator[Measure]:
    parzen = tables["parzen"]
    theirs = pick(parzen, dataset=dataset, origin="published")
    yield Measure(PUBLISHED, None, 1, _points(theirs, {name: name for name in shown}), "nats")
    ours = selected(parzen, dataset, shown)
    for estimator, words in ((RELEASED_GRID, "released grid"), (FINE_SIGMA, "fine σ")):
        points = _points(pick(ours, estimator=estimator), shown)
        yield Measure(f"Parzen, ours, {words}", None, 1, points, "nats")
    scores = selected(tables["scores"], dataset, shown)
    scores = pick(scores, representation=representation(scores))
    for name, best in BEST.items():
        heading, unit, digits = HEADINGS[name]
        points = _points(pick(scores, score=name), shown, "value", unit)
        yield Measure(heading, best, digits, points)
    likely = selected(tables["likelihoods"], dataset, shown)
    for kind in kinds(likely):
        points = _points(pick(likely, **kind), shown)
        yield Measure(f"log p(x), {named(kind)}", None, 1, points, "nats")


def _points(
    rows: pd.DataFrame, shown: dict[str, str], value: str = "log_likelihood", unit: float = 1.0
) -> dict[str, Point]:
    found = {}
    for name, title in shown.items():
        own = pick(rows, model=title)
        if own.empty:
            continue
        shared = [abs(end) for end in _interval(own.iloc[0]) if not pd.isna(end)]
        found[name] = Point(
            own[value].iloc[0] / unit,
            math.hypot(*own["standard_error"]) / unit,
            max(shared, default=0.0),
        )
    return found


def _interval(row: pd.Series) -> list[Any]:
    return [row.get(f"interval_{end}") for end in ("low", "high")]

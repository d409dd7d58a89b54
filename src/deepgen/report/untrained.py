"""Models that have not left their beginning: which they are, and how tables say so."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.evaluation.constant_image import ERRORS, margin, untrained
from deepgen.evaluation.estimators import RELEASED_GRID
from deepgen.report.roles import CONSTANT
from deepgen.report.same_model import Result

RULE = (
    "not better than one constant image, the training mean, by "
    f"{ERRORS:.0f} standard errors of the difference (released default grid, same test images)."
)
UNTRAINED = f"Untrained: {RULE}"


def compared_with_constant(
    results: list[Result], per_image: Mapping[str, np.ndarray]
) -> list[Result]:
    """Parzen scores with what one constant image of the same experiment says of them.

    Args:
        results: Row, name of the score, and {estimator: result}.
        per_image: {`<experiment>/<source>`: log-likelihoods [estimators, images], the estimators in
            sorted order} of one constant image and the models that it judges.

    Returns:
        The same; each result of a judged model has `constant_image`, its score under that
        estimator, and `untrained`, of the model.

    Raises:
        DeepgenError: if two arrays are not of the same estimators and images.
    """
    found = []
    for row, score, content in results:
        place, constant = (f"{row['experiment']}/{s}" for s in (row["source"], CONSTANT))
        if place in per_image and place != constant:
            content = _judged(place, content, per_image[place], per_image[constant])
        found.append((row, score, content))
    return found


def label(rows: pd.DataFrame) -> str:
    """What a cell of these rows adds to its number: ", untrained", or how many seeds are."""
    if "untrained" not in rows or not rows["untrained"].iloc[0]:
        return ""
    number, seeds = len(rows["untrained"].iloc[0].split(";")), rows["num_seeds"].iloc[0]
    return ", untrained" if number == seeds else f", {number} of {seeds} seeds untrained"


def all_untrained(rows: pd.DataFrame) -> bool:
    """Whether the model of these rows is untrained with every seed."""
    return label(rows) == ", untrained"


def reasons(table: pd.DataFrame) -> dict[str, str]:
    """{experiment: why} of those whose selected model of the first seed is untrained.

    That seed gives the figures.

    Args:
        table: The long form `parzen`.
    """
    rows = table[(table["selection"] == "selected") & (table["estimator"] == RELEASED_GRID)]
    found = {}
    for row in rows[rows["untrained"] != ""].to_dict("records"):
        first = row["source"].split(";")[0]
        if first in row["untrained"].split(";"):
            found[first.split("/")[0]] = f"Its Parzen score is {RULE}"
    return found


def _judged(
    place: str, content: dict[str, Any], model: np.ndarray, constant: np.ndarray
) -> dict[str, Any]:
    estimators = sorted(content)
    if model.shape != constant.shape or len(model) != len(estimators):
        raise DeepgenError(
            f"the log-likelihoods of {place} {[*model.shape]} and of one constant image "
            f"{[*constant.shape]} are not of the same estimators and images: score them again"
        )
    if RELEASED_GRID not in content:
        return content
    pairs = dict(zip(estimators, zip(model, constant, strict=True), strict=True))
    folds = [fold["num_test_examples"] for fold in content[RELEASED_GRID].get("per_fold") or []]
    verdict = untrained(*pairs[RELEASED_GRID], folds)
    judged = {}
    for estimator, result in content.items():
        better, _ = margin(*pairs[estimator], folds)
        own = {"constant_image": result["log_likelihood"] - better, "untrained": verdict}
        judged[estimator] = result | own
    return judged

"""What samples that were drawn in some way are worth: their Parzen score and their independence."""

from typing import Any

from torch import Tensor

from deepgen.evaluation.autocorrelation import autocorrelation
from deepgen.evaluation.parzen import choose_sigmas, evaluate, over_folds


def worth(
    samples: Tensor,
    length: int,
    folds: list[tuple[Tensor, Tensor]],
    settings: dict[str, Any],
    space: str,
) -> dict[str, Any]:
    """The Parzen score by the protocol of `parzen.json`, and the autocorrelation.

    Sigma is chosen for these samples on validation images, as that of the main score for its own.

    Args:
        samples: In the scoring space, [n, D], those of a chain one after the other.
        length: Samples of a chain; n for independent draws.
        folds: Validation images [v, D] and test images [m, D] of each, or of a set without folds.
        settings: The resolved section `parzen`.
        space: Name of the scoring space in words.

    Returns:
        `parzen`, {estimator: as in `parzen.json`, without the scores of the whole grid}, and
        `autocorrelation`, as `deepgen.evaluation.autocorrelation.autocorrelation`.
    """
    scores = []
    for valid, test in folds:
        _, choices = choose_sigmas(valid[: settings["sigma_examples"]], samples, settings)
        scores.append(evaluate(samples, test, choices, space, whole_grid=False)[0])
    return {
        "parzen": over_folds(scores) if len(scores) > 1 else scores[0],
        "autocorrelation": autocorrelation(samples, length),
    }

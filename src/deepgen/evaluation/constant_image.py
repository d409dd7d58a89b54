"""Has a model left its beginning? Its Parzen score against that of one constant image."""

import math

import numpy as np

ERRORS = 3.0  # standard errors of the difference by which a model must be better


def margin(model: np.ndarray, constant: np.ndarray, folds: list[int]) -> tuple[float, float]:
    """How much better than a constant image a model is, paired, because both saw the same images.

    Args:
        model: Log-likelihood of every test image under the model, nats [m]; several folds joined.
        constant: The same under one constant image, [m].
        folds: Images of each fold, in their order; empty for a set without folds.

    Returns:
        Mean difference in nats (over folds: of the folds' means) and its standard error: over
        images with ddof 0, over folds with ddof 1, as the scores' own errors.

    Raises:
        ValueError: if the two are not of the same images, or the folds do not make them up.

    Example:
        >>> margin(np.array([1.0, 2.0]), np.array([0.0, 3.0]), [])
        (0.0, 0.7071067811865475)
    """
    if model.shape != constant.shape or model.ndim != 1 or sum(folds) not in (0, len(model)):
        raise ValueError(f"{model.shape} and {constant.shape} in folds of {folds} do not compare")
    difference, ddof = model - constant, 0
    if folds:
        parts = np.split(difference, np.cumsum(folds)[:-1])
        difference, ddof = np.array([part.mean() for part in parts]), 1
    error = difference.std(ddof=ddof) / math.sqrt(len(difference))
    return float(difference.mean()), float(error)


def untrained(model: np.ndarray, constant: np.ndarray, folds: list[int]) -> bool:
    """Whether a model is not better than one constant image by three standard errors."""
    difference, error = margin(model, constant, folds)
    return not difference > ERRORS * error  # so that what is not a number is untrained, too

"""Squared maximum mean discrepancy, unbiased, with a Gaussian kernel.

    MMD^2 = mean_{i != j} k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j)

(Gretton et al. 2012, equation 3) with k(x, y) = exp(-|x - y|^2 / 2 sigma^2). Sigma is the median
distance of validation images, so that no model moves its own yardstick.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from deepgen.errors import DeepgenError
from deepgen.evaluation.distances import squared_distances
from deepgen.evaluation.sets import Sets, equal_numbers

BANDWIDTH_IMAGES = 2000


def score(sets: Sets, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """MMD^2 between samples and test images.

    Args:
        sets: Images; `samples`, `test` and, for the bandwidth, `valid` are used.
        settings: `num_samples` (at most so many of each).
        seed: Of the choice of images where one set is larger.

    Returns:
        `value`, `standard_error` (over draws of samples and of test images, see `squared_mmd`),
        `standard_error_over`, `num_samples`, `num_test_examples`, `bandwidth` (sigma).

    Raises:
        DeepgenError: for fewer than two images in a set, or validation images without spread.
    """
    samples, test = equal_numbers(sets, settings, seed)
    if min(len(samples), len(sets.valid)) < 2:
        raise DeepgenError(
            f"{len(samples)} samples, {len(test)} test and {len(sets.valid)} validation images are "
            "too few for a discrepancy: give at least two of each"
        )
    sigma = median_distance(sets.valid)
    value, variance = squared_mmd(samples, test, sigma)
    return {
        "value": value,
        "standard_error": math.sqrt(variance),
        "standard_error_over": "examples",
        "num_samples": len(samples),
        "num_test_examples": len(test),
        "bandwidth": sigma,
    }


def median_distance(x: Tensor) -> float:
    """Median Euclidean distance of all pairs among at most 2,000 evenly spaced rows of x [n, D].

    Evenly spaced and not drawn, so that all models and seeds of a data set share it.

    Raises:
        DeepgenError: if half of the pairs are equal.
    """
    count = min(len(x), BANDWIDTH_IMAGES)
    x = x[torch.linspace(0, len(x) - 1, count, dtype=torch.float64).round().long().to(x.device)]
    squared = torch.cat([squared for _, squared in squared_distances(x, x)])
    above = torch.triu_indices(count, count, offset=1, device=x.device)
    sigma = squared[above[0], above[1]].median().sqrt().item()
    if sigma == 0.0:
        raise DeepgenError(
            "half of the pairs of validation images are equal, so that their median distance is no "
            "bandwidth: prepare the data again"
        )
    return sigma


def squared_mmd(x: Tensor, y: Tensor, sigma: float) -> tuple[float, float]:
    """Unbiased MMD^2 and an estimate of its variance.

    The variance is that of a two-sample U-statistic by its Hoeffding decomposition (Serfling 1980,
    chapter 5; for this statistic Sutherland and Deka 2019), both orders: with
    a(x) = E k(x, X') - E k(x, Y), b(y) = E k(y, Y') - E k(y, X), and k~ the kernel without the
    means of its rows and columns,

        4 Var a / m + 4 Var b / n
        + 2 Var k~(X, X') / m(m-1) + 2 Var k~(Y, Y') / n(n-1) + 4 Var k~(X, Y) / mn

    so that it holds both where the sets differ (first line) and where they do not (second line).
    Estimates below zero count as zero, so that where the sets are alike the standard error is too
    large by up to a quarter on average.

    Args:
        x: [m, D], float32, m > 1.
        y: [n, D], float32, n > 1.
        sigma: Bandwidth, positive.
    """
    m, n = len(x), len(y)
    xx, yy, xy = _kernel(x, x, sigma), _kernel(y, y, sigma), _kernel(x, y, sigma)
    # k(x, x) = 1 is not part of the first two means
    x_rows, y_rows = (xx.rows - 1.0) / (m - 1), (yy.rows - 1.0) / (n - 1)
    x_mean, y_mean, mean = (v.mean().item() for v in (x_rows, y_rows, xy.rows / n))
    value = x_mean + y_mean - 2.0 * mean

    x_square = (xx.squares - m) / (m * (m - 1))
    y_square = (yy.squares - n) / (n * (n - 1))
    v_xx = _positive(x_square - x_mean**2 - 2.0 * _variance(x_rows))
    v_yy = _positive(y_square - y_mean**2 - 2.0 * _variance(y_rows))
    spread = _variance(xy.rows / n) + _variance(xy.columns / m)
    v_xy = _positive(xy.squares / (m * n) - mean**2 - spread)
    # Means of finitely many kernel values spread by their own noise as well
    a = _positive(_variance(x_rows - xy.rows / n) - v_xx / (m - 1) - v_xy / n)
    b = _positive(_variance(y_rows - xy.columns / m) - v_yy / (n - 1) - v_xy / m)
    second_order = 2 * v_xx / (m * (m - 1)) + 2 * v_yy / (n * (n - 1)) + 4 * v_xy / (m * n)
    return value, 4 * a / m + 4 * b / n + second_order


class _Kernel(NamedTuple):
    """Sums over a kernel matrix [m, n]: of each row and column, and of all squares."""

    rows: Tensor
    columns: Tensor
    squares: float


@torch.no_grad()
def _kernel(x: Tensor, y: Tensor, sigma: float) -> _Kernel:
    """Sums of k(x_i, y_j) in float64."""
    rows, columns, squares = [], 0.0, 0.0
    for _, squared in squared_distances(x, y):
        k = squared.mul_(-0.5 / sigma**2).exp_()
        rows.append(k.sum(1))
        columns = columns + k.sum(0)
        squares += k.square().sum().item()
    return _Kernel(torch.cat(rows), columns, squares)


def _variance(x: Tensor) -> float:
    return x.var(correction=0).item()


def _positive(value: float) -> float:
    """A variance that was estimated by a difference may come out below zero."""
    return max(value, 0.0)

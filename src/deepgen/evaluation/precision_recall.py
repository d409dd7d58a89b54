"""Precision and recall, density and coverage: do samples lie among test images, and all of them?

A set's support is estimated by balls, one around each image, that reach its k-th neighbour in the
set. Precision: samples inside a ball of a test image; recall: test images inside a ball of a sample
(Kynkaanniemi et al. 2019, equations 1 and 2). Density: test balls a sample lies in, divided by k;
coverage: test images whose ball holds a sample (Naeem et al. 2020, section 3).
"""

import math
from typing import Any

import torch
from torch import Tensor

from deepgen.errors import DeepgenError
from deepgen.evaluation.distances import squared_distances, squared_radii
from deepgen.evaluation.readings import LEAST_VARIANCE
from deepgen.evaluation.sets import Sets, equal_numbers

# The same distance computed in two blocks differs by rounding; as in `prdc`, a tie is outside.
TIE = 1.0 - 1e-9


def score(sets: Sets, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """All four scores, from equal numbers of samples and test images.

    Args:
        sets: Images; `samples` and `test` are used.
        settings: `num_samples` (at most so many of each) and `neighbours` (k).
        seed: Of the choice of images where one set is larger.

    Returns:
        {"precision", "recall", "density", "coverage"}, each a dict with `value`, `standard_error`,
        `standard_error_over`, `num_samples`, `num_test_examples`, `neighbours`. Standard errors are
        binomial, for density that of the mean over samples. They hold the balls fixed, so that the
        randomness of the set that the balls belong to is not included. Also in each, to tell what
        is no set of pictures: `relative_variance`, the samples' total variance over that of the
        test images; `relative_density`, the density over that of the test image which lies in most
        balls of the others; and `collapsed`: variance below 0.01, or more density than any real
        image has.

    Raises:
        DeepgenError: if the sets have no k-th neighbour.
    """
    samples, test = equal_numbers(sets, settings, seed)
    n, k = len(test), settings["neighbours"]
    if not 0 < k < n:
        raise DeepgenError(
            f"neighbours is {k}, but {n} samples are compared with {n} test images: choose 1 to "
            f"{n - 1}, or draw more samples"
        )
    counts, recalled, covered = _inside(samples, test, k)
    density = counts.double() / k
    variances = [x.var(0).sum().item() for x in (samples.double(), test.double())]
    variance = variances[0] / variances[1] if variances[1] > 0 else 0.0
    largest = max(_largest_density(test, k), 1 / k)
    relative = density.mean().item() / largest
    common = {
        "relative_variance": variance,
        "relative_density": relative,
        "collapsed": variance < LEAST_VARIANCE or relative > 1.0,
        "standard_error_over": "examples",
        "num_samples": n,
        "num_test_examples": n,
        "neighbours": k,
    }
    proportions = {"precision": counts > 0, "recall": recalled, "coverage": covered}
    result = {name: _proportion(inside) | common for name, inside in proportions.items()}
    error = density.std().item() / math.sqrt(n)
    result["density"] = {"value": density.mean().item(), "standard_error": error} | common
    return result


@torch.no_grad()
def _inside(samples: Tensor, test: Tensor, k: int) -> tuple[Tensor, Tensor, Tensor]:
    """Who lies in whose ball, for samples and test images [n, D] each.

    Returns:
        Test balls each sample lies in, int64 [n]; whether each test image lies in a sample's ball,
        and whether its own ball holds a sample, bool [n].
    """
    test_radii, sample_radii = squared_radii(test, k) * TIE, squared_radii(samples, k) * TIE
    counts = []
    recalled = torch.zeros(len(test), dtype=torch.bool, device=test.device)
    covered = recalled.clone()
    for rows, squared in squared_distances(samples, test):
        in_test_ball = squared < test_radii
        counts.append(in_test_ball.sum(1))
        covered |= in_test_ball.any(0)
        recalled |= (squared < sample_radii[rows, None]).any(0)
    return torch.cat(counts), recalled, covered


@torch.no_grad()
def _largest_density(test: Tensor, k: int) -> float:
    """The largest number of other test images' balls that one of them lies in, divided by k."""
    radii = squared_radii(test, k) * TIE
    own = (radii > 0).long()
    blocks = squared_distances(test, test)
    counts = [(squared < radii).sum(1) - own[rows] for rows, squared in blocks]
    return torch.cat(counts).max().item() / k


def _proportion(inside: Tensor) -> dict[str, float]:
    """A share and its binomial standard error."""
    p = inside.double().mean().item()
    return {"value": p, "standard_error": math.sqrt(p * (1.0 - p) / len(inside))}

"""The classifier two-sample test."""

import numpy as np
import pytest
import torch
from scipy.stats import binom

from deepgen.errors import DeepgenError
from deepgen.evaluation.sets import Sets
from deepgen.evaluation.two_sample import score

SETTINGS = {"num_samples": 10_000}


def gaussians(n, shift=0.0, width=10, seed=0):
    """Samples N(shift, 1) in the first coordinate, test images N(0, 1)."""
    rng = np.random.default_rng(seed)
    samples, test = (
        torch.tensor(rng.standard_normal((n, width)), dtype=torch.float32) for _ in "ab"
    )
    samples[:, 0] += shift
    return Sets(samples, test, test, test, test)


def test_equal_distributions_cannot_be_told_apart():
    result = score(gaussians(2000), SETTINGS, 1)
    assert abs(result["value"] - 0.5) < 3.5 * result["standard_error"]
    assert result["p_value"] > 0.001


def test_shifted_gaussians_are_told_apart_as_well_as_the_best_rule_does():
    result = score(gaussians(4000, shift=2.0, width=3), SETTINGS, 1)
    best = 0.841345  # Phi(1): the optimal threshold is half way
    assert result["value"] == pytest.approx(best, abs=0.02)
    assert result["p_value"] < 1e-100


def test_a_difference_in_spread_alone_is_found():
    sets = gaussians(2000)
    wider = Sets(1.5 * sets.samples, sets.test, sets.test, sets.test, sets.test)
    assert score(wider, SETTINGS, 1)["value"] > 0.65


def test_error_and_p_value_are_those_of_the_images_that_were_judged():
    result = score(gaussians(301, shift=0.5), {"num_samples": 201}, 3)
    n, accuracy = result["num_judged"], result["value"]
    assert (n, result["num_samples"], result["num_test_examples"]) == (202, 201, 201)
    assert result["standard_error"] == pytest.approx((accuracy * (1 - accuracy) / n) ** 0.5)
    correct = round(accuracy * n)
    assert correct == pytest.approx(accuracy * n)
    assert result["p_value"] == pytest.approx(binom.sf(correct - 1, n, 0.5))


def test_coordinates_that_never_change_do_no_harm():
    sets = gaussians(200, shift=3.0)
    x, y = (torch.cat([x, torch.zeros(200, 5)], dim=1) for x in (sets.samples, sets.test))
    assert score(Sets(x, y, y, y, y), SETTINGS, 1)["value"] > 0.8


def test_same_seed_same_bits_and_another_seed_other_halves():
    sets = gaussians(300, shift=0.5)
    first, again, *others = (score(sets, SETTINGS, seed) for seed in (1, 1, 2, 3))
    assert first == again
    assert len({other["value"] for other in others}) > 1


def test_too_few_images_are_refused():
    with pytest.raises(DeepgenError, match="3 samples and 3 test images"):
        score(gaussians(3), SETTINGS, 1)

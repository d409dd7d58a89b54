"""Choosing sigma and the score with its error."""

import math

import numpy as np
import pytest
import torch

from deepgen.evaluation.parzen import (
    FINE_SIGMA,
    RELEASED_GRID,
    choose_sigmas,
    evaluate,
    log_grid,
    summarise,
)

SETTINGS = {
    "grid": {"start": 0.1, "stop": 1.0, "num": 10},
    "fine_range": [0.02, 2.0],
    "fine_tolerance": 0.01,
}


def gaussian(n: int, sigma: float, seed: int) -> torch.Tensor:
    return sigma * torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))


def test_the_default_grid_is_that_of_the_released_code():
    assert np.allclose(log_grid(0.1, 1.0, 10), np.logspace(-1, 0, 10))


def test_with_one_sample_sigma_is_the_spread_of_the_data():
    # One centre at 0: the best sigma is the root mean square of the validation coordinates
    x = gaussian(500, 0.3, seed=1)
    _, choices = choose_sigmas(x, torch.zeros(1, 4), SETTINGS)
    best = x.square().mean().sqrt().item()
    assert choices[FINE_SIGMA]["sigma"] == pytest.approx(best, rel=0.01)
    nearest = min(log_grid(0.1, 1.0, 10), key=lambda s: abs(math.log(s / best)))
    assert choices[RELEASED_GRID]["sigma"] == pytest.approx(nearest)
    assert not choices[RELEASED_GRID]["on_grid_edge"]
    assert not choices[FINE_SIGMA]["on_grid_edge"]


@pytest.mark.parametrize(("spread", "edge"), [(0.05, 0.1), (1.5, 1.0)])
def test_a_sigma_on_the_grids_edge_is_flagged(spread, edge):
    _, choices = choose_sigmas(gaussian(200, spread, seed=2), torch.zeros(1, 4), SETTINGS)
    assert choices[RELEASED_GRID]["sigma"] == pytest.approx(edge)
    assert choices[RELEASED_GRID]["on_grid_edge"]
    assert not choices[FINE_SIGMA]["on_grid_edge"]


def test_the_fine_sigma_is_never_worse_on_validation_images():
    x, samples = gaussian(300, 0.4, seed=3), gaussian(50, 0.4, seed=4)
    curve, choices = choose_sigmas(x, samples, SETTINGS)
    best = {
        name: max(r["log_likelihood"] for r in curve if r["estimator"] == name) for name in choices
    }
    assert best[FINE_SIGMA] >= best[RELEASED_GRID] - 1e-3
    sigmas = [r["sigma"] for r in curve if r["estimator"] == FINE_SIGMA]
    assert sigmas == sorted(set(sigmas))
    assert min(sigmas) == pytest.approx(0.02)
    assert max(sigmas) == pytest.approx(2.0)


def test_the_score_says_what_it_rests_on():
    samples, test = gaussian(50, 0.4, seed=5), gaussian(70, 0.4, seed=6)
    choices = {RELEASED_GRID: {"sigma": 0.3, "on_grid_edge": False, "grid": [0.1, 1.0, 10]}}
    row = evaluate(samples, test, choices, "a space")[0][RELEASED_GRID]
    assert (row["num_samples"], row["num_test_examples"], row["space"]) == (50, 70, "a space")
    squared = ((test[:, None].double() - samples.double()) ** 2).sum(2)
    density = np.exp(-squared.numpy() / (2 * 0.3**2)).mean(1) / (0.3 * math.sqrt(2 * math.pi)) ** 4
    assert row["log_likelihood"] == pytest.approx(np.log(density).mean(), abs=1e-4)
    assert row["standard_error"] == pytest.approx(np.log(density).std() / math.sqrt(70), abs=1e-4)


def test_the_standard_error_has_ddof_0_as_released():
    assert summarise(torch.tensor([1.0, 3.0])) == {
        "log_likelihood": 2.0,
        "standard_error": pytest.approx(1 / math.sqrt(2)),
    }

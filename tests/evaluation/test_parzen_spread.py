"""What the ± of a Parzen score leaves out, against direct float64 computations on made data."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.evaluation.parzen_spread import RUNS, Fold, spreads

SETTINGS = {
    "grid": {"start": 0.1, "stop": 1.0, "num": 10},
    "fine_range": [0.02, 2.0],
    "fine_tolerance": 0.002,
    "sigma_examples": 60,
}
CENTRE = torch.zeros(1, 4)  # under one centre the best sigma is the root mean square of the images


def gaussian(n, sigma, seed):
    return sigma * torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))


def found(samples, redraws, folds, resamples=40, **changed):
    rng = torch.Generator().manual_seed(1)
    return spreads(samples, redraws, folds, SETTINGS | changed, resamples, rng, "a space")


def direct(samples, fold):
    """{estimator: test score} of one set of samples in one fold."""
    s, valid, test = (x.double().numpy() for x in (samples, fold.valid[:60], fold.test))

    def score(x, sigma):
        squared = ((x[:, None] - s) ** 2).sum(2)
        terms = logsumexp(-squared / (2 * sigma**2), axis=1) - np.log(len(s))
        return (terms - 4 * np.log(sigma * np.sqrt(2 * np.pi))).mean()

    paper = max(np.logspace(-1, 0, 10), key=lambda sigma: score(valid, sigma))
    fine = minimize_scalar(lambda t: -score(valid, np.exp(t)), bounds=(-3, 0), method="bounded")
    return {RELEASED_GRID: score(test, paper), FINE_SIGMA: score(test, np.exp(fine.x))}


@pytest.mark.parametrize("number", [1, 3])
def test_scores_of_redrawn_samples_are_those_of_the_whole_protocol(number):
    """Of several folds the mean, whose spread is that of means: not the mean of the folds'."""
    sets = [gaussian(50, 0.3, seed) for seed in range(4)]
    folds = [Fold(gaussian(90, 0.4, 10 + k), gaussian(80, 0.4, 20 + k)) for k in range(number)]
    results = found(sets[0], iter(sets[1:]), folds)
    expected = [[direct(samples, fold) for fold in folds] for samples in sets]
    for estimator, result in results.items():
        scores = np.array([[fold[estimator] for fold in of_set] for of_set in expected]).mean(1)
        assert result["redrawn"]["log_likelihood"] == pytest.approx(scores, abs=2e-3)
        assert result["log_likelihood"] == result["redrawn"]["log_likelihood"][0]
        assert result["spread_over_samples"] == pytest.approx(scores.std(ddof=1), rel=0.02)
        assert result["sample_sets"] == 4
        assert result["standard_error_over"] == ("examples" if number == 1 else "folds")


def test_a_model_that_always_draws_the_same_has_no_spread_over_samples():
    samples = gaussian(50, 0.3, 1)
    fold = Fold(gaussian(90, 0.4, 2), gaussian(80, 0.4, 3))
    for result in found(samples, [samples.clone(), samples.clone()], [fold]).values():
        assert result["spread_over_samples"] == 0.0


def test_there_is_no_spread_over_validation_where_all_images_choose_one_sigma():
    same = gaussian(1, 0.4, 1).expand(90, 4)
    for result in found(CENTRE, [CENTRE], [Fold(same, gaussian(80, 0.4, 3))]).values():
        assert result["spread_over_validation"] == 0.0
        assert len(set(result["resampled"]["sigma"])) == 1


@pytest.mark.parametrize("count", [60, 600])
def test_sigma_spreads_as_means_over_runs_of_neighbours_do(count):
    """The best sigma squared is the mean square of the images, here in the closed form."""
    valid = gaussian(600, 0.4, 1) * torch.linspace(0.2, 3.0, 600)[:, None]
    fold = Fold(valid, gaussian(50, 0.4, 2))
    result = found(CENTRE, [CENTRE], [fold], resamples=2000, sigma_examples=count)[FINE_SIGMA]
    squares = valid.double().square().mean(1).numpy()
    length = count // RUNS
    runs = np.concatenate([squares, squares[: length - 1]])
    runs = np.convolve(runs, np.ones(length) / length, "valid")
    variances = np.square(result["resampled"]["sigma"])
    assert variances.mean() == pytest.approx(squares.mean(), rel=0.02)
    assert variances.std() == pytest.approx(runs.std() / RUNS**0.5, rel=0.06)
    # Whichever sigma was chosen, the score is that of the test images under it
    sigma = np.array(result["resampled"]["sigma"])
    test = fold.test.double().square().sum(1).mean().item()
    scores = -test / (2 * sigma**2) - 4 * np.log(sigma * np.sqrt(2 * np.pi))
    assert result["resampled"]["log_likelihood"] == pytest.approx(scores, abs=1e-4)
    assert result["spread_over_validation"] == pytest.approx(scores.std(ddof=1), rel=1e-3)


def test_the_spread_grows_where_stretches_of_the_validation_images_differ():
    """The same images in another order: neighbours that resemble each other say less of the set."""
    sorted_ones = torch.cat([gaussian(300, 0.2, 1), gaussian(300, 0.6, 2)])
    mixed = sorted_ones[torch.randperm(600, generator=torch.Generator().manual_seed(3))]
    test = gaussian(80, 0.4, 3)
    apart, together = (
        found(CENTRE, [CENTRE], [Fold(valid, test)], resamples=200)
        for valid in (sorted_ones, mixed)
    )
    for estimator in (RELEASED_GRID, FINE_SIGMA):
        spread = apart[estimator]["spread_over_validation"]
        assert spread > 1.5 * together[estimator]["spread_over_validation"] > 0


def test_no_sigma_leaves_the_range_that_is_searched():
    fold = Fold(gaussian(90, 0.4, 1), gaussian(80, 0.4, 2))
    result = found(CENTRE, [CENTRE], [fold], fine_range=[0.05, 0.2])[FINE_SIGMA]
    assert result["resampled"]["sigma"] == pytest.approx([0.2] * 40)
    assert result["spread_over_validation"] == 0.0

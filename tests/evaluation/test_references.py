"""Reference sets of samples."""

import numpy as np
import pytest
import torch

from deepgen.evaluation import references
from deepgen.evaluation.estimators import FINE_SIGMA
from deepgen.evaluation.parzen import choose_sigmas, evaluate


def made(n: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((5, 5))
    return (rng.standard_normal((n, 5)) @ mixing + 3).astype(np.float32)


def test_training_images_are_drawn_without_replacement_and_by_seed():
    train = made()
    chosen = references.training_images(train, 500, seed=1)
    assert len(np.unique(chosen, axis=0)) == 500
    assert (chosen[:, None] == train).all(2).any(1).all()
    assert np.array_equal(chosen, references.training_images(train, 500, seed=1))
    assert not np.array_equal(chosen, references.training_images(train, 500, seed=2))


def test_the_gaussian_has_the_moments_of_the_training_set():
    train = made()
    draws = references.gaussian(train, 100_000, seed=1)
    assert draws.dtype == np.float32
    assert np.allclose(draws.mean(0), train.mean(0), atol=0.05)
    assert np.allclose(np.cov(draws, rowvar=False), np.cov(train, rowvar=False), atol=0.15)


def test_kmeans_centroids_are_the_means_of_their_cells():
    train = made(600)
    centroids = references.kmeans(train, 4, iterations=100, seed=1, threads=1)
    cell = ((train[:, None] - centroids) ** 2).sum(2).argmin(1)
    means = np.stack([train[cell == i].mean(0) for i in range(4)])
    assert np.allclose(centroids, means, atol=1e-3)
    again = references.kmeans(train, 4, iterations=100, seed=1, threads=1)
    assert np.array_equal(centroids, again)


def test_one_constant_image_scores_as_a_gaussian_around_the_mean():
    """One centre: log N(x; mean, sigma^2 I), and the best sigma is known in closed form."""
    train, test = made(), made(1000)
    samples = references.constant_image(train)
    assert samples.shape == (1, 5)
    assert np.allclose(samples, train.mean(0), atol=1e-6)
    window = {"grid": {"start": 1.0, "stop": 10.0, "num": 10}}
    window |= {"fine_range": [0.1, 100.0], "fine_tolerance": 0.01}
    x, centre = torch.from_numpy(test), torch.from_numpy(samples)
    _, choices = choose_sigmas(x, centre, window)
    result = evaluate(centre, x, choices, "a space")[0][FINE_SIGMA]
    squared = np.square(test.astype(float) - train.mean(0, dtype=float)).sum(1)
    sigma = result["sigma"]
    assert sigma == pytest.approx(np.sqrt(squared.mean() / 5), rel=0.02)
    density = -squared / (2 * sigma**2) - 5 * np.log(sigma * np.sqrt(2 * np.pi))
    assert result["log_likelihood"] == pytest.approx(density.mean(), abs=1e-5)
    assert result["num_samples"] == 1

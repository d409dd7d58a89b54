"""The data-copying test."""

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu, norm
from sklearn.neighbors import NearestNeighbors

from deepgen.errors import DeepgenError
from deepgen.evaluation.data_copying import score, z_u
from deepgen.evaluation.sets import Sets


def settings(cells, n=10_000):
    return {"num_samples": n, "cells": cells}


def clusters(rng, n, centres=4, width=6):
    """Draws from well separated Gaussians."""
    x = rng.standard_normal((n, width))
    x[:, 0] += 50.0 * rng.integers(centres, size=n)
    return torch.from_numpy(x.astype(np.float32))


def sets(samples, held_out, train):
    return Sets(samples, held_out, held_out, held_out, train)


def test_a_missing_training_set_is_refused():
    x = clusters(np.random.default_rng(0), 40)
    with pytest.raises(DeepgenError, match="measured against the training set") as error:
        score(sets(x, x, None), settings(1), 1)
    assert "\n" not in str(error.value)


@pytest.fixture
def world():
    rng = np.random.default_rng(0)
    return rng, clusters(rng, 2000), clusters(rng, 800)


@pytest.mark.parametrize("ties", [False, True])
def test_z_has_scipys_sign_and_value(ties):
    rng = np.random.default_rng(0)
    for shift in (-0.5, 0.0, 0.7):
        model, real = rng.standard_normal(60) + shift, rng.standard_normal(45)
        if ties:
            model, real = model.round(), real.round()
        test = mannwhitneyu(
            model, real, alternative="less", method="asymptotic", use_continuity=False
        )
        assert norm.cdf(z_u(model, real)) == pytest.approx(test.pvalue, rel=1e-9)


def test_z_of_equal_distances_is_zero():
    assert z_u(np.zeros(30), np.zeros(30)) == 0.0


def test_one_cell_gives_the_global_statistic(world):
    rng, train, held_out = world
    samples = 1.1 * clusters(rng, 700)
    tree = NearestNeighbors(n_neighbors=1).fit(train.double())
    model, real = (tree.kneighbors(x.double())[0][:, 0] for x in (samples, held_out))
    result = score(sets(samples, held_out, train), settings(1), 1)
    assert result["value"] == pytest.approx(z_u(model, real), abs=1e-9)
    assert result["standard_error"] == 1.0


def test_is_the_mean_of_the_cells_weighted_by_held_out_images(world):
    rng, train, held_out = world
    samples = clusters(rng, 700)
    samples[:, 1] *= 1 + samples[:, 0].div(50).round()  # each cluster underfits in its own degree
    scores, weights = [], []
    for centre in (0, 50, 100, 150):
        t, h, s = (x[(x[:, 0] - centre).abs() < 25].double() for x in (train, held_out, samples))
        tree = NearestNeighbors(n_neighbors=1).fit(t)
        scores.append(z_u(*(tree.kneighbors(x)[0][:, 0] for x in (s, h))))
        weights.append(len(h) / 800)
    result = score(sets(samples, held_out, train), settings(4), 1)
    assert result["value"] == pytest.approx(np.average(scores, weights=weights), abs=1e-9)
    assert result["standard_error"] == pytest.approx(np.linalg.norm(weights))
    assert (result["cells_used"], result["held_out_share"]) == (4, pytest.approx(1.0))


def test_cells_with_few_samples_are_left_out(world):
    rng, train, held_out = world
    samples = clusters(rng, 800)
    first = (samples[:, 0] < 25).nonzero()[:, 0]
    keep = torch.ones(800, dtype=torch.bool)
    keep[first[19:]] = False
    result = score(sets(samples[keep], held_out, train), settings(4), 1)
    assert result["cells_used"] == 3
    share = (held_out[:, 0] >= 25).double().mean().item()
    assert result["held_out_share"] == pytest.approx(share)


def test_under_the_null_the_mean_is_zero_and_the_error_its_spread():
    rng = np.random.default_rng(0)
    results = []
    for _ in range(60):
        train, held_out, samples = (clusters(rng, 300, centres=2) for _ in range(3))
        results.append(score(sets(samples, held_out, train), settings(2), 1))
    values = np.array([result["value"] for result in results])
    stated = np.mean([result["standard_error"] for result in results])
    assert abs(values.mean()) < 4 * stated / 60**0.5
    # Held-out images and samples share the training set, which the null holds fixed
    assert values.std() == pytest.approx(stated, rel=0.3)


def test_copies_are_negative_and_noise_is_positive_on_mnist(mnist):
    train = torch.from_numpy(mnist["train"][:3000])
    fresh, held_out = (torch.from_numpy(mnist["train"][i : i + 1000]) for i in (50_000, 52_000))
    noise = 0.2 * torch.randn(1000, 784, generator=torch.Generator().manual_seed(1))
    value = {
        name: score(sets(samples, held_out, train), settings(5), 1)["value"]
        for name, samples in {
            "copies": train[1000:2000],
            "near copies": train[1000:2000] + 0.1 * noise,
            "fresh": fresh,
            "noisy": fresh + noise,
        }.items()
    }
    assert value["copies"] < -10
    assert value["near copies"] < -10
    assert abs(value["fresh"]) < 2
    assert value["noisy"] > 5


def test_a_rerun_gives_the_same_bits(world):
    rng, train, held_out = world
    given = sets(clusters(rng, 900), held_out, train)
    assert score(given, settings(7, 500), 3) == score(given, settings(7, 500), 3)
    assert score(given, settings(7, 500), 3)["num_samples"] == 500


def test_too_many_cells_are_refused(world):
    rng, train, held_out = world
    with pytest.raises(DeepgenError, match="none of 100 cells holds 20 of 60 samples"):
        score(sets(clusters(rng, 60), held_out, train), settings(100), 1)
    with pytest.raises(DeepgenError, match="cells is 3000, but there are 2000 training images"):
        score(sets(held_out, held_out, train), settings(3000), 1)

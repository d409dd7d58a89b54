"""Unbiased squared MMD."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from deepgen.errors import DeepgenError
from deepgen.evaluation import distances
from deepgen.evaluation.mmd import median_distance, score, squared_mmd
from deepgen.evaluation.sets import Sets

SETTINGS = {"num_samples": 10_000}


def draw(rng, n, shift=0.0, width=5):
    x = rng.standard_normal((n, width)).astype(np.float32)
    x[:, 0] += shift
    return torch.from_numpy(x)


def brute_force(x, y, sigma):
    """Gretton et al. 2012, equation 3, by scikit-learn's kernel in float64."""
    x, y = x.numpy().astype(np.float64), y.numpy().astype(np.float64)
    (m, n), gamma = (len(x), len(y)), 0.5 / sigma**2
    xx, yy, xy = (rbf_kernel(a, b, gamma) for a, b in ((x, x), (y, y), (x, y)))
    within = (xx.sum() - xx.trace()) / (m * (m - 1)) + (yy.sum() - yy.trace()) / (n * (n - 1))
    return within - 2 * xy.mean()


def test_equals_the_definition(monkeypatch):
    monkeypatch.setattr(distances, "ENTRIES", 23 * 90)
    rng = np.random.default_rng(0)
    x, y = draw(rng, 70, shift=0.5), draw(rng, 90)
    for sigma in (0.5, 2.0, 8.0):
        expected = brute_force(x, y, sigma)
        assert squared_mmd(x, y, sigma)[0] == pytest.approx(expected, abs=1e-12)


def test_equals_the_definition_on_images(mnist):
    x, y = (torch.from_numpy(mnist[part][:200]) for part in ("train", "test"))
    assert squared_mmd(x, y, 10.0)[0] == pytest.approx(brute_force(x, y, 10.0), abs=1e-12)


def test_is_the_known_value_for_two_gaussians():
    """For N(0, 1) and N(s, 1): E k = sqrt(v / (v + 2)) exp(-s^2 / 2 (v + 2)) with v = sigma^2."""
    rng, shift, v = np.random.default_rng(0), 0.5, 1.5**2
    x, y = draw(rng, 3000, shift, width=1), draw(rng, 3000, width=1)
    value, variance = squared_mmd(x, y, v**0.5)
    expected = 2 * (v / (v + 2)) ** 0.5 * (1 - np.exp(-(shift**2) / 2 / (v + 2)))
    assert abs(value - expected) < 3 * variance**0.5


@pytest.mark.parametrize("shift", [0.0, 0.3, 2.0])
def test_the_standard_error_is_the_spread_of_repeated_draws(shift):
    rng = np.random.default_rng(1)
    runs = [squared_mmd(draw(rng, 60, shift), draw(rng, 80), 3.0) for _ in range(400)]
    values, variances = np.array(runs).T
    ratio = np.mean(variances) / values.var()
    if shift == 0.0:
        assert abs(values.mean()) < 4 * values.std() / 20  # unbiased
        assert 0.8 < ratio < 1.25**2  # an error that is stated to be large rather than small
    else:
        assert 0.8 < ratio < 1.25


def test_no_image_but_validation_images_moves_the_bandwidth():
    rng = np.random.default_rng(0)
    samples, test, valid = draw(rng, 40, shift=9.0), draw(rng, 50), draw(rng, 30)
    result = score(Sets(samples, test, 5 * test, valid, 7 * test), SETTINGS, 1)
    assert result["bandwidth"] == pytest.approx(np.median(pdist(valid.double())), rel=0.01)
    assert result["num_samples"] == result["num_test_examples"] == 40
    wider = score(Sets(samples, test, test, 2 * valid, test), SETTINGS, 1)
    assert wider["bandwidth"] == pytest.approx(2 * result["bandwidth"])


def test_many_validation_images_are_thinned_out_evenly():
    x = draw(np.random.default_rng(0), 5000)
    x[2500:] *= 3  # a subset from one end would miss these
    some = x[np.random.default_rng(1).choice(5000, 2000, replace=False)].double()
    assert median_distance(x) == pytest.approx(np.median(pdist(some)), rel=0.05)


def test_more_different_samples_score_worse_and_reruns_give_the_same_bits():
    rng = np.random.default_rng(0)
    test = draw(rng, 300)
    near, far = (Sets(draw(rng, 400, s), test, test, test, test) for s in (0.3, 1.0))
    assert score(near, SETTINGS, 1)["value"] < score(far, SETTINGS, 1)["value"]
    assert score(near, SETTINGS, 1) == score(near, SETTINGS, 1)
    assert score(near, SETTINGS, 1)["value"] != score(near, SETTINGS, 2)["value"]


def test_sets_without_pairs_or_spread_are_refused():
    x, one = torch.randn(5, 3), torch.zeros(1, 3)
    with pytest.raises(DeepgenError, match="5 samples, 5 test and 1 validation images"):
        score(Sets(x, x, x, one, x), SETTINGS, 1)
    with pytest.raises(DeepgenError, match="median distance is no bandwidth"):
        score(Sets(x, x, x, one.expand(4, 3), x), SETTINGS, 1)

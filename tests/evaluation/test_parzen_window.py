"""The Parzen window against golden values, closed forms and a float64 sum over all pairs."""

import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from deepgen.evaluation import parzen_window
from deepgen.evaluation.parzen_window import log_likelihood, search

SIGMAS = [0.05, 0.1, 0.1668, 0.4, 1.0, 2.0]


def brute_force(x, samples, sigmas) -> np.ndarray:
    """The definition in float64, one point at a time, [len(sigmas), m]."""
    x, samples = np.asarray(x, np.float64), np.asarray(samples, np.float64)
    n, d = samples.shape
    squared = np.array([np.square(samples - point).sum(axis=1) for point in x])
    rows = []
    for sigma in sigmas:
        log_sum = logsumexp(-squared / (2 * sigma**2), axis=1)
        rows.append(log_sum - math.log(n) - d * math.log(sigma * math.sqrt(2 * math.pi)))
    return np.array(rows)


def assert_exact(x, samples, sigmas=SIGMAS) -> None:
    found = log_likelihood(torch.from_numpy(x), torch.from_numpy(samples), sigmas).numpy()
    expected = brute_force(x, samples, sigmas)
    assert found.shape == expected.shape
    assert found.dtype == np.float64
    assert np.abs(found - expected).max() < 1e-2
    assert np.abs(found.mean(axis=1) - expected.mean(axis=1)).max() < 1e-3


def test_two_samples_by_hand():
    samples, x = torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.5, 0.25]])
    found = log_likelihood(x, samples, [0.2]).item()
    assert found == pytest.approx(-3.2164698289, abs=1e-6)


def test_golden_value_on_mnist(mnist):
    """An independent float64 program gave these numbers; the paper's protocol throughout."""
    samples = torch.from_numpy(mnist["train"][:10_000])
    valid = torch.from_numpy(mnist["train"][50_000:51_000])
    sigmas = np.logspace(-1, 0, 10).tolist()
    means = log_likelihood(valid, samples, sigmas).mean(dim=1)
    best = int(means.argmax())
    assert sigmas[best] == pytest.approx(0.166810, abs=1e-6)
    assert means[best].item() == pytest.approx(238.1233, abs=1e-3)
    test = log_likelihood(torch.from_numpy(mnist["test"]), samples, [sigmas[best]])[0].numpy()
    assert test.mean() == pytest.approx(241.1929, abs=1e-3)
    assert test.std(ddof=0) / math.sqrt(len(test)) == pytest.approx(2.1303, abs=1e-3)


def test_mnist_equals_the_definition_in_float64(mnist):
    assert_exact(mnist["test"][:100], mnist["train"][:2000])


def test_points_that_are_samples_themselves_are_exact(mnist):
    samples = np.concatenate([mnist["train"][:300], mnist["train"][:30]])  # and some of them twice
    assert_exact(mnist["train"][:60], samples)


def test_random_points_in_few_and_many_dimensions_are_exact():
    rng = np.random.default_rng(0)
    for n, d in ((1, 1), (5, 2), (9, 30), (700, 3000)):
        x, samples = rng.random((20, d), np.float32), rng.random((n, d), np.float32)
        assert_exact(x, samples)


@pytest.mark.parametrize("offset", [100.0, -1000.0])
def test_data_far_from_the_origin_are_exact(mnist, offset):
    assert_exact(mnist["test"][:40] + np.float32(offset), mnist["train"][:500] + np.float32(offset))


def test_distances_are_exact_where_every_term_underflows(mnist):
    x, samples = mnist["test"][:20], mnist["train"][:500]
    found = log_likelihood(torch.from_numpy(x), torch.from_numpy(samples), [0.01]).numpy()
    assert np.allclose(found, brute_force(x, samples, [0.01]), rtol=1e-6)
    assert found.max() < -10_000


@pytest.mark.parametrize(("sigma", "distance"), [(0.1, 0.0), (0.3, 2.0), (2.0, 50.0)])
def test_one_sample_is_a_gaussian(sigma, distance):
    d = 25
    x = torch.full((1, d), distance)
    expected = -d * distance**2 / (2 * sigma**2) - d * math.log(sigma * math.sqrt(2 * math.pi))
    found = log_likelihood(x, torch.zeros(1, d), [sigma]).item()
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_window_is_a_density():
    samples = torch.tensor([[-0.7], [0.1], [0.3], [2.0]])
    x = torch.linspace(-8, 9, 20_001)[:, None]
    density = log_likelihood(x, samples, [0.2, 0.9]).exp()
    integral = torch.trapezoid(density, dx=17 / 20_000, dim=1)
    assert integral.tolist() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_the_order_of_samples_and_points_does_not_matter(mnist):
    x, samples = torch.from_numpy(mnist["test"][:300]), torch.from_numpy(mnist["train"][:1500])
    whole = log_likelihood(x, samples, SIGMAS)
    rng = torch.Generator().manual_seed(0)
    shuffled = samples[torch.randperm(len(samples), generator=rng)]
    assert (log_likelihood(x, shuffled, SIGMAS) - whole).abs().max() < 2e-3
    assert (log_likelihood(x.flip(0), samples, SIGMAS).flip(1) - whole).abs().max() < 2e-3


def test_counting_every_sample_twice_changes_nothing(mnist):
    x, samples = torch.from_numpy(mnist["test"][:50]), torch.from_numpy(mnist["train"][:800])
    once, twice = (log_likelihood(x, s, SIGMAS) for s in (samples, samples.repeat(2, 1)))
    assert (once - twice).abs().max() < 2e-3


@pytest.mark.parametrize(("rows", "columns", "nearest"), [(7, 13, 8), (1000, 101, 1), (64, 5, 40)])
def test_block_sizes_do_not_matter(mnist, monkeypatch, rows, columns, nearest):
    x, samples = mnist["test"][:90], mnist["train"][:400]
    monkeypatch.setattr(parzen_window, "ROWS", rows)
    monkeypatch.setattr(parzen_window, "COLUMNS", columns)
    monkeypatch.setattr(parzen_window, "NEAREST", nearest)
    assert_exact(x, samples, [0.1, 0.1668, 0.4, 2.0])


def test_the_arguments_are_left_alone(mnist):
    x, samples = (
        torch.from_numpy(mnist["test"][:9].copy()),
        torch.from_numpy(mnist["train"][:9].copy()),
    )
    log_likelihood(x, samples, [0.2])
    assert np.array_equal(x.numpy(), mnist["test"][:9])
    assert np.array_equal(samples.numpy(), mnist["train"][:9])


@pytest.mark.parametrize(
    ("x", "samples"), [((4, 3), (5, 2)), ((4,), (5, 4)), ((4, 3), (0, 3)), ((4, 3), (5, 3, 1))]
)
def test_shapes_that_do_not_fit_are_refused(x, samples):
    with pytest.raises(ValueError, match=r"expected \[m, D\]"):
        log_likelihood(torch.zeros(x), torch.zeros(samples), [0.1])


@pytest.mark.parametrize("sigmas", [[], [0.0], [0.1, -0.2]])
def test_sigmas_that_are_not_positive_are_refused(sigmas):
    with pytest.raises(ValueError, match="sigmas must be positive"):
        log_likelihood(torch.zeros(2, 3), torch.zeros(2, 3), sigmas)


def test_the_search_keeps_its_tolerance_wherever_the_best_sigma_lies():
    """One centre: the best sigma is the root mean square of the points."""
    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(1))
    for scale in np.geomspace(0.021, 1.9, 300):
        points = x * scale
        best = points.double().square().mean().sqrt().item()
        tried = search(points, torch.zeros(1, 2), 0.02, 2.0, 0.01)
        assert list(tried) == sorted(tried)
        found = max(tried, key=lambda sigma: tried[sigma].mean().item())
        assert 1 / 1.01 <= found / best <= 1.01

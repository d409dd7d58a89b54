"""Autocorrelation of chains, against processes whose autocorrelation is known."""

import numpy as np
import pytest
import torch

from deepgen.evaluation.autocorrelation import autocorrelation


def ar1(chains, length, rho, dimensions=5, seed=1, means=0.0):
    """x_t = rho x_{t-1} + sqrt(1 - rho^2) eps in each dimension, begun where it stays: [n, D]."""
    rng = np.random.default_rng(seed)
    scales = np.linspace(0.5, 2.0, dimensions)
    x = [rng.standard_normal((chains, dimensions))]
    for _ in range(length - 1):
        noise = rng.standard_normal((chains, dimensions))
        x.append(rho * x[-1] + np.sqrt(1 - rho**2) * noise)
    values = np.stack(x, 1) * scales + means * rng.standard_normal((chains, 1, dimensions))
    return torch.from_numpy(values.reshape(-1, dimensions)).float()


@pytest.mark.parametrize(("chains", "length", "over"), [(50, 400, "chains"), (1, 20_000, "runs")])
@pytest.mark.parametrize("rho", [0.9, 0.5, -0.3])
def test_of_an_autoregressive_process_it_is_a_power_of_rho(chains, length, over, rho):
    found = autocorrelation(ar1(chains, length, rho) + 3.0, length)
    assert (found["chains"], found["standard_error_over"]) == (chains, over)
    assert found["parts"] == (50 if chains == 50 else 20)
    for lag, of_lag in found["lags"].items():
        error = of_lag["standard_error"]
        assert abs(of_lag["rho"] - rho ** int(lag)) < 4 * error + 0.002
        assert 0.0003 < error < 0.05
    expected = min(20_000 * (1 - rho) / (1 + rho), 20_000)
    assert found["effective_sample_size"] == pytest.approx(expected, rel=0.12)


@pytest.mark.parametrize(("chains", "length"), [(40, 100), (4, 1000)])
def test_the_error_is_the_spread_of_repeated_runs(chains, length):
    runs = [autocorrelation(ar1(chains, length, 0.6, seed=s), length) for s in range(60)]
    for lag in ("1", "10"):
        rhos, errors = (
            np.array([run["lags"][lag][key] for run in runs]) for key in ("rho", "standard_error")
        )
        assert np.sqrt((errors**2).mean()) == pytest.approx(rhos.std(ddof=1), rel=0.35)


def test_independent_draws_have_none():
    draws = torch.rand(10_000, 50, generator=torch.Generator().manual_seed(1))
    found = autocorrelation(draws, len(draws))
    assert found["lags"].keys() == {"1", "10", "100"}
    for of_lag in found["lags"].values():
        assert abs(of_lag["rho"]) < 3 * of_lag["standard_error"]
        assert of_lag["standard_error"] == pytest.approx(1 / np.sqrt(10_000 * 50), rel=0.5)
    assert 9_500 < found["effective_sample_size"] <= 10_000


def test_chains_that_stay_where_they_are_count_once_each():
    """Whatever they differ by among themselves: m is the mean of all of them."""
    started = torch.randn(20, 6, generator=torch.Generator().manual_seed(1))
    found = autocorrelation(started.repeat_interleave(30, 0), 30)
    assert [of_lag["rho"] for of_lag in found["lags"].values()] == pytest.approx([1.0, 1.0])
    assert found["effective_sample_size"] == pytest.approx(20)


@pytest.mark.parametrize(("rho", "length"), [(0.97, 10), (0.9, 10), (0.8, 200)])
def test_short_chains_have_the_size_that_the_variance_of_their_mean_says(rho, length):
    found = [autocorrelation(ar1(200, length, rho, seed=s), length) for s in range(5)]
    k = np.arange(1, length)
    exact = 200 * length / (1 + 2 * ((1 - k / length) * rho**k).sum())
    sizes = [one["effective_sample_size"] for one in found]
    assert np.mean(sizes) == pytest.approx(exact, rel=0.08)


def test_chains_in_modes_of_their_own_are_seen():
    alone = autocorrelation(ar1(30, 50, 0.0), 50)["lags"]["10"]["rho"]
    apart = autocorrelation(ar1(30, 50, 0.0, means=2.0), 50)["lags"]["10"]
    assert abs(alone) < 0.05
    assert apart["rho"] > 0.5
    assert apart["standard_error"] > 0.01


@pytest.mark.parametrize("value", [0.0, 0.1, 1000.1])
def test_a_constant_chain_is_one_sample(value):
    found = autocorrelation(torch.full((500, 7), value), 500)
    assert found["lags"] == {}
    assert found["effective_sample_size"] == 1.0


def test_pairs_never_join_two_chains():
    """Of chains that jump between each other's starts, and within are constant."""
    x = torch.tensor([[-1.0], [1.0]]).repeat(15, 1).repeat_interleave(11, 0)
    assert autocorrelation(x, 11)["lags"]["1"]["rho"] == pytest.approx(1.0)
    assert autocorrelation(x, len(x))["lags"]["1"]["rho"] == pytest.approx(1 - 2 * 29 / 329, 1e-2)


def test_only_lags_that_fit_within_a_chain_are_there():
    x = ar1(40, 25, 0.5)
    assert autocorrelation(x[:-7], 25)["lags"].keys() == {"1", "10"}  # the last chain is shorter
    assert autocorrelation(x, 10)["lags"].keys() == {"1"}
    single = autocorrelation(x, 1)
    assert (single["lags"], single["effective_sample_size"]) == ({}, 1000)


def test_an_error_that_nothing_tells_is_missing():
    found = autocorrelation(ar1(1, 11, 0.5), 11)["lags"]
    assert found["10"]["standard_error"] is None
    assert found["1"]["standard_error"] > 0


@pytest.mark.parametrize(("shape", "length"), [((1, 3), 1), ((5, 3), 0), ((5,), 5)])
def test_what_is_no_chain_is_refused(shape, length):
    with pytest.raises(ValueError, match="n > 1"):
        autocorrelation(torch.zeros(shape), length)

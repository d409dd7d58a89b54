"""The pair of Figure 1: its density, and which network a phase trains."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from made_settings import theory_settings
from scipy import stats

from deepgen.papers.gan2014.theory.densities import (
    central_region,
    optimal_discriminator,
    trapezoid_weights,
)
from deepgen.papers.gan2014.theory.one_dimensional import Z_LIMIT, DataBatches, Pair, p_data

X = np.linspace(-12, 14, 5201)
WEIGHTS = trapezoid_weights(X)


def parameters(module):
    return torch.cat([p.detach().flatten() for p in module.parameters()])


def first_pair(number_of_turns):
    """The pair of the first seed whose G turns so often, and the x where it turns."""
    for seed in range(1, 40):
        pair = Pair(theory_settings(seed=seed))
        g = pair.generate(np.linspace(-Z_LIMIT, Z_LIMIT, 2001))
        turns = g[1:-1][np.diff(np.sign(np.diff(g))) != 0]
        if len(turns) == number_of_turns:
            return pair, turns
    raise AssertionError("no seed")


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_density_by_change_of_variables_matches_a_million_samples(turns):
    pair, at = first_pair(turns)
    with torch.no_grad():
        samples = pair.model.sample(1_000_000, pair.rng)[:, 0].numpy()
    # Fine enough for the root's spikes where G turns; the cells next to them are left out
    x = np.linspace(samples.min() - 0.01, samples.max() + 0.01, 50_001)
    density = pair.p_g(x)
    assert trapezoid_weights(x) @ density == pytest.approx(1, abs=0.01)
    counts, edges = np.histogram(samples, bins=x[::1000])
    masses = np.array(
        [np.trapezoid(density[i : i + 1001], x[i : i + 1001]) for i in range(0, 50_000, 1000)]
    )
    away = np.array([not ((a - 0.01 < at) & (at < b + 0.01)).any() for a, b in pairwise(edges)])
    away[[0, -1]] = False  # hold the ends of G, where the density jumps
    assert away.sum() >= 40
    spread = np.sqrt(1e6 * masses + 1)
    assert (np.abs(counts - 1e6 * masses)[away] < 5 * spread[away] + 20).all()


def test_data_are_drawn_from_their_density():
    draws = next(DataBatches(20_000, torch.Generator().manual_seed(1))).y[:, 0].numpy()
    cumulative = np.cumsum(WEIGHTS * p_data(X))
    assert cumulative[-1] == pytest.approx(1, abs=1e-9)
    result = stats.kstest(draws, lambda x: np.interp(x, X, cumulative))
    assert result.pvalue > 0.01


@pytest.mark.parametrize("trained", ["model", "objective"])
def test_a_phase_trains_only_the_networks_it_names(trained):
    pair = Pair(theory_settings())
    networks = {"model": pair.model, "objective": pair.objective}
    before = {name: parameters(module) for name, module in networks.items()}
    pair.train(5, {trained: 0.01}, beta1=0.5)
    for name, module in networks.items():
        assert torch.equal(before[name], parameters(module)) == (name != trained)
        assert parameters(module).dtype == torch.float64


def test_a_discriminator_that_is_trained_on_comes_to_the_optimum():
    pair, _ = first_pair(0)
    p_g = pair.p_g(X)
    low, high = central_region(X, p_g, 0.9)
    inside = (low < X) & (high > X)
    best = optimal_discriminator(p_data(X), p_g)
    gaps = [np.abs(pair.discriminate(X) - best)[inside].max()]
    for iterations in (20, 150):
        pair.train(iterations, {"objective": 0.02}, beta1=0.5, final=0.2)
        gaps.append(np.abs(pair.discriminate(X) - best)[inside].max())
    assert gaps[0] > 2 * gaps[2]
    assert gaps[1] > gaps[2]
    assert gaps[2] < 0.15


def test_slope_is_the_derivative_of_the_generator():
    pair = Pair(theory_settings())
    z, step = np.linspace(-1.5, 1.5, 7), 1e-6
    expected = (pair.generate(z + step) - pair.generate(z - step)) / (2 * step)
    assert pair.slope(z) == pytest.approx(expected, rel=1e-6)

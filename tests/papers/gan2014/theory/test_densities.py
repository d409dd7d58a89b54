"""Proposition 1 and Theorem 1 on known densities."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from deepgen.errors import DeepgenError
from deepgen.papers.gan2014.theory.densities import (
    central_region,
    jensen_shannon,
    normal,
    optimal_discriminator,
    trapezoid_weights,
    value_function,
    virtual_criterion,
)

X = np.linspace(-8, 9, 3401)
WEIGHTS = trapezoid_weights(X)
DATA = normal(X)
OTHERS = {
    "shifted": normal(X, 1.0),
    "wide": normal(X, 0.0, 1.7),
    "mixture": 0.3 * normal(X, -1.5, 0.5) + 0.7 * normal(X, 1.0, 0.8),
    "uniform": np.where(np.abs(X - 0.25) < 2.0, 0.25, 0.0),
}
pairs = pytest.mark.parametrize("p_g", OTHERS.values(), ids=OTHERS)


@pairs
def test_no_perturbed_discriminator_beats_the_optimum(p_g):
    best = optimal_discriminator(DATA, p_g)
    value = value_function(best, DATA, p_g, WEIGHTS)
    rng = np.random.default_rng(1)
    for size in (0.001, 0.01, 0.1, 1.0):
        for direction in (np.ones_like(X), np.sin(3 * X), rng.standard_normal(len(X))):
            for sign in (-1, 1):
                other = np.clip(best + sign * size * direction, 1e-9, 1 - 1e-9)
                assert value_function(other, DATA, p_g, WEIGHTS) < value


@pytest.mark.parametrize("p_g", [OTHERS["shifted"], OTHERS["wide"]], ids=["shifted", "wide"])
def test_numerical_maximisation_finds_the_same_discriminator(p_g):
    best = optimal_discriminator(DATA, p_g)
    for i in range(1000, 2400, 200):

        def loss(d, i=i):
            return -(DATA[i] * np.log(d) + p_g[i] * np.log(1 - d))

        found = optimize.minimize_scalar(loss, bounds=(0, 1), method="bounded")
        assert found.x == pytest.approx(best[i], abs=1e-4)


def test_known_value_of_the_optimum():
    # Two Gaussians of equal width: logit D* is linear, here 1/2 - x
    expected = 1 / (1 + np.exp(X - 0.5))
    assert np.allclose(optimal_discriminator(DATA, OTHERS["shifted"]), expected, atol=1e-12)


def test_the_optimum_is_a_half_where_nothing_has_mass():
    zero = np.zeros(3)
    assert (optimal_discriminator(zero, zero) == 0.5).all()
    assert virtual_criterion(zero, zero, np.ones(3)) == 0


@pairs
def test_the_criterion_is_twice_the_divergence_above_minus_log_4(p_g):
    criterion = virtual_criterion(DATA, p_g, WEIGHTS)
    divergence = jensen_shannon(DATA, p_g, WEIGHTS)
    # The grid's mass differs from 1 by its own error, which log 4 multiplies
    slack = abs(WEIGHTS @ p_g - 1) * 2 + 1e-9
    assert criterion == pytest.approx(-np.log(4) + 2 * divergence, abs=slack)
    best = optimal_discriminator(DATA, p_g)
    assert criterion == pytest.approx(value_function(best, DATA, p_g, WEIGHTS), abs=1e-9)
    assert criterion > -np.log(4) + 0.01


def test_the_minimum_is_minus_log_4_at_the_data():
    assert virtual_criterion(DATA, DATA, WEIGHTS) == pytest.approx(-np.log(4), abs=1e-9)
    for shift in (0.3, 0.1, 0.03):
        excess = virtual_criterion(DATA, normal(X, shift), WEIGHTS) + np.log(4)
        # Near the minimum 2 JSD is a quarter of the Fisher information times shift^2
        assert excess == pytest.approx(shift**2 / 4, rel=0.02)


def test_divergence_of_gaussians_matches_quadrature():
    p, q = stats.norm(0, 1), stats.norm(0.8, 1.3)

    def integrand(x):
        m = (p.pdf(x) + q.pdf(x)) / 2
        kl = p.pdf(x) * (p.logpdf(x) - np.log(m)) + q.pdf(x) * (q.logpdf(x) - np.log(m))
        return kl / 2

    expected = integrate.quad(integrand, -15, 15, limit=200)[0]
    measured = jensen_shannon(p.pdf(X), q.pdf(X), WEIGHTS)
    assert measured == pytest.approx(expected, abs=1e-7)


def test_divergence_of_disjoint_densities_is_log_2():
    left, right = np.where(X < 0, DATA, 0), np.where(X > 1, DATA, 0)
    left, right = left / (WEIGHTS @ left), right / (WEIGHTS @ right)
    assert jensen_shannon(left, right, WEIGHTS) == pytest.approx(np.log(2), abs=1e-12)


def test_a_sure_and_wrong_discriminator_costs_everything():
    assert value_function(np.zeros_like(X), DATA, DATA, WEIGHTS) == -np.inf
    half = np.where(X < 0, DATA, 0)
    assert value_function((X < 0) * 1.0, half, DATA - half, WEIGHTS) == 0


def test_central_region_is_between_quantiles():
    low, high = central_region(X, normal(X, 1.0, 1.5), 0.95)
    expected = stats.norm(1.0, 1.5).interval(0.95)
    assert (low, high) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("x", [np.array([0.0, 1.0, 1.0]), np.array([0.0])])
def test_a_grid_must_rise(x):
    with pytest.raises(DeepgenError, match="must rise"):
        trapezoid_weights(x)

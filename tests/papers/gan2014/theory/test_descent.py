"""Proposition 2: descent on p_g at the optimal D reaches the data."""

import numpy as np
import pytest

from deepgen.papers.gan2014.theory.densities import normal, trapezoid_weights, virtual_criterion
from deepgen.papers.gan2014.theory.descent import criterion_gradient, descend

X = np.linspace(-5, 5, 201)
WEIGHTS = trapezoid_weights(X)
DATA = 0.5 * normal(X, -1.5, 0.5) + 0.5 * normal(X, 1.0, 0.9)
DATA = DATA / (WEIGHTS @ DATA)


@pytest.mark.parametrize("rate", [0.2, 1.0])
@pytest.mark.parametrize("start", [normal(X, 1.0, 1.5), np.full_like(X, 0.1)])
def test_it_reaches_the_data_and_never_rises(rate, start):
    path, criterion = descend(DATA, start, WEIGHTS, rate, 300)
    assert (np.diff(criterion) < 1e-13).all()
    assert criterion[0] > -np.log(4) + 0.05
    assert criterion[-1] == pytest.approx(-np.log(4), abs=1e-9)
    assert np.abs(path[-1] - DATA).max() < 1e-4
    assert np.allclose(path @ WEIGHTS, 1, atol=1e-12)


def test_the_data_are_a_fixed_point():
    path, _ = descend(DATA, DATA, WEIGHTS, 0.5, 20)
    assert np.abs(path[-1] - DATA).max() < 1e-12


def test_the_gradient_is_that_of_the_criterion():
    p_g = normal(X, 0.5, 1.2)
    direction = np.sin(X) * p_g
    step = 1e-5
    ahead, behind = (virtual_criterion(DATA, p_g + s * step * direction, WEIGHTS) for s in (1, -1))
    expected = np.sum(WEIGHTS * direction * criterion_gradient(DATA, p_g))
    assert (ahead - behind) / (2 * step) == pytest.approx(expected, rel=1e-6)
    assert abs(expected) > 0.01


def test_the_criterion_is_convex_in_p_g():
    one, two = normal(X, -1.0, 0.7), normal(X, 1.5, 1.1)
    values = [virtual_criterion(DATA, t * one + (1 - t) * two, WEIGHTS) for t in (0, 0.5, 1)]
    assert values[1] < (values[0] + values[2]) / 2

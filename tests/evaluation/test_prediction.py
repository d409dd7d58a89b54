"""The interval of one more training: how often it holds it."""

import math

import numpy as np
import pytest
from scipy import stats

from deepgen.evaluation.prediction import difference_interval, prediction_interval


@pytest.mark.parametrize("n", [2, 3, 5])
def test_it_holds_one_more_draw_in_95_of_100_cases(n):
    rng = np.random.default_rng(n)
    cases = 4000
    draws, one_more = rng.normal(225.0, 7.0, (cases, n)), rng.normal(225.0, 7.0, cases)
    held = 0
    for made, new in zip(draws, one_more, strict=True):
        low, high = prediction_interval(made.mean(), made.std(ddof=1), n)
        held += low <= new <= high
    assert abs(held / cases - 0.95) < 4 * math.sqrt(0.95 * 0.05 / cases)


def test_one_draw_gives_none():
    with pytest.raises(ValueError, match="1 draws have no spread"):
        prediction_interval(225.0, 0.0, 1)


def test_the_interval_of_a_difference_is_that_of_scipy():
    rng = np.random.default_rng(0)
    for sizes in ((2, 2), (3, 3), (3, 8)):
        one, other = (rng.normal(n, n, n).tolist() for n in sizes)
        expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
        assert difference_interval(one, other) == pytest.approx(tuple(expected))
    assert difference_interval([3.0, 3.0], [1.0, 1.0]) == (2.0, 2.0)
    with pytest.raises(ValueError, match="one draw has no spread"):
        difference_interval([1.0], [1.0, 2.0])

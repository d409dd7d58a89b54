"""The interval of one more training: how often it holds it."""

import math

import numpy as np
import pytest

from deepgen.evaluation.prediction import prediction_interval


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

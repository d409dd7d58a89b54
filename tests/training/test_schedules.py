"""The learning rate of the released code, and the other schedules."""

import pytest

from deepgen.contracts import Clock
from deepgen.training.rates import learning_rate

RELEASED = {"kind": "exponential", "decay_per_update": 1.000004, "minimum": 1e-6}


def rate(update: float, schedule: dict = RELEASED, epoch: float = 1) -> float:
    """The learning rate of an update whose first one is 0.1."""
    return learning_rate({"learning_rate": 0.1, "schedule": schedule}, Clock(update, epoch))


def test_the_learning_rate_is_divided_after_every_update():
    expected = 0.1
    for update in range(2000):
        assert rate(update) == pytest.approx(expected, rel=1e-9)
        expected /= 1.000004
    assert rate(0) == 0.1


def test_the_learning_rate_halves_in_347_epochs_and_ends_at_its_floor():
    assert rate(347 * 500) == pytest.approx(0.05, rel=2e-3)
    assert rate(5755 * 500) > 1e-6
    assert rate(5757 * 500) == 1e-6
    assert rate(10**8) == 1e-6


def test_a_decay_of_one_keeps_the_learning_rate():
    assert rate(10**9, {"kind": "exponential", "decay_per_update": 1.0, "minimum": 1e-6}) == 0.1


def test_a_constant_learning_rate_stays():
    assert rate(10**9, {"kind": "constant"}, epoch=10**6) == 0.1


def test_a_line_begins_and_ends_where_it_says():
    line = {"kind": "linear", "start_epoch": 3, "end_epoch": 7, "final": 0.02}
    found = [rate(0, line, epoch) for epoch in (1, 3, 4, 5, 7, 8, 100)]
    assert found == pytest.approx([0.1, 0.1, 0.08, 0.06, 0.02, 0.02, 0.02])


def test_steps_fall_at_the_first_update_of_their_epochs():
    steps = {"kind": "steps", "epochs": [4, 2], "factor": 0.1}
    found = [rate(0, steps, epoch) for epoch in (1, 1.9, 2, 3.9, 4, 50)]
    assert found == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])

"""Learning rate and momentum of the released code."""

import itertools

import pytest

from deepgen.training.schedules import learning_rate, momentum

MNIST = {"initial": 0.1, "decay": 1.000004, "minimum": 1e-6}


def test_the_learning_rate_is_divided_after_every_update():
    expected = 0.1
    for update in range(2000):
        assert learning_rate(update, **MNIST) == pytest.approx(expected, rel=1e-9)
        expected /= 1.000004
    assert learning_rate(0, **MNIST) == 0.1


def test_the_learning_rate_halves_in_347_epochs_and_ends_at_its_floor():
    assert learning_rate(347 * 500, **MNIST) == pytest.approx(0.05, rel=2e-3)
    assert learning_rate(5755 * 500, **MNIST) > 1e-6
    assert learning_rate(5757 * 500, **MNIST) == 1e-6
    assert learning_rate(10**8, **MNIST) == 1e-6


def test_a_decay_of_one_keeps_the_learning_rate():
    assert learning_rate(10**9, 0.1, 1.0, 1e-6) == 0.1


def test_momentum_rises_in_equal_steps_from_the_first_to_the_250th_epoch():
    values = [momentum(epoch, 0.5, 0.7, 250) for epoch in range(1, 401)]
    assert values[0] == 0.5
    assert values[249:] == pytest.approx([0.7] * 151)
    steps = [b - a for a, b in itertools.pairwise(values[:250])]
    assert steps == pytest.approx([0.2 / 249] * 249)

"""Classical momentum with the learning rate inside the velocity."""

import itertools

import numpy as np
import pytest
import torch

from deepgen.contracts import Clock
from deepgen.training.optimisers.momentum import Momentum, rising


class Scripted(Momentum):
    """Momentum at rates that the test gives, whatever the schedules say."""

    def __init__(self, parameters):
        super().__init__(parameters, {})

    def rates(self, clock):
        return self.given

    def step_at(self, gradients, learning_rate, momentum):
        self.given = {"learning_rate": learning_rate, "momentum": momentum}
        self.step(gradients, Clock(0, 1))


def test_the_velocity_keeps_the_learning_rate_of_its_time():
    p = torch.tensor([1.0])
    optimiser = Scripted([p])
    optimiser.step_at([torch.tensor([2.0])], 0.1, 0.5)  # v = -0.2
    assert torch.allclose(p, torch.tensor([0.8]))
    optimiser.step_at([torch.tensor([0.0])], 0.0, 0.5)  # v = -0.1, though the rate is 0 by now
    assert torch.allclose(p, torch.tensor([0.7]))
    optimiser.step_at([torch.tensor([-1.0])], 1.0, 0.7)  # v = -0.07 + 1
    assert torch.allclose(p, torch.tensor([1.63]))


def test_many_updates_equal_float64_in_every_parameter():
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (5,)]
    parameters = [torch.from_numpy(rng.normal(size=s).astype(np.float32)) for s in shapes]
    p = [q.double().numpy().copy() for q in parameters]
    v = [np.zeros(s) for s in shapes]
    optimiser = Scripted(parameters)
    for t in range(50):
        rate, mu = 0.1 / 1.05**t, 0.5 + 0.004 * t
        gradients = [rng.normal(size=s).astype(np.float32) for s in shapes]
        optimiser.step_at([torch.from_numpy(g) for g in gradients], rate, mu)
        for i, g in enumerate(gradients):
            v[i] = mu * v[i] - rate * g
            p[i] = p[i] + v[i]
    for found, expected in zip(parameters, p, strict=True):
        assert np.allclose(found.numpy(), expected, atol=1e-5)


def test_a_constant_rate_gives_the_trajectory_of_torch_sgd():
    start = torch.tensor([3.0, -2.0])
    ours, theirs = start.clone(), torch.nn.Parameter(start.clone())
    optimiser, reference = Scripted([ours]), torch.optim.SGD([theirs], lr=0.1, momentum=0.6)
    for _ in range(20):
        optimiser.step_at([2 * ours], 0.1, 0.6)
        theirs.grad = 2 * theirs.detach()
        reference.step()
    assert torch.allclose(ours, theirs.detach(), atol=1e-6)
    assert not torch.allclose(ours, start)


def test_an_update_takes_the_rates_of_its_clock():
    settings = {
        "learning_rate": 0.5,
        "schedule": {"kind": "exponential", "decay_per_update": 2.0, "minimum": 0.2},
        "momentum": {"initial": 0.5, "final": 0.9, "saturation_epoch": 3},
    }
    p = torch.tensor([0.0])
    optimiser = Momentum([p], settings)
    expected, velocity = 0.0, 0.0
    for clock, rate, mu in (
        (Clock(0, 1), 0.5, 0.5),
        (Clock(1, 2), 0.25, 0.7),
        (Clock(2, 3), 0.2, 0.9),
    ):
        assert optimiser.rates(clock) == pytest.approx({"learning_rate": rate, "momentum": mu})
        optimiser.step([torch.tensor([1.0])], clock)
        velocity = mu * velocity - rate
        expected += velocity
        assert p.item() == pytest.approx(expected)


def test_momentum_rises_in_equal_steps_from_the_first_to_the_250th_epoch():
    values = [rising(epoch, 0.5, 0.7, 250) for epoch in range(1, 401)]
    assert values[0] == 0.5
    assert values[249:] == pytest.approx([0.7] * 151)
    steps = [b - a for a, b in itertools.pairwise(values[:250])]
    assert steps == pytest.approx([0.2 / 249] * 249)

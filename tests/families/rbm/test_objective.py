"""Contrastive divergence and persistent chains against gradients by enumeration."""

import itertools

import numpy as np
import pytest
import torch

from deepgen.families.rbm.model import RBM
from deepgen.families.rbm.objective import ContrastiveDivergence
from deepgen.samplers.gibbs import block_gibbs
from tests.families.rbm.test_energy import MACHINE, P, V, kernel

SETTINGS = {"visible": "binary", "weight_scale": 0.8, "hidden_bias": 0.0, "marginals": True}
DATA = V[[0b101, 0b010]]


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


class Batches:
    """The same minibatch without end."""

    def __init__(self, y):
        self.y = y

    def __next__(self):
        return self


@pytest.fixture
def model():
    """The machine of three visible and two hidden units."""
    model = RBM(SETTINGS | {"hidden": 2}, (1, 3, 1)).double()
    with torch.no_grad():
        model.weights.copy_(MACHINE.w)
        model.visible_bias.copy_(MACHINE.b)
        model.hidden_bias.copy_(MACHINE.c)
    return model


def objective(**settings):
    settings = {"steps": 1, "centred": False} | settings
    return ContrastiveDivergence(settings, 3, 2).double()


def ascent(machine, p):
    """Positive phase less a negative one with probabilities p [8] of each visible state, [3, 2]."""
    hidden = machine.hidden
    return DATA.T @ hidden(DATA) / len(DATA) - (p[:, None] * V).T @ hidden(V)


def test_gradients_by_enumeration_are_the_known_ones():
    exact = [[-0.13580512, -0.10110856], [-0.08338649, -0.25088427], [0.01868786, -0.16584608]]
    found = ascent(MACHINE, torch.tensor(P, dtype=torch.float64))
    assert found.numpy() == pytest.approx(np.array(exact), abs=1e-8)
    after_one = kernel(MACHINE)[[0b101, 0b010]].mean(0)
    cd = [[-0.13721981, -0.10335327], [-0.05744409, -0.19558679], [0.01599041, -0.16507656]]
    assert ascent(MACHINE, after_one).numpy() == pytest.approx(np.array(cd), abs=1e-8)


@pytest.mark.parametrize("steps", [1, 2])
def test_contrastive_divergence_takes_its_steps_from_the_minibatch(model, steps):
    after = torch.linalg.matrix_power(kernel(MACHINE), steps)[[0b101, 0b010]].mean(0)
    batch = Batches(DATA.repeat(200_000, 1))
    (losses,) = objective(steps=steps).step(model, batch, rng())
    (found,) = torch.autograd.grad(losses["model"], [model.weights])
    assert -found.numpy() == pytest.approx(ascent(MACHINE, after).numpy(), abs=0.003)
    other = torch.linalg.matrix_power(kernel(MACHINE), 3 - steps)[[0b101, 0b010]].mean(0)
    assert -found.numpy() != pytest.approx(ascent(MACHINE, other).numpy(), abs=0.003)


def test_persistent_chains_go_on_where_they_were(model):
    own = objective(steps=3, chains=50)
    own.begin(model, DATA, rng())
    expected, generator, machine = own.chains.clone(), rng(2), model.machine
    assert {tuple(row) for row in expected.tolist()} <= {tuple(row) for row in DATA.tolist()}
    ours = rng(2)
    for _ in range(4):
        next(own.step(model, Batches(DATA), ours))
        up, down = machine.draw_hidden, machine.draw_visible
        expected, _ = block_gibbs(expected, up, down, 3, generator)
        assert torch.equal(own.chains, expected)


@pytest.mark.parametrize("centred", [False, True])
def test_with_chains_at_equilibrium_the_gradient_is_exact(centred):
    """Against autograd of the enumerated log-likelihood; PCD's negative phase then is the model."""
    states = torch.tensor(list(itertools.product((0.0, 1.0), repeat=8)))
    data = torch.rand(64, 8, generator=rng(5)).round()
    model = RBM(SETTINGS | {"hidden": 6}, (2, 4, 1))
    model.initialise(torch.rand(300, 8, generator=rng()).round(), rng(3))
    p = torch.softmax(-model.free_energy(states).detach().double(), 0).float()
    settings = {"steps": 1, "centred": centred, "centring_rate": 1.0, "chains": 60_000}
    chosen = torch.multinomial(p, settings["chains"], replacement=True, generator=rng(6))
    own = ContrastiveDivergence(settings, 8, 6)
    own.begin(model, data, rng())
    own.chains.copy_(states[chosen])
    (losses,) = own.step(model, Batches(data), rng(7))
    found = torch.autograd.grad(losses["model"], list(model.parameters()))
    log_p = -model.free_energy(data) - torch.logsumexp(-model.free_energy(states), 0)
    w, b, c = torch.autograd.grad(-log_p.mean(), list(model.parameters()))
    if centred:  # the same step in coordinates whose origin is at the means
        with torch.no_grad():
            mean, offset = data.mean(0), own.hidden_mean
            hidden, of_data = model.machine.hidden(states), model.machine.hidden(data)
            first = (data - mean).T @ (of_data - offset) / len(data)
            second = ((states - mean) * p[:, None]).T @ (hidden - offset)
            w = second - first
            b = b - w @ offset
            c = c - mean @ w
    for ours, exact in zip(found, (w, b, c), strict=True):
        assert ours.numpy() == pytest.approx(exact.numpy(), abs=0.01)

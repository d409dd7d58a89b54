"""Layers: initial values, maxout over consecutive pieces, dropout from its own generator."""

import numpy as np
import pytest
import torch

from deepgen.layers.dense import ACTIVATIONS, Dense, Maxout
from deepgen.layers.dropout import dropout
from deepgen.seeds import stream


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


REFERENCE = {
    "relu": lambda a: np.where(a > 0, a, 0.0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": lambda a: (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a)),
    "linear": lambda a: a,
}


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_dense_is_an_affine_map_and_an_activation(kind):
    layer = Dense(7, 4, kind, irange=1.0, bias=-0.5)
    layer.initialise(rng())
    x = torch.randn(20, 7, generator=rng(1))
    w, b = layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy()
    expected = REFERENCE[kind](x.double().numpy() @ w + b)
    assert np.allclose(layer(x).detach().numpy(), expected, atol=1e-6)


def test_initial_weights_fill_their_range_and_biases_are_constant():
    layer = Dense(300, 200, "relu", irange=0.05, bias=-2.0)
    layer.initialise(rng())
    w = layer.weight.detach().double()
    assert 0.0499 < w.max() <= 0.05
    assert -0.05 <= w.min() < -0.0499
    assert w.std().item() == pytest.approx(0.05 / np.sqrt(3), rel=0.01)
    assert abs(w.mean().item()) < 5e-4
    assert torch.equal(layer.bias, torch.full((200,), -2.0))


def test_initialising_again_with_the_same_seed_gives_the_same_weights():
    layers = [Maxout(5, 4, 3, 0.1) for _ in range(3)]
    for layer, seed in zip(layers, [1, 1, 2], strict=True):
        layer.initialise(rng(seed))
    first, same, other = (layer.linear.weight for layer in layers)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_maxout_takes_the_maximum_over_consecutive_pieces():
    units, pieces = 6, 5
    layer = Maxout(11, units, pieces, irange=1.0)
    layer.initialise(rng())
    with torch.no_grad():
        layer.linear.bias.uniform_(-1, 1, generator=rng(1))
    x = torch.randn(30, 11, generator=rng(2))
    z = x.double().numpy() @ layer.linear.weight.detach().double().numpy()
    z += layer.linear.bias.detach().double().numpy()
    columns = [z[:, u * pieces : (u + 1) * pieces].max(axis=1) for u in range(units)]
    assert np.allclose(layer(x).detach().numpy(), np.stack(columns, axis=1), atol=1e-5)


def test_only_the_winning_piece_of_maxout_gets_a_gradient():
    layer = Maxout(1, 1, 3, irange=1.0)
    with torch.no_grad():
        layer.linear.weight.copy_(torch.tensor([[1.0, 3.0, 2.0]]))
        layer.linear.bias.zero_()
    layer(torch.tensor([[2.0]])).sum().backward()
    assert layer.linear.weight.grad.tolist() == [[0.0, 2.0, 0.0]]


@pytest.mark.parametrize("keep", [0.8, 0.5])
def test_dropout_keeps_at_its_rate_and_scales_what_it_keeps(keep):
    x = torch.rand(1000, 400, generator=rng(1)) + 0.5
    y = dropout(x, keep, rng())
    kept = y != 0
    # 400,000 coin flips: five standard errors are below 0.004
    assert kept.double().mean().item() == pytest.approx(keep, abs=0.004)
    assert torch.allclose(y[kept], x[kept] / keep)
    assert y.mean().item() == pytest.approx(x.mean().item(), rel=0.01)


def test_dropout_masks_every_element_of_every_example_on_its_own():
    kept = (dropout(torch.ones(500, 500), 0.5, rng()) != 0).double()
    # The share of a row or column scatters as 500 independent coins do
    for axis in (0, 1):
        assert kept.mean(axis).std().item() == pytest.approx(0.5 / np.sqrt(500), rel=0.2)
    neighbours = (kept[:, 1:] == kept[:, :-1]).double().mean().item()
    assert neighbours == pytest.approx(0.5, abs=0.01)


def test_dropout_draws_from_its_generator_only():
    x = torch.ones(50, 50)
    before = torch.get_rng_state()
    first, again = dropout(x, 0.5, rng(3)), dropout(x, 0.5, rng(3))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(123)
    assert torch.equal(first, again)
    assert torch.equal(first, dropout(x, 0.5, rng(3)))
    generator = rng(3)
    assert not torch.equal(dropout(x, 0.5, generator), dropout(x, 0.5, generator))


def test_dropout_that_keeps_everything_changes_nothing():
    x = torch.randn(4, 4)
    generator = rng()
    before = generator.get_state()
    assert torch.equal(dropout(x, 1.0, generator), x)
    assert torch.equal(generator.get_state(), before)


def test_streams_of_random_numbers_differ_by_seed_and_by_purpose():
    def numbers(seed, name):
        return tuple(torch.rand(4, generator=stream(seed, name)).tolist())

    assert numbers(1, "model") == numbers(1, "model")
    assert len({numbers(s, n) for s in (1, 2, 11) for n in ("model", "1/model", "batches")}) == 9


def test_sparse_weights_are_a_few_gaussians_a_unit():
    layer = Dense(500, 300, "sigmoid", irange=0.05, sparse=100)
    layer.initialise(rng())
    w = layer.weight.detach()
    assert ((w != 0).sum(dim=0) == 100).all()
    drawn = w[w != 0]
    assert drawn.std().item() == pytest.approx(1.0, rel=0.02)
    assert abs(drawn.mean().item()) < 0.02
    assert (w != 0).sum(dim=1).double().std() > 0  # not the same inputs for every unit


@pytest.mark.parametrize("inputs", [5, 128, 300])
def test_projection_shortens_long_columns_and_leaves_short_ones(inputs):
    layer = Dense(inputs, 40, "relu", irange=0.3, max_col_norm=1.0)
    layer.initialise(rng())
    before = layer.weight.detach().double().numpy().copy()
    layer.project()
    after = layer.weight.detach().double().numpy()
    norms = np.linalg.norm(before, axis=0)
    expected = before * np.clip(norms, 0, 1.0) / (1e-7 + norms)
    assert np.allclose(after, expected, atol=1e-6)
    assert np.linalg.norm(after, axis=0).max() <= 1 + 1e-5
    unbounded = Dense(inputs, 40, "relu", irange=0.3)
    unbounded.initialise(rng())
    unbounded.project()
    assert np.array_equal(unbounded.weight.detach().double().numpy(), before)

"""Networks so small that every state of every layer can be enumerated."""

import itertools
import math

import pytest
import torch

from deepgen.contracts import Batch
from deepgen.data.coordinates import build_space
from deepgen.evaluation.likelihood import Given
from deepgen.evaluation.likelihoods.normalised import log_likelihood
from deepgen.families.dbn.model import DBN
from deepgen.families.dbn.objective import GreedyContrastiveDivergence
from deepgen.families.rbm.model import RBM
from deepgen.families.rbm.objective import ContrastiveDivergence

SETTINGS = {"visible": "binary", "weight_scale": 0.1, "hidden_bias": 0.0, "marginals": True}
LOW = ([[1, -1], [0.5, 2], [-2, 0.25]], [0.1, -0.2, 0.3], [-0.5, 0.4])
MIDDLE = ([[0.7, -1.2], [1.1, 0.4]], [0.0, 0.3], [-0.2, 0.5])
TOP = ([[1.5, -0.5], [-1, 0.75]], [0.2, -0.1], [0.3, -0.4])
LOG_Z = 3.2559808352  # of TOP


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def states(units):
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)))


V = states(3)


def network(*parameters, visible="binary"):
    hidden = [len(c) for _, _, c in parameters]
    shape = (1, len(parameters[0][1]), 1)
    model = DBN(SETTINGS | {"hidden": hidden, "visible": visible}, shape)
    with torch.no_grad():
        for layer, (w, b, c) in zip(model.layers, parameters, strict=True):
            layer.weights.copy_(torch.tensor(w))
            layer.visible_bias.copy_(torch.tensor(b))
            layer.hidden_bias.copy_(torch.tensor(c))
    return model.requires_grad_(False)


@pytest.fixture
def model():
    return network(LOW, TOP)


def log_p(model, v):
    """log p(v), [n], by summing over the states of every layer below the top one."""
    of_h = -model.top.free_energy(states(len(model.top.visible_bias))) - model.top.machine.log_z()
    for layer in reversed(model.layers[:-1]):
        below = v if layer is model.layers[0] else states(len(layer.visible_bias))
        given = [layer.machine.log_visible(below, h[None]) for h in states(len(layer.hidden_bias))]
        of_h = torch.logsumexp(torch.stack(given, 1) + of_h, 1)
    return of_h


def bound(model, v):
    """The expectation of `log_unnormalised` of one image v [D] over q, by enumeration."""
    found = 0.0
    for chosen in itertools.product(*(states(len(e.hidden_bias)) for e in model.layers[:-1])):
        below, q, total = v[None], 1.0, 0.0
        for layer, h in zip(model.layers, chosen, strict=False):
            p = torch.distributions.Bernoulli(layer.machine.hidden(below)[0])
            q *= p.log_prob(h).sum().exp().item()
            total += layer.machine.log_visible(below, h[None]).item() + p.entropy().sum().item()
            below = h[None]
        found += q * (total - model.top.free_energy(below).item())
    return found


def test_probabilities_of_the_reference(model):
    assert model.top.machine.log_z() == pytest.approx(LOG_Z, abs=1e-7)
    h = (-model.top.free_energy(states(2)) - LOG_Z).exp()
    assert h.tolist() == pytest.approx([0.15128189, 0.12625992, 0.46680235, 0.25565584], abs=1e-6)
    assert log_p(model, V)[5].item() == pytest.approx(-2.9241056973, abs=1e-6)
    assert log_p(model, V).exp().sum().item() == pytest.approx(1.0, abs=1e-6)
    assert bound(model, V[5]) - LOG_Z == pytest.approx(-3.4082543959, abs=1e-6)


@pytest.mark.parametrize("layers", [(LOW, TOP), (LOW, MIDDLE, TOP)])
def test_the_bound_is_that_of_enumeration_and_below_the_truth(layers):
    model, count = network(*layers), 20_000
    exact = log_p(model, V)
    for v, truth in zip(V, exact, strict=True):
        found = model.log_unnormalised(v.expand(count, -1), rng(), 1)
        assert (found.kind, found.num_samples) == ("lower bound", 1)
        error = found.values.std().item() / math.sqrt(count)
        expected = bound(model, v)
        assert found.values.mean().item() == pytest.approx(expected, abs=4 * error + 1e-5)
        assert expected - LOG_Z < truth
    few, many = (model.log_unnormalised(V[:1].expand(500, -1), rng(), n).values for n in (1, 100))
    assert many.std() < 0.2 * few.std()


def test_a_gaussian_bound_is_below_the_density():
    low = ([[1.0, -0.5], [0.25, 0.75]], [0.5, -1.0], [-0.2, 0.1])
    model = network(low, TOP, visible="gaussian")
    line = torch.linspace(-9, 9, 181)
    grid = torch.cartesian_prod(line, line)
    exact = log_p(model, grid)
    assert (exact.exp().sum() * (line[1] - line[0]) ** 2).item() == pytest.approx(1.0, abs=1e-4)
    for v, truth in zip(grid[::3571], exact[::3571], strict=True):
        found = model.log_unnormalised(v.expand(2000, -1), rng(), 1).values
        error = found.std().item() / math.sqrt(2000)
        assert found.mean().item() == pytest.approx(bound(model, v), abs=4 * error + 1e-4)
        assert bound(model, v) - LOG_Z < truth + 1e-4


@pytest.mark.parametrize("layers", [(LOW, TOP), (LOW, MIDDLE, TOP)])
def test_samples_are_those_of_enumeration(layers):
    model = network(*layers)
    p = log_p(model, V).exp()
    if len(layers) == 2:
        expected = [0.6003525111, 0.6769626185, 0.2876484192]
        assert (p @ V).tolist() == pytest.approx(expected, abs=1e-6)
    sampler = {"chains": 1000, "burn_in": 20, "thinning": 5, "output": "draws"}
    draws = model.sample(40_000, rng(), **sampler)
    numbers = (draws @ torch.tensor([4.0, 2.0, 1.0])).long()
    found = torch.bincount(numbers, minlength=8) / len(draws)
    assert found.tolist() == pytest.approx(p.tolist(), abs=0.01)
    means = model.sample(40_000, rng(), **sampler | {"output": "means"})
    assert means.mean(0).tolist() == pytest.approx((p @ V).tolist(), abs=0.01)
    # Only the last step is a mean: one image for each state of the lowest hidden layer
    assert len(torch.unique(means, dim=0)) == 4


def test_the_shortest_annealing_is_unbiased(model):
    how = {"chains": 100_000, "betas": [0.0, 0.5, 1.0], "equilibrium": 50}
    forward, reverse = model.normalise(V, rng(), method="annealed", **how)
    for found in (forward, reverse):
        assert found.interval[0] < LOG_Z < found.interval[1]
        assert found.value == pytest.approx(LOG_Z, abs=0.02)


def test_likelihoods_are_called_bounds_and_share_an_interval(model):
    def bits(x, rng):
        return x.float(), torch.zeros(len(x))

    x = V.to(torch.uint8)
    betas = [{"to": 1.0, "steps": 20}]
    partition = {"method": "annealed", "chains": 500, "equilibrium": 100, "betas": betas}
    settings = {"partition": partition, "num_samples": 300}
    found = log_likelihood(Given(model, bits, x, {}, rng()), rng(), settings)
    settings["partition"] = partition | {"method": "enumerated"}
    (exact,) = log_likelihood(Given(model, bits, x, {}, rng()), rng(), settings).values()
    assert list(found) == ["forward", "reverse"]
    assert exact.interval is None
    for likelihood in (*found.values(), exact):
        assert (likelihood.kind, likelihood.num_samples) == ("lower bound", 300)
    expected = [bound(model, v) - LOG_Z for v in V]
    assert exact.values.tolist() == pytest.approx(expected, abs=0.15)
    for likelihood in found.values():
        low, high = likelihood.interval
        assert low < 0 < high


@pytest.fixture
def begun():
    """A trained first phase with a fitted space, the network that it begins, and images."""
    first = RBM(SETTINGS | {"hidden": 2}, (1, 3, 1))
    train = torch.rand(40, 3, generator=rng(3)).round()
    first.initialise(train, rng())
    with torch.no_grad():
        first.weights.copy_(torch.tensor(LOW[0]))
    first.model_space = build_space({"name": "pixels"}, (1, 3, 1))
    first.model_space.register_buffer("fitted", torch.ones(3))
    model = DBN(SETTINGS | {"hidden": [2, 4]}, (1, 3, 1))
    model.initialise(train, rng(), first.requires_grad_(False).eval())
    return first, model, train


def test_the_first_phase_is_copied_and_stays_as_it_is(begun):
    first, model, train = begun
    (below, top) = model.layers
    for name, mine in below.state_dict().items():
        assert torch.equal(mine, first.state_dict()[name])
    objective = GreedyContrastiveDivergence({"steps": 1, "centred": False, "input": "means"}, 2, 4)
    (group,) = objective.groups(model).values()
    assert {id(p) for p in group} == {id(p) for p in top.parameters()}
    assert [p.requires_grad for p in model.parameters()] == [False] * 3 + [True] * 3
    # The top layer begins with the base rates of what it is trained on
    again = RBM(SETTINGS | {"hidden": 4}, (2, 1, 1))
    again.initialise(below.machine.hidden(train), rng())
    for name, mine in top.state_dict().items():
        assert torch.equal(mine, again.state_dict()[name])


def test_three_layers_begin_with_a_network_of_two(begun):
    _, two, train = begun
    three = DBN(SETTINGS | {"hidden": [2, 4, 3]}, (1, 3, 1))
    three.initialise(train, rng(), two)
    for mine, other in zip(three.layers, two.layers, strict=False):
        assert torch.equal(mine.weights, other.weights)
    assert three.top.weights.shape == (4, 3)


def test_first_phases_that_do_not_fit_are_refused(begun):
    first, two, train = begun
    for hidden, other in (([3, 4], first), ([2, 4, 3], first), ([2, 4], two), ([2, 4], None)):
        with pytest.raises(ValueError, match="not those below the top layer"):
            DBN(SETTINGS | {"hidden": hidden}, (1, 3, 1)).initialise(train, rng(), other)
    gaussian = DBN(SETTINGS | {"hidden": [2, 4], "visible": "gaussian"}, (1, 3, 1))
    with pytest.raises(ValueError, match="not those below"):
        gaussian.initialise(train, rng(), first)
    with pytest.raises(ValueError, match="not those below"):
        two.initialise(train, rng(), torch.nn.Linear(3, 2))


@pytest.mark.parametrize("how", ["means", "draws"])
def test_the_top_layer_is_trained_as_an_rbm_on_what_the_layers_below_make(begun, how):
    first, model, train = begun
    settings = {"steps": 2, "chains": 5, "centred": True, "centring_rate": 0.5}

    def lift(y, rng):
        p = first.machine.hidden(y)
        return p if how == "means" else (torch.rand(p.shape, generator=rng) < p).float()

    def gradients(objective, of, images):
        generator = rng(9)
        objective.begin(of, images(generator), generator)

        class Batches:
            def __next__(self):
                return Batch(images(generator), torch.zeros(40), None)

        (losses,) = objective.step(of, Batches(), generator)
        found = torch.autograd.grad(losses["model"], list(model.top.parameters()))
        return [objective.chains, losses["model"], *found]

    ours = GreedyContrastiveDivergence(settings | {"input": how}, 2, 4)
    found = gradients(ours, model, lambda rng: train)
    plain = ContrastiveDivergence(settings, 2, 4)
    expected = gradients(plain, model.top, lambda rng: lift(train, rng))
    for mine, other in zip(found, expected, strict=True):
        assert torch.equal(mine, other)

"""The family: partition functions by two ways, and chains against enumeration."""

import itertools

import numpy as np
import pytest
import torch
from sklearn.neural_network import BernoulliRBM

from deepgen.evaluation.likelihood import Given
from deepgen.evaluation.likelihoods.normalised import log_likelihood, schedule
from deepgen.families.rbm.model import RBM
from deepgen.samplers.gibbs import block_gibbs

SIZE, HIDDEN = (2, 4, 1), 6
SETTINGS = {"hidden": HIDDEN, "weight_scale": 0.1, "hidden_bias": 0.0, "marginals": True}
V = torch.tensor(list(itertools.product((0.0, 1.0), repeat=8)))


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=["binary", "gaussian"])
def model(request):
    """A machine with weights that matter."""
    model = RBM(SETTINGS | {"visible": request.param}, SIZE)
    train = torch.rand(300, 8, generator=rng())
    model.initialise(train.round() if request.param == "binary" else train, rng(2))
    with torch.no_grad():
        model.weights.normal_(0, 0.8, generator=rng(3))
        model.hidden_bias.normal_(0, 0.5, generator=rng(4))
    return model.requires_grad_(False)


@pytest.fixture
def binary():
    model = RBM(SETTINGS | {"visible": "binary"}, SIZE)
    model.initialise(torch.rand(300, 8, generator=rng()).round(), rng(2))
    with torch.no_grad():
        model.weights.normal_(0, 0.8, generator=rng(3))
    return model


HOW = {"chains": 400, "betas": schedule([{"to": 1.0, "steps": 200}]), "equilibrium": 300}


def test_both_directions_of_annealing_hold_the_enumerated_log_z(model):
    (exact,) = model.normalise(V, rng(), method="enumerated", **HOW)
    forward, reverse = model.normalise(V, rng(), method="annealed", **HOW)
    assert [z.direction for z in (exact, forward, reverse)] == ["exact", "forward", "reverse"]
    for found in (forward, reverse):
        assert found.interval[0] < exact.value < found.interval[1]
        assert abs(found.value - exact.value) < 0.1


def test_betas_that_do_not_go_from_0_to_1_are_refused(binary):
    for betas in ([0.0, 0.5], [0.5, 1.0], [0.0, 0.7, 0.7, 1.0], [1.0]):
        with pytest.raises(ValueError, match="betas must"):
            binary.normalise(V, rng(), method="annealed", chains=2, betas=betas, equilibrium=1)


def of_scikit_learn(model):
    """A machine of scikit-learn with the same parameters."""
    known = BernoulliRBM(n_components=HIDDEN)
    known.components_ = model.weights.detach().numpy().T
    known.intercept_hidden_ = model.hidden_bias.detach().numpy()
    known.intercept_visible_ = model.visible_bias.detach().numpy()
    known.random_state_ = np.random.RandomState(1)
    return known


def test_a_step_of_the_chain_goes_where_that_of_scikit_learn_goes(binary):
    """Pairs of pixels after one step from one image, whose expectations need both conditionals."""
    start, machine = V[77].repeat(40_000, 1), binary.machine
    with torch.no_grad():
        ours, _ = block_gibbs(start, machine.draw_hidden, machine.draw_visible, 1, rng())
    theirs = of_scikit_learn(binary).gibbs(start.numpy()).astype(np.float32)
    pairs = ours.T.numpy() @ ours.numpy() / len(ours), theirs.T @ theirs / len(theirs)
    assert pairs[0] == pytest.approx(pairs[1], abs=0.015)


def test_free_energy_and_conditionals_are_those_of_scikit_learn(binary):
    known = of_scikit_learn(binary)
    ours = binary.free_energy(V).detach().numpy()
    assert ours == pytest.approx(known._free_energy(V.numpy()), abs=1e-5)
    hidden = binary.machine.hidden(V).detach().numpy()
    assert hidden == pytest.approx(known.transform(V.numpy()), abs=1e-6)


def test_samples_have_the_enumerated_distribution(binary):
    sampler = {"chains": 500, "burn_in": 100, "thinning": 5, "output": "draws"}
    samples = binary.sample(20_000, rng(), **sampler)
    numbers = (samples @ 2.0 ** torch.arange(7, -1, -1)).long()
    found = torch.bincount(numbers, minlength=256) / len(samples)
    p = torch.softmax(-binary.free_energy(V), 0)
    assert 0.5 * (found - p).abs().sum() < 0.06
    means = binary.sample(20_000, rng(), **sampler | {"output": "means"})
    assert torch.allclose(means.mean(0), p.detach() @ V, atol=0.02)
    assert ((means > 0) & (means < 1)).all()


def test_consecutive_samples_are_those_of_one_chain(binary):
    """Each chain's in order, one chain after the other; means are those that draws come from."""
    generator, machine = rng(), binary.machine
    v, draws, means = binary.independent(2, generator), [], []
    for _ in range(2 + 3 * 2):
        h = machine.draw_hidden(v, generator)
        v = machine.draw_visible(h, generator)
        draws.append(v)
        means.append(machine.visible(h))
    sampler = {"chains": 2, "burn_in": 2, "thinning": 2}
    for output, every in (("draws", draws), ("means", means)):
        expected = torch.cat(
            [torch.stack([step[chain] for step in every[3::2]]) for chain in (0, 1)]
        )
        assert torch.equal(binary.sample(6, rng(), **sampler, output=output), expected)


def test_likelihoods_name_their_direction_and_share_an_interval(binary):
    def bits(x, rng):
        return x.float(), torch.zeros(len(x))

    partition = {"method": "annealed", "chains": 300, "equilibrium": 200}
    partition["betas"] = [{"to": 1.0, "steps": 100}]
    x = V.to(torch.uint8)
    found = log_likelihood(Given(binary, bits, x, {}), rng(), {"partition": partition})
    assert list(found) == ["forward", "reverse"]
    (exact,) = log_likelihood(
        Given(binary, bits, x, {}), rng(), {"partition": partition | {"method": "enumerated"}}
    ).values()
    assert exact.values.exp().sum().item() == pytest.approx(1.0, abs=1e-5)
    for estimate in found.values():
        shared = (exact.values - estimate.values).numpy()
        assert np.ptp(shared) < 1e-5
        low, high = estimate.interval
        assert low < shared.mean() < high

"""The flow: exact inverses, log-determinants and densities, and what it refuses."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import logistic, norm

from deepgen.errors import DeepgenError
from deepgen.families.nice.layers import Triangular
from deepgen.families.nice.model import build
from deepgen.families.nice.partition import parts
from deepgen.families.nice.priors import PRIORS
from deepgen.sections import check_section
from deepgen.settings import Experiment
from tests.families.nice.tiny import CASES
from tests.families.test_every_family import begun

SHAPE = (3, 3, 1)


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def flow(shape=SHAPE, scaling=True, **settings):
    """A flow whose weights and scales matter, in float64."""
    settings = {
        "prior": "logistic",
        "couplings": [{"layers": 2, "units": 20}] * 4,
        "partition": "odd_even",
        "irange": 0.5,
        "scaling": scaling,
    } | settings
    model = build(settings, shape).double()
    first = None
    if "whitening" in settings:
        first = build(settings | {"couplings": [], "scaling": False}, shape).double()
        first.initialise(torch.rand(50, math.prod(shape), generator=rng()).double(), rng())
        with torch.no_grad():
            first.whitening.below.normal_(0, 0.5, generator=rng(2))
    model.initialise(torch.zeros(1, math.prod(shape)), rng(3), first)
    if scaling:
        with torch.no_grad():
            model.log_scale.normal_(0, 0.5, generator=rng(4))
    return model


FLOWS = [
    {},
    {"partition": "halves", "prior": "gaussian"},
    {"partition": [[8, 1, 2], [0, 3, 4, 5, 6, 7]]},
    {"whitening": "triangular"},
    {"scaling": False, "couplings": [{"layers": 1, "units": 7}]},
]


@pytest.mark.parametrize("settings", FLOWS)
def test_decoding_undoes_encoding_in_float32(settings):
    model = flow(**settings).float()
    y = torch.rand(100, 9, generator=rng())
    z = model.encode(y, rng())
    assert (z - y).abs().max() > 0.1
    assert torch.allclose(model.decode(z), y, atol=1e-5)
    assert torch.allclose(model.encode(model.decode(z), rng()), z, atol=1e-5)


@pytest.mark.parametrize("settings", FLOWS)
def test_log_determinants_are_those_of_the_numerical_jacobian(settings):
    model = flow(**settings)
    y, step = torch.rand(9, generator=rng(5), dtype=torch.float64), 1e-6
    around = torch.cat([y + step * torch.eye(9), y - step * torch.eye(9)]).double()
    codes = model.encode(around, rng())
    jacobian = (codes[:9] - codes[9:]).T / (2 * step)
    _, expected = np.linalg.slogdet(jacobian.detach().numpy())
    assert model.to_code(y[None])[1].item() == pytest.approx(expected, abs=1e-6)
    z = model.encode(y[None], rng())
    by_hand = model.density.log_prob(z) + expected
    assert model.log_prob(y[None], rng()).values.item() == pytest.approx(by_hand.item(), abs=1e-6)


def test_probability_is_that_of_the_codes_image():
    """P(y in a box) by a grid over the density, and by draws of the code."""
    model = flow(shape=(1, 2, 1), prior="gaussian")
    line = (torch.arange(800, dtype=torch.float64) + 0.5) / 800 * 2 - 0.5
    p = model.log_prob(torch.cartesian_prod(line, line), rng()).values.exp().sum() / 400**2
    draws = model.sample(400_000, rng())
    inside = ((draws > -0.5) & (draws < 1.5)).all(1).double().mean()
    assert 0.1 < inside < 0.95
    assert p.item() == pytest.approx(inside.item(), abs=0.004)


def test_couplings_change_the_second_part_first():
    model = flow(scaling=False, couplings=[{"layers": 1, "units": 9}])
    y = torch.rand(20, 9, generator=rng(), dtype=torch.float64)
    changed = (model.encode(y, rng()) != y).any(0)
    assert changed.tolist() == [False, True] * 4 + [False]
    network = model.couplings.networks[0]
    assert torch.allclose(model.encode(y, rng())[:, 1::2], y[:, 1::2] + network(y[:, ::2]))


@pytest.mark.parametrize(("name", "known"), [("logistic", logistic), ("gaussian", norm)])
def test_priors_are_scipys(name, known):
    prior = PRIORS[name]
    z = torch.linspace(-60, 60, 242, dtype=torch.float64).view(2, 121)
    assert prior.log_prob(z).numpy() == pytest.approx(known.logpdf(z.numpy()).sum(1))
    draws = prior.sample((1000, 200), rng())
    assert draws.dtype == torch.float32
    assert torch.isfinite(draws).all()
    quantiles = np.quantile(draws.numpy(), [0.01, 0.3, 0.5, 0.9, 0.999])
    assert quantiles == pytest.approx(known.ppf([0.01, 0.3, 0.5, 0.9, 0.999]), abs=0.1)


def test_a_trained_whitening_is_the_cholesky_factor_of_the_precision():
    mixing = torch.tensor([[1.0, 0, 0], [0.8, 0.5, 0], [-0.3, 0.9, 0.4]], dtype=torch.float64)
    x = torch.randn(4000, 3, generator=rng(), dtype=torch.float64) @ mixing.T + 2
    settings = {"prior": "gaussian", "couplings": [], "scaling": False, "whitening": "triangular"}
    model = build(settings | {"partition": "odd_even", "irange": 0.01}, (1, 3, 1)).double()
    model.initialise(x, rng())
    assert torch.allclose(model.encode(x, rng()).std(0, correction=0), torch.ones(3).double())
    adam = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(1500):
        loss = -model.log_prob(x, rng()).values.mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    covariance = (x - x.mean(0)).T @ (x - x.mean(0)) / len(x)
    optimum = torch.linalg.inv(torch.linalg.cholesky(covariance))
    assert torch.allclose(model.whitening.matrix(), optimum, atol=1e-3)
    assert torch.allclose(model.whitening.bias, -optimum @ x.mean(0), atol=1e-3)
    best = -0.5 * (3 * math.log(2 * math.pi) + torch.linalg.slogdet(covariance)[1].item() + 3)
    assert -loss.item() == pytest.approx(best, abs=1e-5)


def test_a_whitening_below_couplings_is_not_trained():
    case = CASES["whitened, Gaussian"]
    _, model, objective, *_ = begun(case)
    names = {name for name, _ in model.named_parameters()}
    assert not any("whitening" in name for name in names)
    assert len(objective.groups(model)["model"]) == len(names)
    first = begun(case["first_phase"])[1]
    assert torch.equal(model.whitening.matrix(), first.whitening.matrix())
    assert isinstance(first.whitening, Triangular)
    with pytest.raises(ValueError, match="a first phase is a whitening below couplings"):
        begun({key: value for key, value in case.items() if key != "first_phase"})


@pytest.mark.parametrize(
    ("partition", "said"),
    [
        ([[0, 1], [2]], "leaves out dimension 3 and 5 more: its two lists must have each of 0..8"),
        ([[0, 1, 2, 3], [4, 5, 6, 7]], "leaves out dimension 8: "),
        ([[0, 1, 2, 3, 9], [4, 5, 6, 7, 8]], "names dimension 9: "),
        ([[0, 1, 2, 3, 4], [4, 5, 6, 7, 8]], "has twice dimension 4: "),
        ([[], list(range(9))], "has an empty part"),
    ],
)
def test_a_partition_has_every_dimension_once(partition, said):
    with pytest.raises(ValueError, match=said):
        parts(partition, 9)


def experiment(**model):
    return check_section(
        Experiment,
        {
            "dataset": "mnist",
            "title": "x",
            "model": {"family": "nice"} | model,
            "model_space": {"name": "dequantised"},
            "objective": {"name": "maximum_likelihood"},
            "training": {"epochs": 1},
        },
        "the file",
    ).model


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"prior": "laplace"}, "model.prior .*'logistic' or 'gaussian'"),
        ({"couplings": [{"layers": 0}]}, r"model.couplings\[0\].layers"),
    ],
)
def test_unknown_settings_are_one_sentence(model, said):
    with pytest.raises(DeepgenError, match=said) as caught:
        experiment(**model)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"couplings": [], "scaling": False}, "nothing could be trained"),
        ({"variational": {}, "whitening": "triangular"}, "leave one of the two out"),
        ({"partition": [[0], [1]]}, "leaves out dimension 2 and 781 more"),
    ],
)
def test_settings_that_do_not_fit_are_refused(model, said):
    with pytest.raises(ValueError, match=said):
        experiment(**model).check((28, 28, 1), 50_000)


def test_a_whitening_needs_an_experiment_that_trains_it():
    whitened = experiment(whitening="triangular")
    with pytest.raises(ValueError, match="init_from is missing"):
        whitened.check_alone()
    settings = {"whitening": "triangular", "couplings": [], "scaling": False, "prior": "gaussian"}
    alone = experiment(**settings)
    alone.check_alone()
    whitened.check_first_phase(alone)
    for lost in ({"scaling": True}, {"prior": "logistic"}, {"couplings": [{}]}):
        with pytest.raises(ValueError, match=r"is no whitening alone: it needs .*scaling: false"):
            whitened.check_first_phase(experiment(**settings | lost))
    for other in (experiment(), alone):
        with pytest.raises(ValueError, match="does not take over"):
            other.check_first_phase(alone)

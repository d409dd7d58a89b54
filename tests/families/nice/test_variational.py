"""The variational autoencoder as a flow: its bound is that of the textbook."""

import math

import pytest
import torch
from torch.distributions import Independent, Normal

from deepgen.families.nice.model import build
from deepgen.training.maximum_likelihood import MaximumLikelihood

SETTINGS = {
    "prior": "gaussian",
    "couplings": [],
    "partition": "odd_even",
    "irange": 0.3,
    "scaling": False,
    "variational": {"latent": 4, "layers": 1, "units": 30, "deviation": 0.2},
}
COUPLINGS = {"couplings": [{"layers": 1, "units": 9}] * 3, "scaling": True}


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def begun(**changes):
    model = build(SETTINGS | changes, (2, 3, 1)).double()
    model.initialise(torch.rand(100, 6, generator=rng()).double(), rng(2))
    if model.log_scale is not None:
        with torch.no_grad():
            model.log_scale.normal_(0, 0.3, generator=rng(3))
    return model


@torch.no_grad()
def test_without_couplings_it_is_the_estimate_by_kingma_and_welling():
    """log p(x | z) + log p(z) - log q(z | x) at the same z."""
    model = begun()
    y = torch.rand(50, 6, generator=rng(4), dtype=torch.float64)
    noise = torch.randn((50, 4), generator=rng(5), dtype=torch.float64)
    mean, log_deviation = model.encoder(y).chunk(2, 1)
    z = mean + log_deviation.exp() * noise
    q = Independent(Normal(mean, log_deviation.exp()), 1)
    p = Independent(Normal(torch.zeros(4).double(), torch.ones(4).double()), 1)
    of_image = Independent(Normal(model.decode(z), torch.full((6,), 0.2).double()), 1)
    expected = of_image.log_prob(y) + p.log_prob(z) - q.log_prob(z)
    found = model.log_prob(y, rng(5))
    assert torch.allclose(found.values, expected)
    assert (found.kind, found.num_samples) == ("lower bound", 1)
    assert torch.equal(model.encode(y, rng(5)), z)


def test_the_flow_of_the_noise_has_the_determinant_of_its_jacobian():
    model = begun(**COUPLINGS)
    y = torch.rand(1, 6, generator=rng(4), dtype=torch.float64)
    noise = torch.randn((1, 4), generator=rng(5), dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda e: model.infer(y, e)[0][0], noise)
    expected = torch.linalg.slogdet(jacobian[:, 0]).logabsdet.item()
    assert model.infer(y, noise)[1].item() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("changes", [{}, COUPLINGS])
def test_it_stays_below_a_likelihood_that_many_draws_estimate(changes):
    """The mean of the bound against the log of the mean of p(x | h), h from the prior."""
    model = begun(**changes).requires_grad_(False)
    y = torch.rand(1, 6, generator=rng(4), dtype=torch.float64)
    bound = model.log_prob(y.expand(4000, -1), rng(5)).values.mean().item()
    h = model.prior(400_000, rng(6)).double()
    of_image = Independent(Normal(model.decode(h), torch.full((6,), 0.2).double()), 1)
    parts = of_image.log_prob(y)
    likelihood = torch.logsumexp(parts, 0).item() - math.log(len(parts))
    assert bound < likelihood


def test_training_raises_the_bound():
    model = begun(**COUPLINGS)
    x = torch.rand(200, 1, generator=rng(7), dtype=torch.float64).expand(-1, 6) * 0.8
    batch = type("Batch", (), {"y": x})
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    bounds = []
    for _ in range(300):
        (losses,) = MaximumLikelihood().step(model, iter([batch] * 2), rng(8))
        adam.zero_grad()
        losses["model"].backward()
        adam.step()
        bounds.append(-losses["model"].item())
    assert bounds[-1] > bounds[0] + 5
    draws = model.float().sample(2000, rng(9))
    assert torch.corrcoef(draws.T.float())[0, 5] > 0.5

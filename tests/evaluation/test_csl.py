"""The conservative log-likelihood against enumeration, and its order below the truth."""

import itertools
import math

import pytest
import torch

from deepgen.evaluation.likelihood import Given
from deepgen.evaluation.likelihoods.csl import log_likelihood, of_chains
from tests.families.rbm.test_energy import LOG_Z, MACHINE, H

X = torch.tensor([[1.0, 0.0, 1.0]], dtype=torch.float64)


def csl(y, means):
    return torch.logsumexp(of_chains(y, means, 2), 1) - math.log(len(means))


def bits(x, rng):
    return x.float(), torch.zeros(len(x))


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_its_expectation_rises_to_the_truth_with_the_number_of_states():
    """Golden values of independent states h of a machine of three and two units."""
    b, c = MACHINE.b, MACHINE.c
    log_p = H @ c + torch.nn.functional.softplus(b + H @ MACHINE.w.T).sum(1) - LOG_Z
    p, means = log_p.exp(), MACHINE.visible(H)
    found = {}
    for count in (1, 2):
        chosen = itertools.product(range(len(H)), repeat=count)
        found[count] = sum(p[list(s)].prod().item() * csl(X, means[list(s)]).item() for s in chosen)
    assert found[1] == pytest.approx(-3.7244536640, abs=1e-9)
    assert found[2] == pytest.approx(-3.5624130503, abs=1e-9)
    truth = (-MACHINE.free_energy(X) - LOG_Z).item()
    assert truth == pytest.approx(-3.2717548680, abs=1e-9)
    assert found[1] < found[2] < truth
    every = sum(p[i] * csl(X, means[i : i + 1]).exp() for i in range(len(H)))
    assert every.log().item() == pytest.approx(truth, abs=1e-9)


def test_it_uses_means_of_as_many_states_as_it_is_told():
    asked = {}

    class Chain:
        def sample(self, n, rng, **sampler):
            asked.update(sampler, n=n)
            return torch.full((n, 3), 0.5)

    x = torch.randint(0, 2, (1500, 3), dtype=torch.uint8)
    sampler = {"chains": 2, "output": "draws"}
    how = {"csl": {"num_samples": 7}}
    found = log_likelihood(Given(Chain(), bits, x, sampler, rng()), None, how)["csl"]
    assert asked == {"n": 7, "chains": 2, "output": "means"}
    assert found.values.tolist() == pytest.approx([-3 * math.log(2)] * 1500)
    assert (found.kind, found.num_samples) == ("lower bound", 7)
    assert found.interval == pytest.approx((0, 0))  # the chains do not differ


def test_its_interval_is_what_other_chains_would_give():
    """Forty chains that each stay at means of their own: three standard deviations hold 99.7 %."""
    sampler, how = {"chains": 40}, {"csl": {"num_samples": 400}}
    x = torch.randint(0, 2, (300, 5), generator=rng(1), dtype=torch.uint8)

    class Stuck:
        def sample(self, n, rng, **sampler):
            return torch.rand(40, 5, generator=rng).repeat_interleave(n // 40, 0)

    found = [
        log_likelihood(Given(Stuck(), bits, x, sampler, rng(s)), None, how)["csl"]
        for s in range(40)
    ]
    spread = torch.stack([one.values.mean() for one in found]).std().item()
    assert all(one.interval[0] < 0 < one.interval[1] for one in found)
    halves = [(one.interval[1] - one.interval[0]) / 2 for one in found]
    assert sum(halves) / len(halves) == pytest.approx(3 * spread, rel=0.35)


def test_certain_means_leave_every_image_possible():
    values = csl(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]))
    assert torch.isfinite(values).all()
    assert values.item() == pytest.approx(math.log(1e-10) + math.log(1e-5), rel=1e-6)

"""Likelihoods: one scale for all spaces, bits of the bytes, errors, and where the noise goes."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm

from deepgen.capabilities import LogProb
from deepgen.contracts import Model
from deepgen.data.coordinates import build_space
from deepgen.evaluation.likelihood import Given, summarise
from deepgen.evaluation.likelihoods.direct import log_likelihood

D = 6


class Gaussian(Model):
    """Independent Gaussians in the coordinates of a space."""

    def __init__(self, space, mean, deviation):
        super().__init__()
        self.model_space, self.mean, self.deviation = space, mean, deviation

    def log_prob(self, y, rng):
        z = (y - self.mean) / self.deviation
        constant = math.log(self.deviation) + 0.5 * math.log(2 * math.pi)
        return LogProb((-0.5 * z**2 - constant).sum(1), "exact")


class Stretched(torch.nn.Module):
    """Four times the dequantised pixels less one."""

    title, treatment, discrete, settings = "stretched", "noise", False, {"name": "stretched"}

    def __init__(self):
        super().__init__()
        self.inner = build_space({"name": "dequantised"})

    def forward(self, x, rng=None):
        y, log_det = self.inner(x, rng)
        return 4 * y - 1, log_det + x.shape[1] * math.log(4)


@pytest.fixture
def images():
    return torch.randint(0, 256, (2500, D), generator=rng(), dtype=torch.uint8)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def summary(model, images, draws=1):
    given = Given(model, model.model_space, images, {}, rng())
    found = [log_likelihood(given, rng(i), {})["direct"] for i in range(draws)]
    return summarise(found, model.model_space, D)


def test_a_gaussian_on_pixels_is_that_of_scipy(images):
    model = Gaussian(build_space({"name": "dequantised"}), 0.5, 0.2)
    values, found = summary(model, images)
    u = torch.cat([torch.rand(x.shape, generator=g) for g in [rng()] for x in images.split(1000)])
    y = (images.double() + u.double()) / 256
    expected = norm.logpdf(y.numpy(), 0.5, 0.2).sum(1)
    np.testing.assert_allclose(values.numpy(), expected, atol=1e-4)
    assert found["log_likelihood"] == pytest.approx(expected.mean(), abs=1e-4)
    assert found["standard_error"] == pytest.approx(expected.std() / 50, rel=1e-4)
    assert found["scale"] == "density over pixels in [0, 1]"


def test_another_space_for_the_same_density_gives_the_same_numbers(images):
    plain = summary(Gaussian(build_space({"name": "dequantised"}), 0.5, 0.2), images)[1]
    stretched = summary(Gaussian(Stretched(), 1.0, 0.8), images)[1]
    for key in ("log_likelihood", "bits_per_dimension"):
        assert stretched[key] == pytest.approx(plain[key], abs=1e-4)


def test_a_uniform_density_has_eight_bits(images):
    class Uniform(Gaussian):
        def log_prob(self, y, rng):
            return LogProb(torch.zeros(len(y)), "exact")

    _, found = summary(Uniform(build_space({"name": "dequantised"}), 0, 1), images)
    assert found["bits_per_dimension"] == pytest.approx(8.0, abs=1e-5)
    assert found["log_likelihood"] == pytest.approx(0.0, abs=1e-3)


def test_probabilities_of_discrete_images_keep_their_scale(images):
    class Coins(torch.nn.Module):
        title, treatment, discrete, settings = "bits", "binarised", True, {"name": "bits"}

        def forward(self, x, rng=None):
            return (x > 127).float(), torch.zeros(len(x))

    class Fair(Gaussian):
        def log_prob(self, y, rng):
            return LogProb(torch.full((len(y),), -D * math.log(2)), "lower bound", 5)

    _, found = summary(Fair(Coins(), 0, 1), images)
    assert found["bits_per_dimension"] == pytest.approx(1.0)
    assert found["log_likelihood"] == pytest.approx(-D * math.log(2))
    assert (found["kind"], found["num_samples"]) == ("lower bound", 5)
    assert found["scale"] == "probability of discrete images"


def test_draws_of_the_noise_are_averaged_and_their_spread_is_told(images):
    model = Gaussian(build_space({"name": "dequantised"}), 0.5, 0.01)
    parts = [summary(model, images, 1)[0]]
    values, found = summary(model, images, 4)
    assert found["draws"] == 4
    assert found["spread_over_draws"] > 0
    assert summary(model, images)[1]["spread_over_draws"] is None
    assert not torch.equal(values, parts[0])

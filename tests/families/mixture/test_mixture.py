"""The mixture of Gaussians against scikit-learn and scipy."""

import numpy as np
import pytest
import torch
from scipy.stats import norm
from sklearn.mixture import GaussianMixture

from deepgen.contracts import Batch
from deepgen.families.mixture.model import Mixture
from deepgen.families.mixture.objective import EM, build
from deepgen.training.loop import Loop

SETTINGS = {"iterations": 100, "tolerance": 1e-3, "regularisation": 1e-6}


@pytest.fixture(scope="module")
def blobs():
    """Three clusters in five dimensions, float32 [1500, 5]."""
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0, 0, 0, 0], [3, 3, 0, 0, 0], [0, -3, 3, 3, 0]], dtype=float)
    sizes = [200, 500, 800]
    parts = [c + rng.normal(0, 0.5, (n, 5)) for c, n in zip(centres, sizes, strict=True)]
    return torch.from_numpy(np.concatenate(parts).astype(np.float32))


@pytest.fixture(scope="module")
def fitted(blobs):
    model = Mixture({"components": 3}, (1, 5, 1))
    model.initialise(blobs, torch.Generator().manual_seed(0))
    EM(SETTINGS).begin(model, blobs, torch.Generator().manual_seed(1))
    return model


def test_em_finds_the_clusters(fitted):
    order = fitted.logits.argsort()
    weights = torch.softmax(fitted.logits, 0)[order]
    assert torch.allclose(weights, torch.tensor([200, 500, 800]) / 1500, atol=0.002)
    assert torch.allclose(fitted.means[order[2]], torch.tensor([0.0, -3, 3, 3, 0]), atol=0.06)
    assert torch.allclose(fitted.log_scales.exp(), torch.tensor(0.5), atol=0.08)


def test_log_prob_is_that_of_scikit_learn(fitted, blobs):
    reference = GaussianMixture(3, covariance_type="diag")
    reference.weights_ = torch.softmax(fitted.logits.double(), 0).detach().numpy()
    reference.means_ = fitted.means.detach().double().numpy()
    reference.covariances_ = (2 * fitted.log_scales.detach().double()).exp().numpy()
    reference.precisions_cholesky_ = 1 / np.sqrt(reference.covariances_)
    expected = reference.score_samples(blobs.double().numpy())
    found = fitted.log_prob(blobs, torch.Generator())
    assert found.kind == "exact"
    np.testing.assert_allclose(found.values.detach().numpy(), expected, atol=1e-4)


def test_samples_have_the_mixtures_moments(fitted, blobs):
    drawn = fitted.sample(40_000, torch.Generator().manual_seed(2)).detach()
    assert torch.allclose(drawn.mean(0), blobs.mean(0), atol=0.05)
    assert torch.allclose(torch.cov(drawn.T), torch.cov(blobs.T), atol=0.1)


def test_gradient_ascent_reaches_what_em_reaches(fitted, blobs):
    class Whole:
        passes = 0

        def __next__(self):
            return Batch(blobs, torch.zeros(len(blobs)), None)

    model = Mixture({"components": 3}, (1, 5, 1))
    model.initialise(blobs, torch.Generator().manual_seed(3))
    with torch.no_grad():
        model.means.copy_(fitted.means + 0.3)
    objective = build({"name": "maximum_likelihood"}, (1, 5, 1), model)
    optimiser = {"name": "adam", "learning_rate": 0.05, "beta1": 0.9, "beta2": 0.999}
    optimiser |= {"epsilon": 1e-8, "schedule": {"kind": "constant"}}
    loop = Loop(model, objective, Whole(), torch.Generator(), {"model": optimiser})
    for _ in range(300):
        loop.run_update()
    best = fitted.log_prob(blobs, torch.Generator()).values.mean()
    assert model.log_prob(blobs, torch.Generator()).values.mean() > best - 0.01


def test_one_gaussian_is_scipys():
    model = Mixture({"components": 1}, (1, 2, 1)).double()
    with torch.no_grad():
        model.means.copy_(torch.tensor([[0.2, -1.0]], dtype=torch.float64))
        model.log_scales.copy_(torch.tensor([[0.5, 2.0]], dtype=torch.float64).log())
    y = torch.tensor([[0.0, 0.0], [5.0, -3.0]], dtype=torch.float64)
    expected = norm.logpdf(y.numpy(), [0.2, -1.0], [0.5, 2.0]).sum(1)
    found = model.log_prob(y, torch.Generator()).values.detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_mixture_has_no_first_phase(blobs, fitted):
    with pytest.raises(ValueError, match="begins anew"):
        fitted.initialise(blobs, torch.Generator(), first_phase=fitted)

"""ZCA: its moments, its way back, and densities that it leaves as they are."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from deepgen.data.coordinates import build_space
from deepgen.data.spaces.settings import Whitened
from deepgen.errors import DeepgenError

SHAPE = (2, 3, 1)
SETTINGS = {"name": "whitened", "range": [0.0, 1.0], "regularisation": 0.0}


def faces(n=5000):
    """Bytes whose pixels depend on each other, [n, 6]."""
    draws = np.random.default_rng(1)
    mixing = draws.normal(size=(6, 6)) + 2 * np.eye(6)
    x = 128 + 12 * draws.normal(size=(n, 6)) @ mixing
    return torch.from_numpy(x.clip(0, 255).astype(np.uint8))


def fitted(x, **changes):
    space = build_space(SETTINGS | changes, SHAPE)
    space.fit(x)
    return space


@pytest.mark.parametrize("range_", [[0.0, 1.0], [-1.0, 1.0]])
def test_the_training_set_becomes_white(range_):
    x = faces()
    space = fitted(x, range=range_)
    y, _ = space(x, torch.Generator().manual_seed(2))
    assert y.dtype == torch.float32
    assert y.mean(0).abs().max() < 0.01
    covariance = torch.cov(y.T, correction=0)
    # The noise of this draw is not what the covariance expects
    assert torch.allclose(covariance, torch.eye(6), atol=0.005)
    assert torch.allclose(space.whiten, space.whiten.T, atol=1e-4)  # of all whitenings ZCA is this


def test_it_does_not_depend_on_the_blocks_that_the_training_set_is_read_in(monkeypatch):
    x = faces()
    whole = fitted(x)
    monkeypatch.setattr("deepgen.data.spaces.whitened.ROWS", 7)
    assert torch.allclose(fitted(x).whiten, whole.whiten, rtol=1e-6)


def test_pixels_come_back():
    x = faces()
    space = fitted(x, range=[-1.0, 1.0])
    pixels = x[:100].float() / 255
    assert torch.allclose(space.to_pixels(space(x[:100])[0]), pixels, atol=1e-5)
    assert torch.allclose(space.to_pixels(space.from_pixels(pixels)), pixels, atol=1e-5)


@pytest.mark.parametrize(
    "changes", [{}, {"range": [-1.0, 1.0]}, {"regularisation": 0.01, "range": [0.0, 2.0]}]
)
def test_the_density_of_a_gaussian_is_unchanged(changes):
    """That of bytes and noise, by the Gaussian of y and the log-determinant of the space."""
    x = faces()
    space = fitted(x, **changes)
    mean = x.double().mean(0).numpy() + 0.5
    covariance = np.cov(x.numpy().T, ddof=0) + np.eye(6) / 12
    y, log_det = space(x[:50])
    bytes_ = x[:50].double().numpy() + 0.5
    width = (space.settings["range"][1] - space.settings["range"][0]) / 256
    whiten = space.whiten.double().numpy()
    of_y = whiten @ (covariance * width**2) @ whiten
    ours = multivariate_normal(np.zeros(6), of_y).logpdf(y.numpy()) + log_det.numpy()
    expected = multivariate_normal(mean, covariance).logpdf(bytes_)
    assert ours == pytest.approx(expected, abs=1e-3)


def test_the_log_determinant_is_that_of_the_matrix():
    space = fitted(faces(), range=[-1.0, 1.0])
    expected = np.linalg.slogdet(space.whiten.double().numpy())[1] + 6 * math.log(2 / 256)
    assert space(faces(3))[1].tolist() == pytest.approx([expected] * 3, rel=1e-6)


def test_what_was_learned_goes_with_the_models_file():
    x = faces()
    space, again = fitted(x), build_space(SETTINGS, SHAPE)
    again.load_state_dict(space.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(space(x), again(x), strict=True))


def test_too_few_images_are_refused_at_the_training():
    with pytest.raises(DeepgenError, match="6 training images are too few to whiten 6 dimensions"):
        fitted(faces()[:6])
    assert torch.isfinite(fitted(faces()[:6], regularisation=0.01).whiten).all()


def test_too_few_images_are_refused_at_planning():
    space = Whitened(name="whitened")
    with pytest.raises(ValueError, match="3000 training images are too few to whiten 3072"):
        space.check((32, 32, 3), 3000)
    space.check((32, 32, 3), None)
    Whitened(name="whitened", regularisation=0.1).check((32, 32, 3), 3000)

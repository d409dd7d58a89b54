"""Spaces: what bytes become, and samples that a classifier cannot tell by their grey levels."""

import numpy as np
import pytest
import torch

from deepgen.data.coordinates import build_space
from deepgen.data.scoring import quantise
from deepgen.data.spaces.contrast_normalised import ContrastNormalised
from deepgen.data.spaces.pixels import Pixels

PIXELS = {"name": "pixels"}
CONTRAST = {"name": "contrast-normalised"}


def images(n=20, d=48, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, d)).astype(np.uint8)


def test_pixels_are_bytes_over_255():
    y, log_det = Pixels(PIXELS)(torch.from_numpy(images()))
    assert np.allclose(y.numpy(), images() / 255, atol=1e-7)
    assert np.allclose(log_det.numpy(), -48 * np.log(255))


def test_contrast_normalisation_is_that_of_the_released_code():
    x = images().astype(np.float64)
    centred = x - x.mean(axis=1, keepdims=True)
    expected = 55 * centred / np.linalg.norm(centred, axis=1, keepdims=True)
    y, log_det = ContrastNormalised(CONTRAST)(torch.from_numpy(images()))
    assert np.allclose(y.numpy(), expected, atol=1e-4)
    assert np.allclose(np.linalg.norm(y.numpy(), axis=1), 55, atol=1e-3)
    assert torch.isnan(log_det).all()  # there is no density to correct


def test_an_image_without_contrast_becomes_zero_not_nan():
    y, _ = ContrastNormalised(CONTRAST)(torch.full((1, 12), 77, dtype=torch.uint8))
    assert torch.equal(y, torch.zeros(1, 12))


def test_quantised_pixels_are_clipped_to_the_256_levels_of_bytes():
    y = torch.tensor([[-0.3, 0.0, 0.503, 1.7, 1 / 255 * 0.6]])
    q = quantise(y, PIXELS, y)
    assert torch.allclose(q * 255, torch.tensor([[0.0, 0.0, 128.0, 255.0, 1.0]]), atol=1e-4)
    bytes_ = Pixels(PIXELS)(torch.from_numpy(images()))[0]
    assert torch.allclose(quantise(bytes_, PIXELS, bytes_), bytes_, atol=1e-6)


def test_quantised_contrast_normalised_samples_share_norm_and_levels_with_images():
    real = ContrastNormalised(CONTRAST)(torch.from_numpy(images(50, 300)))[0]
    samples = 7 * torch.randn(50, 300, generator=torch.Generator().manual_seed(1)) + 3
    before = samples.clone()
    q, r = (quantise(y, CONTRAST, real) for y in (samples, real))
    assert torch.equal(samples, before)
    assert len(torch.unique(torch.cat([q, r]))) <= 256
    assert torch.allclose(r, real, atol=0.6 * (real.max() - real.min()).item() / 255)
    for y, room in ((r, 0.3), (q, 6.0)):  # what lies beyond the range of images is clipped
        assert (torch.linalg.vector_norm(y, dim=1) - 55).abs().max() < room
        assert y.mean(dim=1).abs().max() < 0.2


@pytest.mark.parametrize("name", ["pixels", "dequantised", "standardised"])
def test_pixels_come_back(name):
    space = build_space({"name": name, "floor": 0.01}, (16, 16, 1))
    space.fit(torch.from_numpy(images(50, 256)))
    x = torch.arange(256, dtype=torch.uint8).view(1, 256)
    pixels = x.float() / 255
    assert torch.allclose(space.to_pixels(space(x)[0]), pixels, atol=1e-6)
    assert torch.allclose(space.to_pixels(space.from_pixels(pixels)), pixels, atol=1e-6)
    # The slope of the map is what its log-determinant says
    space = build_space({"name": name, "floor": 0.01}, (1, 2, 1))
    space.fit(torch.from_numpy(images(50, 2)))
    y, log_det = space(torch.tensor([[10, 20], [11, 21]], dtype=torch.uint8))
    assert (y[1] - y[0]).log().sum() == pytest.approx(log_det[0].item(), rel=1e-3)


def test_standardised_pixels_have_the_moments_of_the_training_set():
    x = images(3000, 12, 1)
    x[:, 3], x[:, 4], x[1:, 4] = 200, 0, 1  # one pixel never varies, another in a single image
    x[0, 4] = 2
    space = build_space({"name": "standardised", "floor": 0.001}, (3, 4, 1))
    space.fit(torch.from_numpy(x))
    assert space.mean.numpy() == pytest.approx(x.mean(0) / 255, abs=1e-7)
    expected = np.maximum(x.std(0) / 255, 0.001)
    assert space.scale.numpy() == pytest.approx(expected, rel=1e-6)
    y, log_det = space(torch.from_numpy(x))
    assert (y.dtype, log_det.shape) == (torch.float32, (3000,))
    deviations = y.double().std(0, correction=0).numpy()
    varied = expected > 0.001
    assert varied.sum() == 10
    assert deviations[varied] == pytest.approx(1.0, abs=1e-5)
    assert y.double().mean(0).numpy()[varied] == pytest.approx(0.0, abs=1e-5)
    assert np.ptp(y[:, 3].numpy()) == 0
    # What was learned goes with the model's file
    again = build_space({"name": "standardised", "floor": 0.001}, (3, 4, 1))
    again.load_state_dict(space.state_dict())
    assert torch.equal(again(torch.from_numpy(x))[0], y)

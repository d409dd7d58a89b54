"""Convolutional maxout and deconvolution against direct sums, and the released geometry."""

import itertools

import numpy as np
import pytest
import torch

from deepgen.config import load_experiment
from deepgen.families.gan.objective import Adversarial
from deepgen.families.loading import build_model
from deepgen.layers.convolution import ConvMaxout, Deconv


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_conv_maxout_equals_sums_over_windows():
    channels, pieces, kernel, padding, pool, step = 3, 2, 3, 1, 3, 2
    layer = ConvMaxout((2, 6, 6), channels, pieces, kernel, padding, pool, step, irange=1.0)
    layer.initialise(rng())
    with torch.no_grad():
        layer.bias.uniform_(-1, 1, generator=rng(1))
    x = torch.randn(4, 2 * 36, generator=rng(2))
    w, b = layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy()
    image = np.pad(x.double().numpy().reshape(4, 2, 6, 6), ((0, 0), (0, 0), (1, 1), (1, 1)))
    z = np.zeros((4, channels * pieces, 6, 6))
    for i, j in itertools.product(range(6), repeat=2):
        z[:, :, i, j] = np.einsum("nchw,ochw->no", image[:, :, i : i + 3, j : j + 3], w) + b
    maps = z.reshape(4, channels, pieces, 6, 6).max(axis=2)
    pooled = np.zeros((4, channels, 3, 3))  # ceil((6 - 3) / 2) + 1, the last window cut off
    for i, j in itertools.product(range(3), repeat=2):
        window = maps[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        pooled[:, :, i, j] = window.max(axis=(2, 3))
    assert layer.out_shape == (channels, 3, 3)
    assert np.allclose(layer(x).detach().numpy(), pooled.reshape(4, -1), atol=1e-5)


def test_deconv_adds_a_kernel_for_every_input_value():
    layer = Deconv(channels=2, size=3, kernel=4, stride=2, shape=(8, 8, 3), irange=1.0)
    layer.initialise(rng())
    with torch.no_grad():
        layer.bias.uniform_(-1, 1, generator=rng(1))
    x = torch.randn(5, 2 * 9, generator=rng(2))
    w = layer.weight.detach().double().numpy()
    expected = np.tile(layer.bias.detach().double().numpy(), (5, 1, 1, 1))
    values = x.double().numpy().reshape(5, 2, 3, 3)
    for i, j in itertools.product(range(3), repeat=2):
        patch = np.einsum("nc,cohw->nohw", values[:, :, i, j], w)
        expected[:, :, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4] += patch
    expected = expected.transpose(0, 2, 3, 1).reshape(5, -1)
    assert np.allclose(layer(x).detach().numpy(), expected, atol=1e-5)


def test_kernels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        ConvMaxout((3, 4, 4), 2, 2, kernel=8, padding=0, pool=2, pool_stride=2, irange=0.1)
    with pytest.raises(ValueError, match="32 x 32, not 28 x 28"):
        Deconv(80, 10, 5, 3, (28, 28, 1), 0.05)


def test_the_released_convolutional_geometry(root):
    experiment = load_experiment(root / "config/experiments/cifar10-conv.yaml")
    settings = experiment.objective.resolved()
    with torch.device("meta"):
        layers = Adversarial(settings, (32, 32, 3)).discriminator.layers
    sides = [side for layer in layers[:3] for side in (layer.conv_size[0], layer.out_shape[1])]
    assert [32, *sides] == [32, 33, 16, 15, 7, 9, 5]
    assert layers[3].linear.weight.shape == (4800, 2500)


@pytest.mark.parametrize(
    ("name", "shape", "generator", "discriminator"),
    [
        ("cifar10-fc", (32, 32, 3), 89_395_072, 37_393_601),
        ("cifar10-conv", (32, 32, 3), 64_825_072, 12_454_073),
        ("tfd-pretrain", (48, 48, 1), 83_250_304, 21_037_201),
        ("tfd", (48, 48, 1), 84_858_404, 21_037_201),
        ("lfw-pretrain", (48, 48, 1), 83_250_304, 21_037_201),
        ("lfw", (48, 48, 1), 84_858_404, 21_037_201),
    ],
)
def test_networks_have_the_released_number_of_parameters(
    root, name, shape, generator, discriminator
):
    settings = load_experiment(root / f"config/experiments/{name}.yaml").resolved()
    with torch.device("meta"):
        model = build_model(settings, shape)
        objective = Adversarial(settings["objective"], shape)
    assert sum(p.numel() for p in model.parameters()) == generator
    assert sum(p.numel() for p in objective.parameters()) == discriminator


def test_a_convolutional_discriminator_sees_images_not_shuffled_pixels():
    """A kernel that detects a vertical edge answers where the image has one."""
    layer = {"kind": "conv_maxout", "channels": 1, "pieces": 1, "kernel": 3, "padding": 0}
    layer |= {"pool": 1, "pool_stride": 1, "irange": 0.1}
    net = {"layers": [layer], "input_keep": 1.0, "hidden_keep": 1.0, "output_irange": 0.1}
    settings = {
        "discriminator": net,
        "discriminator_scale": 0.5,
        "generator_loss": "non_saturating",
        "updates": "simultaneous",
        "discriminator_steps": 1,
    }
    discriminator = Adversarial(settings, (6, 5, 2)).discriminator
    edge = torch.tensor([[-1.0, 0.0, 1.0]] * 3)
    with torch.no_grad():
        discriminator.layers[0].weight.copy_(torch.stack([edge, torch.zeros(3, 3)])[None])
        discriminator.layers[0].bias.zero_()
        discriminator.layers[1].weight.zero_()[4] = 1.0  # the map's second row, second column
        discriminator.layers[1].bias.zero_()
    image = torch.zeros(1, 6, 5, 2)
    image[0, 1:4, 3, 0] = 2.0  # height 1..3, width 3, first channel
    assert discriminator(image.reshape(1, -1), rng()).item() == pytest.approx(6.0)

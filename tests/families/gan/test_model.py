"""The generator of the released code."""

import math

import numpy as np
import pytest
import torch

from deepgen.data.spaces.pixels import Pixels
from deepgen.families.gan.objective import Discriminator
from deepgen.families.loading import build_model
from deepgen.samplers.draw import draw

SHAPE = (28, 28, 1)
PIXELS = {"name": "pixels"}


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def parameters(module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.fixture
def generator(tiny_settings, mnist):
    model = build_model(tiny_settings, SHAPE)
    model.initialise(torch.from_numpy(mnist["train"][:2000]), rng())
    return model


def test_the_papers_networks_have_the_released_number_of_parameters(paper_settings):
    assert parameters(build_model(paper_settings, SHAPE)) == 2_503_984
    settings = paper_settings["objective"]["discriminator"]
    assert parameters(Discriminator(settings, (28, 28, 1))) == 1_231_441


def test_initial_ranges_are_those_of_the_yaml(paper_settings, mnist):
    model = build_model(paper_settings, SHAPE)
    model.initialise(torch.from_numpy(mnist["train"][:500]), rng())
    discriminator = Discriminator(paper_settings["objective"]["discriminator"], (28, 28, 1))
    discriminator.initialise(rng())
    for net, irange in ((model, 0.05), (discriminator, 0.005)):
        weights = [p for name, p in net.named_parameters() if name.endswith("weight")]
        assert len(weights) == 3
        for w in weights:
            assert 0.97 * irange < w.abs().max().item() <= irange
            assert w.std().item() == pytest.approx(irange / math.sqrt(3), rel=0.07)
    biases = [p for name, p in discriminator.named_parameters() if name.endswith("bias")]
    biases += [layer.bias for layer in model.layers[:-1]]
    assert all(torch.equal(b, torch.zeros_like(b)) for b in biases)


def test_the_output_bias_is_the_logit_of_the_training_mean(tiny_settings, mnist):
    train = mnist["train"][:50_000]
    model = build_model(tiny_settings, SHAPE)
    model.initialise(torch.from_numpy(train), rng())
    bias = model.layers[-1].bias.detach().double().numpy()
    mean = np.clip(train.astype(np.float64).mean(axis=0), 1e-7, 1 - 1e-7)
    assert np.allclose(bias, np.log(mean / (1 - mean)), atol=1e-5)
    dead = train.max(axis=0) == 0
    assert dead.sum() == 67
    assert np.allclose(bias[dead], -16.118, atol=5e-4)


def test_marginal_biases_are_symmetric_at_both_ends(tiny_settings):
    model = build_model(tiny_settings, (1, 2, 1))
    model.initialise(torch.tensor([[0.0, 1.0], [0.0, 1.0]]), rng())
    low, high = model.layers[-1].bias.tolist()
    assert low == pytest.approx(-16.118, abs=5e-4)
    assert high == pytest.approx(16.118, abs=5e-4)


def test_uniform_noise_lies_in_plus_minus_sqrt_3_with_unit_variance(generator):
    z = generator.prior(50_000, rng()).double()
    edge = math.sqrt(3)
    assert z.shape == (50_000, 8)
    assert edge - 1e-3 < z.max() <= edge + 1e-6
    assert -edge - 1e-6 <= z.min() < -edge + 1e-3
    assert z.var().item() == pytest.approx(1.0, abs=0.01)
    assert z.mean().item() == pytest.approx(0.0, abs=0.01)
    # A uniform variable, and not another of the same range and variance: E z^4 = 9/5
    assert z.pow(4).mean().item() == pytest.approx(1.8, abs=0.03)


def test_gaussian_noise_is_standard(tiny_settings):
    tiny_settings["model"]["noise"]["distribution"] = "gaussian"
    z = build_model(tiny_settings, SHAPE).prior(50_000, rng()).double()
    assert z.var().item() == pytest.approx(1.0, abs=0.01)
    assert z.pow(4).mean().item() == pytest.approx(3.0, abs=0.1)


def test_samples_are_images_that_depend_on_the_seed_alone(generator):
    first, again, other = (draw(generator, 20, rng(seed), Pixels(PIXELS)) for seed in (5, 5, 6))
    assert first.shape == (20, 784)
    assert first.dtype == torch.float32
    assert 0 <= first.min() <= first.max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not first.requires_grad


def test_samples_can_be_differentiated_in_every_parameter(generator):
    generator.sample(10, rng()).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in generator.parameters())


def test_decoding_equals_a_float64_computation(generator):
    z = generator.prior(10, rng(2))
    hidden, output = (
        [p.detach().double().numpy() for p in (layer.weight, layer.bias)]
        for layer in generator.layers
    )
    h = np.maximum(z.double().numpy() @ hidden[0] + hidden[1], 0)
    expected = 1 / (1 + np.exp(-(h @ output[0] + output[1])))
    assert np.allclose(generator.decode(z).detach().numpy(), expected, atol=1e-6)


def test_pixels_divide_by_255_and_say_so_in_the_log_determinant():
    x = torch.arange(256, dtype=torch.uint8).reshape(4, 64)
    y, log_det = Pixels(PIXELS)(x)
    assert np.allclose(y.numpy(), np.arange(256).reshape(4, 64) / 255, atol=1e-7)
    assert y.dtype == torch.float32
    assert torch.allclose(log_det, torch.full((4,), -64 * math.log(255)))
    assert torch.equal(Pixels(PIXELS).to_pixels(y), y)
    assert torch.equal(Pixels(PIXELS).from_pixels(y), y)
    assert x[0, 5] == 5


def test_a_second_phase_puts_new_layers_in_front_of_the_trained_ones(tiny_settings, mnist):
    train = torch.from_numpy(mnist["train"][:500])
    settings = tiny_settings["model"]

    def build(model):
        return build_model(tiny_settings | {"model": model}, SHAPE)

    first = build(settings)
    first.initialise(train, rng())
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.add_(0.01)  # as if trained
    new = settings["generator"][0] | {"kind": "sigmoid", "units": settings["noise"]["size"]}
    deeper = settings | {"noise": {"size": 3, "distribution": "gaussian"}}
    second = build(deeper | {"generator": [new, *settings["generator"]]})
    second.initialise(train, rng(1), first_phase=first)
    z = second.prior(4, rng(2))
    assert torch.equal(second.decode(z), first.decode(second.layers[0](z)))
    assert not torch.equal(second.layers[0].weight, torch.zeros_like(second.layers[0].weight))
    with torch.no_grad():
        first.layers[0].weight.zero_()
    assert second.layers[1].weight.abs().min() > 0  # a copy, not shared
    with pytest.raises(ValueError, match="not the last layers"):
        first.initialise(train, rng(), first_phase=second)
    narrow = [settings["generator"][0] | {"units": 9}, settings["generator"][1]]
    other = build(settings | {"generator": narrow})
    with pytest.raises(ValueError, match="not the last layers"):
        second.initialise(train, rng(), first_phase=other)

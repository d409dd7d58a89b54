"""What a training takes is counted as a person would, and without its memory or its time."""

import math
import resource
from contextlib import nullcontext
from itertools import pairwise

import pytest
import torch

from deepgen.config import load_experiment
from deepgen.engine.resolve import stage_settings
from deepgen.families.gan.objective import Adversarial
from deepgen.stages import count
from deepgen.stages.count import build_loop, training_costs


@pytest.fixture
def settings(tiny_settings):
    return tiny_settings | {"shape": [28, 28, 1], "num_examples": 1030}


def products(sizes):
    """Multiplications of an image's way through dense layers, by layer."""
    return [a * b for a, b in pairwise(sizes)]


def by_hand(generator, discriminator, batch):
    """Operations of one simultaneous update of two dense networks.

    Args:
        generator: Units of z, of every layer, and pixels.
        discriminator: (inputs, outputs before maxout) of every layer.
    """
    g, d = products(generator), [a * b for a, b in discriminator]
    forward = sum(g) + 2 * sum(d)  # D sees real and fake images
    weights = sum(g) + 2 * sum(d)
    loss_of_d = 2 * sum(d[1:])  # back to the first layer's output, not to the images
    loss_of_g = sum(d) + sum(g[1:])  # through D to the fakes, and to the first layer's output
    return 2 * batch * (forward + weights + loss_of_d + loss_of_g)


def test_a_small_net_has_the_operations_of_its_products(settings):
    found = training_costs(settings)
    layers = [(784, 8 * 3), (8, 1)]
    assert found["flop_per_update"] == by_hand([8, 16, 784], layers, 100)
    model = 8 * 16 + 16 + 16 * 784 + 784
    assert found["parameters"] == {"model": model, "objective": 784 * 24 + 24 + 8 + 1}


@pytest.mark.parametrize(
    ("name", "generator", "discriminator"),
    [
        ("mnist", [100, 1200, 1200, 784], [(784, 1200), (240, 1200), (240, 1)]),
        ("cifar10-fc", [100, 8000, 8000, 3072], [(3072, 8000), (1600, 8000), (1600, 1)]),
    ],
)
def test_released_sizes_are_counted_without_their_memory(root, name, generator, discriminator):
    experiment = load_experiment(root / f"config/experiments/{name}.yaml")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = training_costs(stage_settings("count", experiment))
    assert found["flop_per_update"] == by_hand(generator, discriminator, 100)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kilobytes
    parameters = sum(found["parameters"].values())
    assert found["memory_bytes"] > 3 * 4 * parameters  # with gradients and velocities
    assert found["disk_bytes"] > 2 * 2 * 4 * parameters  # two states, each with velocities


def test_tensors_without_values_count_as_real_ones_do(settings, monkeypatch):
    found = training_costs(settings)
    monkeypatch.setattr(count, "FakeTensorMode", nullcontext)
    assert training_costs(settings) == found


@pytest.mark.parametrize("steps", [1, 3])
def test_as_many_updates_as_the_loop_makes(settings, steps):
    settings["objective"] |= {"updates": "alternating", "discriminator_steps": steps}
    loop = build_loop(settings, torch.zeros(1030, 784, dtype=torch.uint8))
    for part in (loop.model, loop.objective):
        for parameter in part.parameters():
            torch.nn.init.zeros_(parameter)
    for _ in range(settings["training"]["epochs"]):
        assert loop.run_epoch()
    assert training_costs(settings)["updates"] == loop.update == math.ceil(5 * 11 / steps)


def test_a_method_that_looks_at_values_is_counted_on_real_ones(settings, monkeypatch):
    found, looked = training_costs(settings), []

    def step(self, *arguments):
        for losses in released(self, *arguments):
            looked.append(losses["model"].item())
            yield losses

    released = Adversarial.step
    monkeypatch.setattr(Adversarial, "step", step)
    assert training_costs(settings)["flop_per_update"] == found["flop_per_update"]
    assert len(looked) == 1


def test_a_fit_without_updates_counts_no_operations(root):
    experiment = load_experiment(root / "config/experiments/mnist-mixture.yaml")
    found = training_costs(stage_settings("count", experiment))
    assert found["flop_per_update"] is None
    assert found["parameters"] == {"model": 10 * (784 + 784 + 1), "objective": 0}

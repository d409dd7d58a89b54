"""The family: what it starts with, what its chain keeps, and what it refuses."""

import math

import pytest
import torch

from deepgen.errors import DeepgenError
from deepgen.families.gsn.model import GSN
from deepgen.families.gsn.objective import Walkback
from deepgen.families.gsn.settings import Walkback as WalkbackSettings
from deepgen.sections import check_section
from tests.families.test_every_family import begun

SETTINGS = {"hidden": [30, 20], "input_noise": 0.4, "hidden_noise": 2.0, "input_sampling": True}


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def model():
    model = GSN(SETTINGS, (4, 5, 1))
    model.initialise(torch.rand(100, 20, generator=rng()), rng(2))
    return model


def test_it_starts_as_released(model):
    for weights, bound in zip(model.weights, (math.sqrt(6 / 50), math.sqrt(6 / 50)), strict=True):
        assert 0.95 * bound < weights.abs().max() <= bound
        assert weights.mean().abs() < 0.05 * bound
    assert all((biases == 0).all() for biases in model.biases)


def test_consecutive_samples_are_those_of_one_chain(model):
    sampler = {"chains": 1, "burn_in": 3, "thinning": 1, "output": "means"}
    every = model.sample(9, rng(), **sampler)
    third = model.sample(3, rng(), **sampler | {"burn_in": 3, "thinning": 3})
    assert torch.equal(third, every[2::3])
    later = model.sample(6, rng(), **sampler | {"burn_in": 6})
    assert torch.equal(later, every[3:])
    assert ((every > 0) & (every < 1)).all()


def test_draws_are_bits_with_the_means_of_the_chain(model):
    sampler = {"chains": 4000, "burn_in": 10, "thinning": 1}
    means = model.sample(4000, rng(), **sampler, output="means")
    draws = model.sample(4000, rng(), **sampler, output="draws")
    assert ((draws == 0) | (draws == 1)).all()
    assert torch.allclose(draws.mean(0), means.mean(0), atol=0.04)


def test_training_brings_the_chain_to_the_data():
    """Two kinds of images: the chain draws both, and nothing between them."""
    images = torch.zeros(2, 20)
    images[0, :10] = images[1, 10:] = 1.0
    model = GSN(SETTINGS, (4, 5, 1))
    generator = rng()
    model.initialise(images.repeat(50, 1), generator)
    objective = Walkback(4)
    adam = torch.optim.Adam(model.parameters(), lr=0.01)

    class Batches:
        def __next__(self):
            chosen = torch.randint(2, (50,), generator=generator)
            return type("Batch", (), {"y": images[chosen]})

    for _ in range(300):
        (losses,) = objective.step(model, Batches(), generator)
        adam.zero_grad()
        losses["model"].backward()
        adam.step()
    sampler = {"chains": 200, "burn_in": 50, "thinning": 1, "output": "means"}
    samples = model.sample(200, rng(3), **sampler)
    nearest = (torch.cdist(samples, images).square() / 20).min(1)
    assert nearest.values.mean() < 0.05
    assert 0.2 < nearest.indices.float().mean() < 0.8


def test_the_cost_is_the_sum_over_the_steps():
    case = {"model": {"family": "gsn", "hidden": [8]}, "objective": {"name": "walkback"}}
    _, model, objective, batches, generator = begun(case)
    assert objective.steps == 2
    (losses,) = objective.step(model, batches, generator)
    parts = [objective.statistics[f"cross_entropy_{end}"] for end in ("first", "last")]
    assert losses["model"].item() == pytest.approx(sum(part.item() for part in parts), rel=1e-6)


def test_too_few_steps_for_the_layers_are_refused():
    model = type("Model", (), {"hidden": [8, 6, 4]})
    with pytest.raises(ValueError, match=r"objective.steps is 2, too few .* all 3 hidden layers"):
        WalkbackSettings(name="walkback", steps=2).check_model(model)
    WalkbackSettings(name="walkback", steps=3).check_model(model)
    with pytest.raises(DeepgenError, match="steps"):
        check_section(WalkbackSettings, {"name": "walkback", "steps": 0}, "the objective")

"""What holds for every family: one test a property, run on the small cases of each."""

import importlib
from typing import get_args

import numpy as np
import pytest
import torch

from deepgen.capabilities import Decoder, Density, Encoder, Normalised, Prior
from deepgen.config import check_section
from deepgen.data.coordinates import build_space
from deepgen.errors import TemporaryStop
from deepgen.families import FAMILIES
from deepgen.families.loading import build_model, build_objective, load_model, save_model
from deepgen.samplers.draw import draw
from deepgen.settings import MODELS, Experiment
from deepgen.stages.train import train
from deepgen.training.batches import Batches

CAPABILITIES = {
    "prior": Prior,
    "decode": Decoder,
    "encode": Encoder,
    "log_prob": Density,
    "normalise": Normalised,
}
CASES = [
    pytest.param(case, id=f"{family}, {name}")
    for family in FAMILIES
    for name, case in importlib.import_module(f"tests.families.{family}.tiny").CASES.items()
]
OUTPUTS = ("selected", "last", "objective")


def resolved(case, epochs=3):
    training = {"epochs": epochs, "previews": {"epochs": [1], "draws": 2}}
    training["selection"] = case.get("selection", {"rule": "last"})
    if "optimiser" in case:
        training["optimiser"] = case["optimiser"]
    content = {"dataset": "mnist", "title": "Small", "training": training}
    content |= {k: case[k] for k in ("model", "model_space", "objective") if k in case}
    return check_section(Experiment, content, "the case").resolved()


def begun(case, shape=(4, 4, 1), n=200):
    """A model and objective of this case at their start, with a training set of random bytes."""
    settings = resolved(case)
    rng = torch.Generator().manual_seed(0)
    size = int(np.prod(shape))
    x = torch.randint(0, 256, (n, size), generator=rng, dtype=torch.uint8)
    model = build_model(settings, shape)
    objective = build_objective(settings, shape, model)
    y, _ = model.model_space(x, rng)
    model.initialise(y, rng)
    objective.begin(model, y, rng)
    return settings, model, objective, Batches(x, None, 50, model.model_space, rng), rng


def generator(seed=1):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=CASES)
def case(request):
    return request.param


def only_if(case, capability):
    if capability not in MODELS[case["model"]["family"]].CAN:
        pytest.skip(f"{case['model']['family']} has no {capability}")


def test_a_family_can_what_its_settings_say(case):
    model = begun(case)[1]
    can = {name for name, kind in CAPABILITIES.items() if isinstance(model, kind)}
    assert can == set(MODELS[case["model"]["family"]].CAN) - {"continue"}


def test_samples_are_finite_images_that_a_seed_gives_again(case):
    settings, model, *_ = begun(case)
    space = build_space(settings["score_space"])
    samples = draw(model, 7, generator(), space)
    assert samples.dtype == torch.float32
    assert samples.shape == (7, 16)
    assert torch.isfinite(samples).all()
    assert torch.equal(samples, draw(model, 7, generator(), space))
    assert not torch.equal(samples, draw(model, 7, generator(2), space))


def test_gradients_reach_every_parameter_of_a_group(case):
    _, model, objective, batches, rng = begun(case)
    groups = objective.groups(model)
    reached = {group: [False] * len(parameters) for group, parameters in groups.items()}
    for losses in objective.step(model, batches, rng):
        for group, loss in losses.items():
            gradients = torch.autograd.grad(loss, groups[group], retain_graph=True)
            found = [bool((g != 0).any()) for g in gradients]
            reached[group] = [a or b for a, b in zip(reached[group], found, strict=True)]
    assert all(all(parts) for parts in reached.values()), reached


def test_groups_are_those_of_the_settings(case):
    _, model, objective, *_ = begun(case)
    (kind,) = (
        kind
        for kind in MODELS[case["model"]["family"]].OBJECTIVES
        if get_args(kind.model_fields["name"].annotation) == (case["objective"]["name"],)
    )
    assert set(kind.GROUPS) == set(objective.groups(model))


def test_a_saved_model_draws_the_same(case, tmp_path):
    settings, model, *_ = begun(case)
    save_model(tmp_path / "model.safetensors", model, settings, (4, 4, 1), {})
    loaded, metadata = load_model(tmp_path / "model.safetensors")
    space = build_space(metadata["score_space"])
    assert torch.equal(draw(loaded, 5, generator(), space), draw(model, 5, generator(), space))


def test_an_image_is_decoded_alike_in_every_batch(case):
    only_if(case, "decode")
    model = begun(case)[1].eval()
    z = model.prior(6, generator())
    together = model.decode(z)
    assert torch.allclose(together[2:3], model.decode(z[2:3]), atol=1e-6)


def test_a_likelihood_does_not_depend_on_the_batch(case):
    only_if(case, "log_prob")
    _, model, _, batches, _ = begun(case)
    y = next(batches).y
    found = model.log_prob(y, generator())
    assert found.values.shape == (50,)
    if found.kind != "exact":
        pytest.skip("takes its own random numbers")
    together = found.values
    alone = torch.cat([model.log_prob(row, generator()).values for row in y.split(1)])
    assert torch.allclose(together, alone, rtol=1e-5, atol=1e-4)


@torch.no_grad()
def test_a_density_integrates_to_one(case):
    only_if(case, "log_prob")
    model = begun(case, shape=(1, 2, 1))[1].double()
    line = torch.linspace(-3, 4, 701, dtype=torch.float64)
    y = torch.cartesian_prod(line, line)
    found = model.log_prob(y, generator())
    if found.kind != "exact":
        pytest.skip("not an exact density")
    assert found.values.exp().sum() * (line[1] - line[0]) ** 2 == pytest.approx(1.0, abs=1e-4)


def run(settings, folder, data, stop_at=None):
    """Train; with `stop_at` leave before that update, as a signal makes it."""
    asked = iter(range(10**6))
    train(
        data=data,
        out=folder,
        states=[folder / "state"],
        settings=settings,
        seed=1,
        key="key",
        code={},
        device="cpu",
        should_stop=lambda: stop_at is not None and next(asked) >= stop_at,
    )


def test_a_stopped_training_continues_with_the_same_bits(case, tmp_path, tiny_data):
    settings = resolved(case)
    run(settings, tmp_path / "whole", tiny_data)
    for stop_at in (1, 4, 3):
        with pytest.raises(TemporaryStop):
            run(settings, tmp_path / "parts", tiny_data, stop_at)
    run(settings, tmp_path / "parts", tiny_data)
    for name in [*(f"{part}.safetensors" for part in OUTPUTS), "history.csv", "previews.npy"]:
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()

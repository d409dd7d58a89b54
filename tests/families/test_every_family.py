"""What holds for every family: one test a property, run on the small cases of each."""

import importlib
from typing import get_args

import numpy as np
import pytest
import torch

from deepgen.capabilities import Decoder, Density, Encoder, Normalised, Prior
from deepgen.checks import with_defaults
from deepgen.data.coordinates import build_space
from deepgen.errors import TemporaryStop
from deepgen.families import FAMILIES
from deepgen.families.loading import build_model, build_objective, load_model, save_model
from deepgen.samplers.draw import draw
from deepgen.sections import check_section
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
WITHOUT_METHODS = {"continue", "bits", "scales"}
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
    names = ("model", "model_space", "objective", "sampler")
    content |= {name: case[name] for name in names if name in case}
    return with_defaults(check_section(Experiment, content, "the case")).resolved()


def begun(case, shape=(4, 4, 1), n=200):
    """A model and objective of this case at their start, with a training set of random bytes."""
    settings = resolved(case)
    rng = torch.Generator().manual_seed(0)
    size = int(np.prod(shape))
    x = torch.randint(0, 256, (n, size), generator=rng, dtype=torch.uint8)
    model = build_model(settings, shape)
    objective = build_objective(settings, shape, model)
    y, _ = model.model_space(x, rng)
    first = begun(case["first_phase"], shape, n)[1] if "first_phase" in case else None
    model.initialise(y, rng, first)
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
    assert can == set(MODELS[case["model"]["family"]].CAN) - WITHOUT_METHODS


def test_samples_are_finite_images_that_a_seed_gives_again(case):
    settings, model, *_ = begun(case)
    space, sampler = build_space(settings["score_space"]), settings.get("sampler", {})
    samples = draw(model, 7, generator(), space, **sampler)
    assert samples.dtype == torch.float32
    assert samples.shape == (7, 16)
    assert torch.isfinite(samples).all()
    assert torch.equal(samples, draw(model, 7, generator(), space, **sampler))
    assert not torch.equal(samples, draw(model, 7, generator(2), space, **sampler))


def test_models_of_bits_draw_them_with_the_means_that_they_give(case):
    settings, model, *_ = begun(case)
    if "bits" not in MODELS[case["model"]["family"]].model_validate(case["model"]).can():
        pytest.skip("its pixels are no bits")
    sampler = settings["sampler"] | {"chains": 3000, "burn_in": 5}
    means, draws = (
        model.sample(3000, generator(), **sampler | {"output": output})
        for output in ("means", "draws")
    )
    assert ((means >= 0) & (means <= 1)).all()
    assert ((draws == 0) | (draws == 1)).all()
    assert torch.allclose(means.mean(0), draws.mean(0), atol=0.06)


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
    space, sampler = build_space(metadata["score_space"]), metadata.get("sampler", {})
    expected = draw(model, 5, generator(), space, **sampler)
    assert torch.equal(draw(loaded, 5, generator(), space, **sampler), expected)


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
    low, high = case.get("support", (-3, 4))
    line = torch.linspace(low, high, 901, dtype=torch.float64)
    y = torch.cartesian_prod(line, line)
    found = model.log_prob(y, generator())
    if found.kind != "exact":
        pytest.skip("not an exact density")
    assert found.values.exp().sum() * (line[1] - line[0]) ** 2 == pytest.approx(1.0, abs=1e-4)


def first_phase(case, folder):
    """The file of the model that begins this one, if there is one."""
    if "first_phase" not in case:
        return None
    settings, model, *_ = begun(case["first_phase"], (28, 28, 1))
    save_model(folder / "first.safetensors", model, settings, (28, 28, 1), {})
    return folder / "first.safetensors"


def run(settings, folder, data, stop_at=None, first_phase=None):
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
        first_phase=first_phase,
        device="cpu",
        should_stop=lambda: stop_at is not None and next(asked) >= stop_at,
    )


def test_a_stopped_training_continues_with_the_same_bits(case, tmp_path, tiny_data):
    settings, first = resolved(case), first_phase(case, tmp_path)
    run(settings, tmp_path / "whole", tiny_data, first_phase=first)
    for stop_at in (1, 4, 3):
        with pytest.raises(TemporaryStop):
            run(settings, tmp_path / "parts", tiny_data, stop_at, first)
    run(settings, tmp_path / "parts", tiny_data, first_phase=first)
    for name in [*(f"{part}.safetensors" for part in OUTPUTS), "history.csv", "previews.npy"]:
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()

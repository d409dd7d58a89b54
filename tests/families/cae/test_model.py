"""The autoencoder against a case worked out by hand, autograd, and the layers of a first phase."""

import math

import pytest
import torch
from torch.autograd.functional import jacobian

from deepgen.config import load_config, load_experiment
from deepgen.data.coordinates import build_space
from deepgen.errors import DeepgenError
from deepgen.families.cae.model import CAE
from deepgen.families.cae.objective import Contractive
from deepgen.families.cae.settings import CAEModel
from deepgen.families.loading import load_model, save_model
from deepgen.samplers.contractive_walk import along_jacobian, walk
from deepgen.stages.train import train

SHAPE = (1, 3, 1)
SETTINGS = {"weight_range": 4.0, "hidden_bias": 0.0, "visible_bias": 0.0}
SAMPLER = {"chains": 4, "burn_in": 3, "thinning": 2, "output": "means", "step": 1.0}


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def double(*values):
    return [torch.tensor(value, dtype=torch.float64) for value in values]


@pytest.fixture
def known():
    """Three inputs, two units, and parameters of which everything is known."""
    model = CAE(SETTINGS | {"hidden": [2]}, SHAPE).double()
    w, b, c = double([[1, -0.5], [0.5, 2], [-1, 0.25]], [0.1, -0.3], [0, 0.2, -0.1])
    with torch.no_grad():
        for parameter, value in zip(model.top.parameters(), (w, c, b), strict=True):
            parameter.copy_(value)
    return model


def stack(*hidden, seed=2, shape=SHAPE):
    """An initialised autoencoder in float64."""
    model = CAE(SETTINGS | {"hidden": list(hidden)}, shape)
    model.initialise(torch.rand(50, math.prod(shape), generator=rng()), rng(seed))
    return model.double()


class Once:
    """A minibatch, again and again."""

    def __init__(self, y):
        self.y = y

    def __next__(self):
        return self


def loss_of(model, y, contraction):
    objective = Contractive({"contraction": contraction})
    (losses,) = objective.step(model, Once(y), rng())
    return losses["model"], objective.statistics


def test_code_penalty_and_cross_entropy_are_those_worked_out(known):
    (x,) = double([[1, 0, 0.5]])
    h = known.top.encode(x)
    assert h[0].tolist() == pytest.approx([0.6456563062, 0.3373781628], abs=1e-10)
    loss, found = loss_of(known, x, 0.5)
    assert found["squared_jacobian"].item() == pytest.approx(0.3332934666, abs=1e-10)
    assert found["cross_entropy"].item() == pytest.approx(2.6911076454, abs=1e-10)
    assert loss.item() == pytest.approx(2.6911076454 + 0.5 * 0.3332934666, abs=1e-10)


def test_a_step_of_the_walk_is_the_one_worked_out(known):
    x, alpha = double([[1, 0, 0.5]], [[1, -2]])
    top = known.top
    h = top.encode(x)
    both = along_jacobian(h.expand(2, -1), top.weights, torch.eye(2, dtype=torch.float64))
    assert both.flatten().tolist() == pytest.approx(
        [0.1177700145, 0.0127864159, 0.0127864159, 0.2155234521], abs=1e-10
    )
    moved = top.decode(h + along_jacobian(h, top.weights, alpha))
    expected = [0.6853124560, 0.6004072074, 0.2977418846]
    assert moved[0].tolist() == pytest.approx(expected, abs=1e-10)


def test_the_penalty_is_the_norm_of_autograds_jacobian_for_every_example():
    top = stack(5).top
    x = torch.rand(7, 3, generator=rng(), dtype=torch.float64)
    rows = [jacobian(top.encode, row[None]).squeeze() for row in x]  # [H, V] each
    expected = torch.stack([row.square().sum() for row in rows])
    assert torch.allclose(top.squared_jacobian(top.encode(x)), expected, atol=1e-12)
    alpha = torch.randn(7, 5, generator=rng(), dtype=torch.float64)
    moves = torch.stack([row @ row.T @ a for row, a in zip(rows, alpha, strict=True)])
    assert torch.allclose(along_jacobian(top.encode(x), top.weights, alpha), moves, atol=1e-12)


def test_the_penalty_has_its_whole_gradient():
    """Released code has half of it; here it is that of autograd's Jacobian, and of differences."""
    model = stack(5)
    x = torch.rand(4, 3, generator=rng(), dtype=torch.float64)
    parameters = [model.top.weights, model.top.hidden_bias]

    def penalty():
        return loss_of(model, x, 1.0)[0] - loss_of(model, x, 0.0)[0]

    rows = [jacobian(model.top.encode, row[None], create_graph=True) for row in x]
    mean_norm = torch.stack([row.square().sum() for row in rows]).mean()
    found = torch.autograd.grad(penalty(), parameters)
    for ours, exact in zip(found, torch.autograd.grad(mean_norm, parameters), strict=True):
        assert torch.allclose(ours, exact, atol=1e-12)
    with torch.no_grad():
        before = penalty().item()
        model.top.weights[1, 2] += 1e-6
        assert (penalty().item() - before) / 1e-6 == pytest.approx(found[0][1, 2].item(), rel=1e-4)


def test_the_walks_noise_has_the_squared_covariance(known):
    """sigma^2 (J J^T)^2, not sigma^2 J J^T."""
    (x,) = double([[1, 0, 0.5]])
    top, seen = known.top, []

    def decode(h):
        seen.append(h)
        return h

    walk(x.expand(200_000, -1), top.encode, decode, top.weights, 0.5, 1, rng())
    jj = jacobian(top.encode, x).squeeze()
    jj = jj @ jj.T
    assert torch.allclose(seen[0].mean(0), top.encode(x)[0], atol=1e-3)
    assert torch.allclose(torch.cov(seen[0].T), 0.25 * jj @ jj, rtol=0.02, atol=1e-4)


def test_without_noise_the_walk_is_repeated_reconstruction():
    model = stack(6, 4)
    y = torch.rand(5, 3, generator=rng(), dtype=torch.float64)
    x = again = model.codes(y)
    for _ in range(3):
        again = model.top.decode(model.top.encode(again))
    walked = walk(x, model.top.encode, model.top.decode, model.top.weights, 0.0, 3, rng())
    assert torch.equal(walked, again)
    with pytest.raises(ValueError, match="at least one step, not 0"):
        walk(x, model.top.encode, model.top.decode, model.top.weights, 1.0, 0, rng())


def test_samples_of_a_stack_go_through_every_layer():
    """With a vanishing step, against chains written out; only the second way encodes images."""
    model = stack(6, 4).float()
    sampler = SAMPLER | {"step": 1e-9, "chains": 2, "thinning": 1, "burn_in": 2}
    pixels = (torch.rand(2, 3, generator=rng()) < model.base).float()
    first, second = model.layers
    for state in ("codes", "pixels"):
        x = first.encode(pixels)
        for step in range(4):
            x = second.decode(second.encode(x))
            y = first.decode(x)
            x = first.encode(y) if state == "pixels" else x
            if step == 2:
                expected = y
        samples = model.sample(4, rng(), **sampler, state=state)
        assert torch.allclose(samples[[0, 2]], expected, atol=1e-5)
        assert torch.allclose(samples[[1, 3]], y, atol=1e-5)


def test_draws_are_bits_with_the_means_as_probabilities():
    model = stack(4).float()
    sampler = SAMPLER | {"step": 1e-9, "state": "codes", "chains": 5000, "burn_in": 200}
    means = model.sample(5000, rng(), **sampler)
    bits = model.sample(5000, rng(), **sampler | {"output": "draws"})
    assert set(bits.unique().tolist()) == {0.0, 1.0}
    assert torch.allclose(bits.mean(0), means.mean(0), atol=0.03)


def test_weights_begin_in_the_released_range():
    model = CAE(SETTINGS | {"hidden": [300]}, (1, 400, 1))
    model.initialise(torch.rand(20, 400, generator=rng()), rng())
    irange = 4 * math.sqrt(6 / 700)
    assert 0.99 * irange < model.top.weights.abs().max().item() <= irange
    assert model.top.weights.std().item() == pytest.approx(irange / math.sqrt(3), rel=0.02)
    assert not model.top.hidden_bias.any()
    assert not model.top.visible_bias.any()


def test_layers_below_are_those_of_the_first_phase_and_stay(tmp_path, tiny_data):
    """Trained layer by layer, bit for bit."""
    settings = {
        "model": SETTINGS | {"family": "cae", "hidden": [6]},
        "model_space": {"name": "pixels"},
        "score_space": {"name": "pixels"},
        "sampler": SAMPLER | {"state": "codes"},
        "objective": {"name": "contractive", "contraction": 0.1},
        "training": {
            "epochs": 2,
            "batch_size": 100,
            "optimiser": {"name": "adam", "learning_rate": 0.01, "schedule": {"kind": "constant"}}
            | {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
            "selection": {"rule": "last"},
            "previews": {"epochs": [1], "draws": 2},
        },
        "threads": 1,
    }
    stacked = settings | {"model": settings["model"] | {"hidden": [6, 5]}}
    first = tmp_path / "first" / "last.safetensors"
    for folder, given, below in (("first", settings, None), ("second", stacked, first)):
        out = tmp_path / folder
        train(tiny_data, out, [out / "state"], given, 1, "key", {}, first_phase=below)
    below = load_model(first)[0]
    above = load_model(out / "last.safetensors")[0]
    assert not above.training
    assert not any(parameter.requires_grad for parameter in above.parameters())
    for name, tensor in below.layers.state_dict().items():
        assert torch.equal(tensor, above.layers.state_dict()[name])
    wider = stacked | {"model": settings["model"] | {"hidden": [7, 5]}}
    with pytest.raises(DeepgenError, match="not those below the last one of this autoencoder"):
        train(tiny_data, out, [tmp_path / "x"], wider, 1, "key", {}, first_phase=first)


def test_only_the_last_layer_is_trained_on_the_codes_below():
    model = stack(6, 4)
    (group,) = Contractive({"contraction": 0.1}).groups(model).values()
    assert {id(p) for p in group} == {id(p) for p in model.layers[1].parameters()}
    y = torch.rand(9, 3, generator=rng(), dtype=torch.float64)
    alone = stack(4, shape=(1, 6, 1))
    alone.layers.load_state_dict({f"0.{k}": v for k, v in model.top.state_dict().items()})
    expected = loss_of(alone, model.layers[0].encode(y), 0.3)[0]
    assert torch.allclose(loss_of(model, y, 0.3)[0], expected)


def test_a_saved_stack_is_whole(tmp_path):
    model = stack(6, 4).float()
    model.model_space = build_space({"name": "pixels"}, SHAPE)
    settings = {"model": SETTINGS | {"family": "cae", "hidden": [6, 4]}}
    settings |= {"model_space": {"name": "pixels"}, "score_space": {"name": "pixels"}}
    save_model(tmp_path / "model.safetensors", model, settings, SHAPE, {})
    loaded, _ = load_model(tmp_path / "model.safetensors")
    sampler = SAMPLER | {"state": "pixels"}
    assert torch.equal(loaded.sample(3, rng(), **sampler), model.sample(3, rng(), **sampler))


LAYER = """
dataset: mnist
title: {title}
model: {{family: cae, hidden: {hidden}}}
objective: {{name: contractive}}
training: {{epochs: 1, selection: {{rule: last}}}}
"""


def test_stacks_that_do_not_fit_are_one_sentence(tmp_path):
    def write(name, hidden, more=""):
        path = tmp_path / "experiments" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(LAYER.format(title=name, hidden=hidden) + more)
        return path

    run = {"run": "trial", "experiments": ["second"]}
    write("first", [1000])
    cases = [
        ([500, 200], "which has model.hidden [1000], not the layers below the last one, [500]"),
        ([200], "which would lie below a stack of one layer, which begins without another"),
    ]
    for hidden, said in cases:
        write("second", hidden, "init_from: first")
        with pytest.raises(DeepgenError) as caught:
            load_config(run, tmp_path)
        assert str(caught.value).count("\n") == 0
        assert f"init_from of second is 'first', {said}: change one of the two" in str(caught.value)
    write("second", [1000, 200], "init_from: first")
    assert list(load_config(run, tmp_path).first_phases) == ["first"]
    refused = [
        ("alone", [1000, 200], "", "model.hidden has 2 layers, of which an experiment trains only"),
        ("none", [], "", "model.hidden"),
        ("space", [5], "model_space: {name: dequantised}", "needs images in [0, 1], unlike"),
        ("still", [5], "sampler: {step: 0.0}", "sampler.step is 0.0: must be greater than 0"),
        ("elsewhere", [5], "sampler: {state: latents}", "sampler.state"),
    ]
    for name, hidden, more, said in refused:
        with pytest.raises(DeepgenError) as caught:
            load_experiment(write(name, hidden, more))
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_first_phase_of_a_stack_may_be_a_stack():
    three, two = CAEModel(family="cae", hidden=[9, 8, 7]), CAEModel(family="cae", hidden=[9, 8])
    three.check_first_phase(two)
    with pytest.raises(ValueError, match=r"has model.hidden \[9, 8, 7\]"):
        two.check_first_phase(three)
    model, first = stack(9, 8, 7), stack(9, 8, seed=5).float()
    model.float().initialise(torch.rand(4, 3), rng(), first)
    for name, tensor in first.layers.state_dict().items():
        assert torch.equal(model.layers.state_dict()[name], tensor)

"""The loop: stops between updates, averages an epoch, and notices what is not finite."""

import math

import pytest
import torch

from deepgen.data.spaces.pixels import Pixels
from deepgen.families.gan.objective import Adversarial
from deepgen.families.loading import build_model
from deepgen.training.batches import Batches
from deepgen.training.loop import Diverged, Loop

SHAPE = (28, 28, 1)
GROUPS = ("model", "objective")


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def minibatches(data: torch.Tensor) -> Batches:
    return Batches(data, None, 100, Pixels({"name": "pixels"}), rng(3))


@pytest.fixture
def build(tiny_settings, mnist_bytes):
    """Loops that start alike: 530 images, 6 updates an epoch."""

    def make(**optimiser) -> Loop:
        data = torch.from_numpy(mnist_bytes["train"][:530].copy())
        model = build_model(tiny_settings, SHAPE)
        model.initialise(data / 255, rng(1))
        objective = Adversarial(tiny_settings["objective"], SHAPE)
        objective.begin(model, data / 255, rng(2))
        settings = tiny_settings["training"]["optimiser"] | optimiser
        optimisers = dict.fromkeys(GROUPS, settings)
        return Loop(model, objective, minibatches(data), rng(4), optimisers)

    return make


def equal(a: Loop, b: Loop) -> bool:
    pairs = [(a.model, b.model), (a.objective, b.objective)]
    return all(
        torch.equal(p, q)
        for m, n in pairs
        for p, q in zip(m.parameters(), n.parameters(), strict=True)
    )


def stop_after(updates: int):
    """A `should_stop` that lets so many updates pass."""
    left = iter([False] * updates)
    return lambda: next(left, True)


def test_an_epoch_is_one_pass_and_one_row(build):
    loop = build()
    assert loop.run_epoch()
    assert loop.run_epoch()
    assert [row["epoch"] for row in loop.history] == [1, 2]
    assert [row["update"] for row in loop.history] == [6, 12]
    # From epoch 1 to 3 momentum goes from 0.5 to 0.7
    assert [row["momentum"] for row in loop.history] == pytest.approx([0.5, 0.6])
    assert loop.history[1]["learning_rate"] == pytest.approx(0.1 / 1.000004**12)


def test_columns_of_rates_are_the_same_in_every_epoch(build):
    """Two groups whose learning rates part only later, or meet only once."""
    alike = build()
    assert set(alike.rates()) == {"learning_rate", "momentum"}
    loop = build()
    own = loop.settings["model"] | {"schedule": {"kind": "steps", "epochs": [2], "factor": 0.5}}
    constant = own | {"schedule": {"kind": "constant"}}
    for group, settings in (("model", own), ("objective", constant)):
        loop.settings[group] = loop.optimisers[group].settings = settings
    for _ in range(2):
        loop.run_epoch()
    assert loop.history[0].keys() == loop.history[1].keys()
    first, second = ([row[f"learning_rate_{g}"] for g in GROUPS] for row in loop.history)
    assert first == [0.1, 0.1]
    assert second == [0.05, 0.1]


def test_a_row_holds_the_means_over_the_epochs_updates(build):
    loop = build()
    step, losses = loop.objective.step, []

    def watched(*args):
        for yielded in step(*args):
            losses.append(
                {k: v.item() for k, v in yielded.items()}
                | {k: v.item() for k, v in loop.objective.statistics.items()}
            )
            yield yielded

    loop.objective.step = watched
    loop.run_epoch()
    losses.clear()
    loop.run_epoch()
    assert len(losses) == 6
    row = loop.history[1]
    for name in ("loss_objective", "loss_model", "d_real", "d_fake"):
        mean = sum(loss[name.removeprefix("loss_")] for loss in losses) / 6
        assert row[name] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("updates", [0, 1, 5, 6, 9])
def test_should_stop_is_asked_between_updates_and_the_rest_follows_with_the_same_bits(
    build, updates
):
    straight, stopped = build(), build()
    for _ in range(2):
        straight.run_epoch()
    should_stop = stop_after(updates)
    while stopped.run_epoch(should_stop):
        pass
    assert stopped.update == updates
    assert len(stopped.history) == updates // 6
    while stopped.epoch < 2:
        assert stopped.run_epoch()
    assert equal(straight, stopped)
    assert straight.history == stopped.history


def test_both_networks_learn(build):
    loop, start = build(), build()
    loop.run_update()
    for net, before in ((loop.model, start.model), (loop.objective, start.objective)):
        for p, q in zip(net.parameters(), before.parameters(), strict=True):
            assert not torch.equal(p, q)


def test_a_learning_rate_of_almost_nothing_changes_almost_nothing(build):
    loop, start = build(learning_rate=1e-12, schedule={"kind": "constant"}), build()
    loop.run_epoch()
    for p, q in zip(loop.model.parameters(), start.model.parameters(), strict=True):
        assert torch.allclose(p, q, atol=1e-9)


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("net", ["model", "objective"])
def test_a_parameter_that_is_not_finite_ends_the_training(build, net, value):
    loop = build()
    loop.run_epoch()
    with torch.no_grad():
        next(getattr(loop, net).parameters())[0, 0] = value
    with pytest.raises(Diverged, match=r"not finite|is nan|is inf") as caught:
        loop.run_epoch()
    assert "update 12 (epoch 2)" in str(caught.value)
    assert len(loop.history) == 1


def test_a_learning_rate_that_is_far_too_high_is_noticed_also_at_a_stop(build):
    with pytest.raises(Diverged):
        build(learning_rate=1e30).run_epoch()
    with pytest.raises(Diverged):
        build(learning_rate=1e30).run_epoch(stop_after(4))


def test_code_after_a_yield_runs_after_the_update(build):
    loop = build()
    step, weight = loop.objective.step, next(loop.model.parameters())
    seen = []

    def watched(*args):
        before = weight.clone()
        yield from step(*args)
        seen.append(not torch.equal(weight, before))

    loop.objective.step = watched
    loop.run_update()
    assert seen == [True]


def test_bounded_layers_are_projected_after_every_update(tiny_settings, mnist_bytes):
    data = torch.from_numpy(mnist_bytes["train"][:300].copy())
    settings = tiny_settings["objective"]
    tiny_settings["model"]["generator"][0]["max_col_norm"] = 0.1
    settings["discriminator"]["layers"][0]["max_col_norm"] = 0.2
    settings["discriminator"]["output_max_col_norm"] = 0.3
    model, objective = build_model(tiny_settings, SHAPE), Adversarial(settings, SHAPE)
    model.initialise(data / 255, rng(1))
    objective.begin(model, data / 255, rng(2))
    optimiser = tiny_settings["training"]["optimiser"] | {"learning_rate": 3.0}
    optimisers = dict.fromkeys(GROUPS, optimiser)
    loop = Loop(model, objective, minibatches(data), rng(4), optimisers)
    bounded = [(model.layers[0].weight, 0.1)]
    bounded += [(objective.discriminator.layers[0].linear.weight, 0.2)]
    bounded += [(objective.discriminator.layers[1].weight, 0.3)]
    free = model.layers[1].weight

    def norms(weight):
        return torch.linalg.vector_norm(weight.detach(), dim=0)

    assert any((norms(w) > limit * 1.01).any() for w, limit in bounded)
    loop.project()  # step 0
    for _ in range(3):
        assert all((norms(w) <= limit * 1.0001).all() for w, limit in bounded)
        before = free.detach().clone()
        loop.run_update()
        assert not torch.equal(free, before)
    assert norms(free).max() > 0.1

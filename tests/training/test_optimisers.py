"""Optimisers and what is done to gradients before them, against torch and by hand."""

import copy
import math

import pytest
import torch
from torch import nn

from deepgen.contracts import Batch, Clock, Model, Objective
from deepgen.training.gradients import treat
from deepgen.training.loop import Diverged, Loop
from deepgen.training.optimisers import released_rmsprop
from deepgen.training.settings import AdaGrad, Adam, Momentum, ReleasedRMSprop, RMSprop

SETTINGS = {
    "momentum": Momentum(name="momentum").resolved(),
    "adam": Adam(name="adam", beta2=0.99, epsilon=1e-4).resolved(),
    "rmsprop": RMSprop(name="rmsprop", rho=0.8).resolved(),
    "adagrad": AdaGrad(name="adagrad").resolved(),
    "released_rmsprop": ReleasedRMSprop(name="released_rmsprop").resolved(),
}
TORCH = {
    "adam": lambda p: torch.optim.Adam(p, 0.001, betas=(0.9, 0.99), eps=1e-4),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.001, alpha=0.8, eps=1e-8),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.01, eps=1e-10),
}


class Line(Model):
    """Two groups of parameters that predict y."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, -2.0]))


class Squares(Objective):
    """Both groups are drawn to the batch's values, at different weights."""

    def __init__(self):
        super().__init__()
        self.offset = nn.Parameter(torch.tensor([0.5, 0.5]))

    def step(self, model, batches, rng):
        y = next(batches).y
        noise = torch.randn(2, generator=rng)
        loss = (y * model.weight + self.offset - noise).square().sum()
        yield {"objective": loss, "model": 3 * loss}


class Random:
    passes = 0

    def __init__(self, seed):
        self.rng = torch.Generator().manual_seed(seed)

    def __next__(self):
        return Batch(torch.randn(2, generator=self.rng), torch.zeros(2), None)


def loop_of(settings, seed=0, pace=1):
    groups = (
        settings
        if not settings or "name" not in settings
        else dict.fromkeys(("model", "objective"), settings)
    )
    rng = torch.Generator().manual_seed(seed)
    return Loop(Line(), Squares(), Random(seed), rng, groups, pace)


def values(loop):
    return torch.cat([loop.model.weight, loop.objective.offset]).detach().clone()


@pytest.mark.parametrize("name", TORCH)
def test_updates_are_those_of_torch(name):
    loop = loop_of(SETTINGS[name])
    twin = loop_of(SETTINGS[name])
    model = TORCH[name]([twin.model.weight])
    objective = TORCH[name]([twin.objective.offset])
    for _ in range(20):
        loop.run_update()
        (losses,) = twin.objective.step(twin.model, twin.batches, twin.rng)
        model_gradient = torch.autograd.grad(losses["model"], twin.model.weight, retain_graph=True)
        twin.objective.offset.grad = torch.autograd.grad(
            losses["objective"], twin.objective.offset
        )[0]
        twin.model.weight.grad = model_gradient[0]
        model.step()
        objective.step()
    assert torch.equal(values(loop), values(twin))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_restored_state_continues_with_the_same_bits(name):
    loop = loop_of(SETTINGS[name])
    for _ in range(5):
        loop.run_update()
    other = loop_of(SETTINGS[name])
    other.model.load_state_dict(loop.model.state_dict())
    other.objective.load_state_dict(loop.objective.state_dict())
    for group, optimiser in loop.optimisers.items():
        state = {k: v.clone() for k, v in optimiser.state().items()}
        other.optimisers[group].load_state(state)
    other.update = loop.update
    other.rng.set_state(loop.rng.get_state())
    other.batches.rng.set_state(loop.batches.rng.get_state())
    for one in (loop, other):
        for _ in range(5):
            one.run_update()
    assert torch.equal(values(loop), values(other))


def test_the_released_rmsprop_by_hand():
    """One gradient above the floor of 0.01 under the root, one below, before and with momentum."""
    p = torch.zeros(2, dtype=torch.float64)
    optimiser = released_rmsprop.build([p], SETTINGS["released_rmsprop"] | {"learning_rate": 0.1})
    g = torch.tensor([2.0, 0.001], dtype=torch.float64)
    root = math.sqrt(0.05) * 2  # of 0.05 g^2
    optimiser.step([g], Clock(0, 5.0))
    first = [-0.1 * 2 / root, -0.1 * 0.001 / 0.01]
    assert p.tolist() == pytest.approx(first)
    assert optimiser.rates(Clock(0, 5.0))["momentum"] == 0
    assert optimiser.rates(Clock(20_000, 9.0)) == {"learning_rate": 0.0001, "momentum": 0.5}
    optimiser.step([g], Clock(1, 6.0))
    second = math.sqrt(0.95 * 0.05 + 0.05) * 2
    rate = 0.1 / 1.0005
    expected = [first[0] * 1.5 - rate * 2 / second, first[1] * 1.5 - rate * 0.1]
    assert p.tolist() == pytest.approx(expected)


def test_groups_can_have_optimisers_of_their_own():
    loop = loop_of({"model": SETTINGS["adam"], "objective": SETTINGS["momentum"]})
    for _ in range(10):
        loop.run_update()
    whole = loop_of(SETTINGS["adam"])
    for _ in range(10):
        whole.run_update()
    assert loop.rates().keys() == {
        "learning_rate_model", "learning_rate_objective", "momentum_objective",
    }  # fmt: skip
    assert not torch.equal(values(loop), values(whole))


def test_a_group_without_an_optimiser_stays():
    loop = loop_of({"model": SETTINGS["adam"]})
    for _ in range(3):
        loop.run_update()
    assert torch.equal(loop.objective.offset, torch.tensor([0.5, 0.5]))
    assert set(loop.sums) == {"loss_model"}


def test_a_long_gradient_is_shortened_to_the_limit():
    gradients = [torch.tensor([3.0, 0.0]), torch.tensor([[4.0]])]
    parameters = [torch.zeros(2), torch.zeros(1, 1)]
    short = treat(gradients, parameters, {"max_gradient_norm": 1.0})
    assert math.hypot(*torch.cat([g.flatten() for g in short])) == pytest.approx(1.0)
    assert short[0][0] / short[1][0, 0] == pytest.approx(0.75)
    same = treat(gradients, parameters, {"max_gradient_norm": 6.0})
    assert torch.equal(same[0], gradients[0])


def test_weight_decay_adds_its_share_of_the_parameters():
    treated = treat([torch.tensor([1.0])], [torch.tensor([10.0])], {"weight_decay": 0.1})
    assert torch.equal(treated[0], torch.tensor([2.0]))


def test_without_settings_gradients_are_not_touched():
    gradients = [torch.tensor([1.0])]
    assert treat(gradients, gradients, {}) is gradients


@pytest.mark.parametrize("name", SETTINGS)
def test_schedules_run_faster_by_the_pace(name):
    settings = copy.deepcopy(SETTINGS[name])
    settings["schedule"] = {"kind": "exponential", "decay_per_update": 1.5, "minimum": 1e-9}
    slow, fast = loop_of(settings), loop_of(settings, pace=2)
    for loop, updates in ((slow, 8), (fast, 4)):
        loop.update = updates
        loop.epoch = updates
    assert slow.rates() == fast.rates()
    assert loop_of(settings, pace=1.0).clock() == loop_of(settings).clock() == Clock(0, 1)


def test_statistics_are_those_of_the_step_and_the_objective_knows_the_time():
    loop = loop_of(SETTINGS["adam"], pace=2)
    clocks = []

    def step(model, batches, rng):
        clocks.append(loop.objective.clock)
        if len(clocks) == 2:
            loop.objective.statistics = {"rare": torch.tensor(3.0)}
        yield from ()

    loop.objective.step = step
    for _ in range(4):
        loop.run_update()
    assert loop.sums["rare"].tolist() == [3.0, 1.0]  # once, not in every update after it
    assert clocks[3] == Clock(6, 1)


def test_a_group_without_parameters_needs_no_optimiser():
    loop = loop_of(SETTINGS["adam"])
    loop.objective.groups = lambda model: {"model": list(model.parameters()), "objective": []}
    again = Loop(loop.model, loop.objective, loop.batches, loop.rng,
                 dict.fromkeys(("model", "objective"), SETTINGS["adam"]))  # fmt: skip
    assert set(again.optimisers) == {"model"}


def test_a_model_that_its_objective_updates_itself_is_checked_too():
    loop = loop_of({})
    with torch.no_grad():
        loop.model.weight.fill_(math.nan)
    with pytest.raises(Diverged, match="parameter of the model is not finite"):
        loop.check_finite()

"""The game of the released code, against formulas on probabilities and updates written by hand."""

import copy

import numpy as np
import pytest
import torch

from deepgen.contracts import Batch
from deepgen.data.spaces.pixels import Pixels
from deepgen.families.gan.objective import Adversarial
from deepgen.families.loading import build_model
from deepgen.training.batches import Batches
from deepgen.training.loop import Loop

SHAPE = (3, 4, 1)
DIMENSION, BATCH = 12, 10
GROUPS = ("model", "objective")


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def build(tiny_settings):
    """A loop over tiny, lively networks; arguments change the objective."""
    model_settings, settings = tiny_settings["model"], tiny_settings["objective"]
    model_settings["noise"]["size"] = 5
    plain = {"irange": 0.5}
    model_settings["generator"] = [
        {"kind": "relu", "units": 7, "bias": 0.1} | plain,
        {"kind": "sigmoid", "bias": 0.0} | plain,
    ]
    settings["discriminator"] |= {
        "layers": [{"kind": "maxout", "units": 6, "pieces": 3} | plain] * 2,
        "output_irange": 0.5,
    }
    optimiser = {
        "name": "momentum",
        "learning_rate": 0.5,
        "schedule": {"kind": "exponential", "decay_per_update": 1.3, "minimum": 0.2},
        "momentum": {"initial": 0.5, "final": 0.9, "saturation_epoch": 3},
    }

    def make(**changes) -> Loop:
        data = torch.randint(0, 256, (3 * BATCH, DIMENSION), generator=rng(9)).to(torch.uint8)
        model = build_model(tiny_settings, SHAPE)
        model.initialise(data / 255, rng(1))
        objective = Adversarial(copy.deepcopy(settings) | changes, SHAPE)
        objective.begin(model, data / 255, rng(2))
        batches = Batches(data, None, BATCH, Pixels({"name": "pixels"}), rng(3))
        return Loop(model, objective, batches, rng(4), dict.fromkeys(GROUPS, optimiser))

    return make


def log_of_d(logit: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """log D and log(1 - D) from probabilities in float64."""
    d = 1 / (1 + np.exp(-logit.detach().double().numpy()))
    return np.log(d), np.log1p(-d)


def test_losses_are_cross_entropies_of_probabilities(build):
    real, fake = (3 * torch.randn(50, generator=rng(seed)) for seed in (1, 2))
    (log_real, _), (log_fake, log_not_fake) = log_of_d(real), log_of_d(fake)
    whole = -(log_real.mean() + log_not_fake.mean())
    released = build().objective
    assert released.discriminator_loss(real, fake).item() == pytest.approx(0.5 * whole, rel=1e-6)
    assert released.generator_loss(fake).item() == pytest.approx(-log_fake.mean(), rel=1e-6)
    printed = build(discriminator_scale=1.0, generator_loss="minimax").objective
    assert printed.discriminator_loss(real, fake).item() == pytest.approx(whole, rel=1e-6)
    assert printed.generator_loss(fake).item() == pytest.approx(log_not_fake.mean(), rel=1e-6)


def test_an_undecided_discriminator_costs_log_2(build):
    zero = torch.zeros(4)
    assert build().objective.discriminator_loss(zero, zero).item() == pytest.approx(np.log(2))
    assert build().objective.generator_loss(zero).item() == pytest.approx(np.log(2))


def test_losses_and_gradients_stay_finite_for_a_certain_discriminator(build):
    fake = torch.tensor([-300.0, 300.0], requires_grad=True)
    objective = build().objective
    loss = objective.discriminator_loss(-fake, fake) + objective.generator_loss(fake)
    loss.backward()
    assert loss.item() == pytest.approx(0.5 * 300 + 150)
    assert torch.isfinite(fake.grad).all()


def test_only_the_non_saturating_loss_teaches_against_a_confident_discriminator(build):
    gradients = {}
    for name in ("non_saturating", "minimax"):
        fake = torch.tensor([-10.0], requires_grad=True)
        build(generator_loss=name).objective.generator_loss(fake).backward()
        gradients[name] = fake.grad.item()
    assert gradients["non_saturating"] == pytest.approx(-1, abs=1e-4)
    assert -1e-4 < gradients["minimax"] < 0


def watch(module, name, calls):
    """Append every output of the method to `calls`."""
    method = getattr(module, name)

    def watched(*args):
        calls.append(method(*args))
        return calls[-1]

    setattr(module, name, watched)


def test_a_simultaneous_step_passes_one_batch_of_fakes_once(build):
    loop = build()
    logits, fakes = [], []
    watch(loop.model, "sample", fakes)
    loop.objective.discriminator.register_forward_hook(lambda _, x, y: logits.append((x[0], y)))
    batches = iter([Batch(torch.rand(BATCH, DIMENSION, generator=rng(6)), None, None)])
    (losses,) = list(loop.objective.step(loop.model, batches, rng(7)))
    assert len(logits) == 2
    assert len(fakes) == 1
    real, fake = logits[0][1], logits[1][1]
    assert logits[1][0] is fakes[0]
    # Both losses are functions of the same logits, so they saw the same dropout masks
    (log_real, _), (log_fake, log_not_fake) = log_of_d(real), log_of_d(fake)
    assert losses["model"].item() == pytest.approx(-log_fake.mean(), rel=1e-5)
    d_loss = -0.5 * (log_real.mean() + log_not_fake.mean())
    assert losses["objective"].item() == pytest.approx(d_loss, rel=1e-5)


def test_real_and_fake_images_get_masks_of_their_own_and_dropout_is_on(build):
    discriminator = build().objective.discriminator
    x, generator = torch.rand(1, DIMENSION, generator=rng(6)).expand(64, -1), rng(7)
    first, second = discriminator(x, generator), discriminator(x, generator)
    assert len(set(first.tolist())) > 32
    assert not torch.equal(first, second)


class ByHand:
    """Algorithm 1 and the released update in plain torch: float64, loops, BCE on probabilities.

    `wrong` names a plausible mistake, to show that the comparison would notice it.
    """

    def __init__(self, loop: Loop, wrong: str = ""):
        self.g = {n: p.detach().double() for n, p in loop.model.named_parameters()}
        self.d = {n: p.detach().double() for n, p in loop.objective.named_parameters()}
        self.velocity = {id(net): dict.fromkeys(net, 0.0) for net in (self.g, self.d)}
        self.batches, self.rng, self.wrong = loop.batches, loop.rng, wrong

    def fakes(self, n):
        z = torch.empty(n, 5).uniform_(-(3**0.5), 3**0.5, generator=self.rng).double()
        names = list(self.g)
        w1, b1, w2, b2 = (self.g[name] for name in names)
        return 1 / (1 + torch.exp(-((z @ w1 + b1).clamp(min=0) @ w2 + b2)))

    def masks(self, n):
        draws = zip((DIMENSION, 6, 6), (0.8, 0.5, 0.5), strict=True)
        return [(torch.rand(n, d, generator=self.rng) < keep) / keep for d, keep in draws]

    def probability(self, x, masks):
        names = list(self.d)
        for layer, mask in enumerate(masks):
            w, b = self.d[names[2 * layer]], self.d[names[2 * layer + 1]]
            a = (x * mask) @ w + b
            x = (
                torch.stack([a[:, i : i + 3].max(1)[0] for i in range(0, 18, 3)], 1)
                if layer < 2
                else a
            )
        return 1 / (1 + torch.exp(-x[:, 0]))

    def d_loss(self, real, fake):
        return -0.5 * (torch.log(real).mean() + torch.log(1 - fake).mean())

    def gradients(self, loss, net):
        return torch.autograd.grad(loss, list(net.values()), retain_graph=True)

    def apply(self, net, gradients, rate, mu):
        velocity = self.velocity[id(net)]
        for name, g in zip(list(net), gradients, strict=True):
            if self.wrong == "rate outside the velocity":
                velocity[name] = mu * velocity[name] + g
                net[name] = (net[name] - rate * velocity[name]).detach()
            else:
                velocity[name] = mu * velocity[name] - rate * g
                net[name] = (net[name] + velocity[name]).detach()

    def track(self):
        for net in (self.g, self.d):
            for name in net:
                net[name] = net[name].detach().requires_grad_()

    def simultaneous(self, rate, mu):
        self.track()
        x = next(self.batches).y.double()
        masks = self.masks(len(x))
        fakes = self.fakes(len(x))
        fake_masks = self.masks(len(x))
        real, fake = self.probability(x, masks), self.probability(fakes, fake_masks)
        d_gradients = self.gradients(self.d_loss(real, fake), self.d)
        if self.wrong == "D before G":
            self.apply(self.d, d_gradients, rate, mu)
            fake = self.probability(fakes, fake_masks)
        if self.wrong == "other masks for G":
            fake = self.probability(fakes, self.masks(len(x)))
        g_gradients = self.gradients(-torch.log(fake).mean(), self.g)
        if self.wrong != "D before G":
            self.apply(self.d, d_gradients, rate, mu)
        self.apply(self.g, g_gradients, rate, mu)

    def alternating(self, rate, mu, k):
        for _ in range(k):
            self.track()
            x = next(self.batches).y.double()
            fakes = self.fakes(len(x))
            real = self.probability(x, self.masks(len(x)))
            fake = self.probability(fakes, self.masks(len(x)))
            self.apply(self.d, self.gradients(self.d_loss(real, fake), self.d), rate, mu)
        self.track()
        fake = self.probability(self.fakes(len(x)), self.masks(len(x)))
        self.apply(self.g, self.gradients(-torch.log(fake).mean(), self.g), rate, mu)

    def distance(self, loop) -> float:
        pairs = zip(
            [*loop.model.parameters(), *loop.objective.parameters()],
            [*self.g.values(), *self.d.values()],
            strict=True,
        )
        return max((p.detach().double() - q).abs().max().item() for p, q in pairs)


# Six updates in two epochs of three: rates 0.5 / 1.3^t, not below 0.2; momentum 0.5, then 0.7
RATES = [(max(0.5 / 1.3**t, 0.2), 0.5 if t < 3 else 0.7) for t in range(6)]


def run_epochs(loop: Loop, epochs: int) -> None:
    for _ in range(epochs):
        loop.run_epoch()


def test_six_updates_equal_the_released_code_written_by_hand(build):
    loop, reference = build(), ByHand(build())
    run_epochs(loop, 2)
    for rate, mu in RATES:
        reference.simultaneous(rate, mu)
    assert loop.update == 6
    assert reference.distance(loop) < 1e-5


@pytest.mark.parametrize("wrong", ["D before G", "other masks for G", "rate outside the velocity"])
def test_plausible_mistakes_would_be_noticed(build, wrong):
    loop, reference = build(), ByHand(build(), wrong)
    run_epochs(loop, 2)
    for rate, mu in RATES:
        reference.simultaneous(rate, mu)
    assert reference.distance(loop) > 1e-3


@pytest.mark.parametrize("k", [1, 3])
def test_alternating_updates_equal_algorithm_1_written_by_hand(build, k):
    loop = build(updates="alternating", discriminator_steps=k)
    reference = ByHand(build())
    run_epochs(loop, 2)
    assert loop.update == 6 // k
    for t in range(6 // k):
        rate, mu = RATES[t][0], 0.5 if t < 3 // k else 0.7
        reference.alternating(rate, mu, k)
    assert reference.distance(loop) < 1e-5


def test_alternating_updates_take_k_minibatches_and_move_one_network_at_a_time(build):
    loop = build(updates="alternating", discriminator_steps=3)
    batch = Batch(torch.rand(BATCH, DIMENSION, generator=rng(6)), None, None)
    taken, fakes, passes = [], [], []
    batches = (taken.append(1) or batch for _ in range(100))
    watch(loop.model, "sample", fakes)
    loop.objective.discriminator.register_forward_hook(lambda _, x, y: passes.append(y))
    groups = []
    for losses in loop.objective.step(loop.model, batches, rng(7)):
        groups.append(list(losses))
        assert len(taken) == min(len(groups), 3)
    assert groups == [["objective"]] * 3 + [["model"]]
    assert len(fakes) == 4  # fresh ones every time, and none that D learns from teaches G
    assert len({f.sum().item() for f in fakes}) == 4
    assert not any(f.requires_grad for f in fakes[:3])
    assert len(passes) == 7


def test_the_discriminator_learns_to_tell_and_statistics_show_it(build):
    loop = build()
    loop.optimisers["model"].step = lambda *_: None  # a generator that stands still, at grey
    loop.batches.data.fill_(250)
    run_epochs(loop, 30)
    first, last = loop.history[0], loop.history[-1]
    assert last["d_real"] - last["d_fake"] > first["d_real"] - first["d_fake"] + 0.2
    assert 0 <= last["d_fake"] < last["d_real"] <= 1
    assert last["loss_objective"] < first["loss_objective"]

"""Which model is kept: on made validation data, with a model whose quality is a number."""

import math

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from torch import nn

from deepgen.capabilities import LogProb
from deepgen.contracts import Model, Validation
from deepgen.data.spaces.dequantised import Dequantised
from deepgen.data.spaces.pixels import Pixels
from deepgen.training.selection import (
    last,
    validation_likelihood,
    validation_likelihood_and_parzen,
    validation_parzen,
)
from deepgen.training.selection.scored import Scored

DIMENSION = 4
PIXELS = Pixels({"name": "pixels"})


class Blurred(Model):
    """Draws around the validation data; `error` moves every draw away from them."""

    def __init__(self):
        super().__init__()
        self.model_space = PIXELS
        self.error = nn.Parameter(torch.tensor(0.0))
        self.noises = []

    def sample(self, n, rng, labels=None):
        self.noises.append(torch.randn(n, DIMENSION, generator=rng))
        return 0.5 + 0.1 * self.noises[-1] + self.error


def held(images, sampler=None):
    """Validation images without labels."""
    return Validation(lambda: images, lambda: None, PIXELS, sampler or {})


@pytest.fixture
def settings(paper_settings):
    return paper_settings["training"]["selection"] | {
        "every": 2,
        "num_samples": 300,
        "sigma_examples": 50,
        "patience": 6,
        "min_gain": 1.0,
    }


@pytest.fixture
def validation():
    y = 0.5 + 0.1 * torch.randn(200, DIMENSION, generator=torch.Generator().manual_seed(5))
    return (255 * y).clamp(0, 255).to(torch.uint8)


def parzen(settings, validation, seed=1):
    return validation_parzen.build(settings, held(validation), seed)


def play(rule, errors: dict[int, float]) -> tuple[list[int], int]:
    """Score one model an epoch, as the stage does: the epochs that were kept, the last epoch."""
    model, kept = Blurred(), []
    for epoch in range(1, 100):
        if rule.due(epoch):
            with torch.no_grad():
                model.error.fill_(errors[max(e for e in errors if e <= epoch)])
            rule.score(model, epoch)
            if rule.improved:
                kept.append(epoch)
        if rule.finished(epoch):
            return kept, epoch
    return kept, 99


def test_scores_come_every_so_many_epochs(settings, validation):
    rule = parzen(settings, validation)
    assert [epoch for epoch in range(1, 10) if rule.due(epoch)] == [2, 4, 6, 8]


def test_the_best_model_is_kept_and_patience_ends_the_training(settings, validation):
    rule = parzen(settings, validation)
    # The best comes at epoch 6, and a worse one follows
    kept, last = play(rule, {0: 0.9, 4: 0.6, 6: 0.0, 8: 0.3})
    assert kept == [2, 4, 6]
    assert rule.best["epoch"] == 6
    assert last == 12


def test_gains_below_min_gain_are_kept_but_do_not_renew_patience(settings, validation):
    errors = {0: 0.0200, 4: 0.0195, 6: 0.0190, 8: 0.0185, 10: 0.0180}
    rule = parzen(settings, validation)
    kept, last = play(rule, errors)
    assert kept == [2, 4, 6, 8]
    assert rule.best["epoch"] == 8
    assert rule.last_gain["epoch"] == 2
    assert last == 8
    every_gain_counts = parzen(settings | {"min_gain": 0.0}, validation)
    assert play(every_gain_counts, errors)[1] > 8


def test_small_gains_that_add_up_renew_patience(settings, validation):
    # Every step gains less than 0.6 nats, three together gain more
    rule = parzen(settings | {"min_gain": 0.6}, validation)
    kept, last = play(rule, {2 * i: 0.6 - 0.03 * i for i in range(20)})
    assert kept == list(range(2, 40, 2))
    assert last == 40


def test_sigma_is_chosen_on_the_first_images_and_the_score_is_of_the_others(settings, validation):
    rule = parzen(settings, validation, seed=3)
    model = Blurred()
    row = rule.score(model, 2)
    x = validation.double().numpy() / 255
    s = (0.5 + 0.1 * model.noises[0]).double().numpy()
    squared = ((x[:, None] - s) ** 2).sum(2)

    def scores(sigmas):
        return np.array(
            [
                logsumexp(-squared / 2 / q**2, axis=1)
                - np.log(300)
                - DIMENSION * np.log(q * np.sqrt(2 * np.pi))
                for q in sigmas
            ]
        )

    sigmas = np.logspace(-1, 0, 10)
    best = scores(sigmas)[:, :50].mean(axis=1).argmax()
    assert row["selection_sigma"] == pytest.approx(sigmas[best])
    assert row["selection_score"] == pytest.approx(scores(sigmas)[best, 50:].mean(), abs=1e-3)
    # Beside it, what the grid hides: no sigma is better on the first images
    sigma = row["fine_sigma"]
    fine, *others = scores([sigma, *np.logspace(-1.7, 0.3, 300)])
    assert fine[:50].mean() >= max(other[:50].mean() for other in others) - 1e-3
    assert row["fine_score"] == pytest.approx(fine[50:].mean(), abs=1e-3)


def test_every_score_uses_the_same_noise_of_the_trainings_seed(settings, validation):
    model = Blurred()
    rule = parzen(settings, validation, seed=3)
    first, second = rule.score(model, 2), rule.score(model, 4)
    assert first == second
    assert torch.equal(*model.noises)
    assert not rule.improved  # equal is not better
    assert parzen(settings, validation, seed=4).score(model, 2) != first


def test_scores_are_taken_in_the_scoring_space(settings, validation):
    """A model of dequantised pixels whose draws are moved to the levels of x / 255."""
    plain, moved = Blurred(), Blurred()
    moved.model_space = Dequantised({"name": "dequantised"})
    one = parzen(settings, validation, seed=3).score(plain, 2)
    other = parzen(settings, validation, seed=3).score(moved, 2)
    assert one != other
    with torch.no_grad():
        shifted = Blurred()
        # y = (255 p + 0.5) / 256 puts the draws of `moved` where those of `plain` are
        shifted.sample = lambda n, rng: (255 * plain.sample(n, rng) + 0.5) / 256
        shifted.model_space = moved.model_space
    same = parzen(settings, validation, seed=3).score(shifted, 2)
    assert same["selection_score"] == pytest.approx(one["selection_score"], abs=1e-3)


class Normal(Model):
    """A Gaussian around 0.5 + error in every dimension."""

    def __init__(self, space):
        super().__init__()
        self.model_space = space
        self.error = nn.Parameter(torch.tensor(0.0))
        self.seen = []

    def log_prob(self, y, rng):
        self.seen.append(y)
        return LogProb(-0.5 * ((y - 0.5 - self.error) / 0.1).square().sum(1), "exact")


def test_the_likelihood_rule_keeps_the_best_mean_over_all_validation_images(validation):
    settings = {"every": 2, "patience": 4, "min_gain": 0.0}
    rule = validation_likelihood.build(settings, held(validation), 1)
    model = Normal(PIXELS)
    row = rule.score(model, 2)
    expected = -0.5 * (((validation.double() / 255 - 0.5) / 0.1) ** 2).sum(1).mean().item()
    expected += validation.shape[1] * math.log(256 / 255)  # on the scale of 256 levels in [0, 1]
    assert row == {"selection_score": pytest.approx(expected, rel=1e-5)}
    with torch.no_grad():
        model.error.fill_(0.3)
    assert rule.score(model, 4)["selection_score"] < row["selection_score"]
    assert (rule.improved, rule.best["epoch"]) == (False, 2)
    assert [rule.finished(epoch) for epoch in (4, 5, 6)] == [False, False, True]


def test_the_likelihood_rule_takes_the_same_noise_every_time(validation, monkeypatch):
    monkeypatch.setattr(validation_likelihood, "ROWS", 70)  # blocks that do not divide the images
    settings = {"every": 2, "patience": 4, "min_gain": 0.0}
    model = Normal(Dequantised({"name": "dequantised"}))
    rules = [validation_likelihood.build(settings, held(validation), seed) for seed in (1, 2)]
    first, again, other = (rule.score(model, 2) for rule in (rules[0], rules[0], rules[1]))
    assert first == again
    assert first != other
    noise = 256 * torch.cat(model.seen[:3]) - validation
    assert 0 <= noise.min() < noise.max() <= 1
    assert noise.std() == pytest.approx(12**-0.5, rel=0.1)


class Both(Normal):
    """Samples get better as the density gets worse."""

    def sample(self, n, rng, labels=None):
        return 0.5 + 0.1 * torch.randn(n, DIMENSION, generator=rng) + (0.4 - self.error)


def test_the_rule_with_both_scores_chooses_by_the_likelihood_alone(settings, validation):
    model = Both(PIXELS)
    both = validation_likelihood_and_parzen.build(settings, held(validation), 1)
    alone = validation_likelihood.build(settings, held(validation), 1)
    other = parzen(settings, validation)
    rows = []
    for epoch, error in ((2, 0.0), (4, 0.4)):
        with torch.no_grad():
            model.error.fill_(error)
        rows.append(both.score(model, epoch))
        expected = other.score(model, epoch)
        assert rows[-1] == alone.score(model, epoch) | {
            "parzen_score": expected["selection_score"],
            "parzen_sigma": expected["selection_sigma"],
            "parzen_fine_score": expected["fine_score"],
            "parzen_fine_sigma": expected["fine_sigma"],
        }
    assert rows[0]["selection_score"] > rows[1]["selection_score"]
    assert rows[0]["parzen_score"] < rows[1]["parzen_score"]
    assert (both.best["epoch"], both.improved) == (2, False)
    assert both.finished(8)


def test_the_last_epoch_rule_scores_nothing_and_never_stops():
    def images():
        raise AssertionError("it needs no validation images")

    rule = last.build({"rule": "last"}, Validation(images, images, PIXELS, {}), 1)
    assert isinstance(rule, last.Last)
    assert not any(rule.due(epoch) or rule.finished(epoch) for epoch in range(1, 2000))


@pytest.mark.parametrize("bad", [math.nan, -math.inf])
def test_a_score_that_is_not_finite_counts_for_nothing(bad):
    rule = Scored({"every": 1, "patience": 3, "min_gain": 0.0})
    assert rule.record(bad, 1) == {}
    assert (rule.improved, rule.best, rule.finished(1)) == (False, {}, False)
    assert rule.record(2.0, 2) == {"selection_score": 2.0}
    assert rule.record(bad, 3) == {}
    assert (rule.improved, rule.best["epoch"]) == (False, 2)


def test_samples_for_the_score_are_drawn_as_the_settings_of_sampling_say(validation):
    class Chain(Model):
        model_space = PIXELS

        def sample(self, n, rng, labels=None, burn_in=0):
            self.seen = burn_in, self.training
            return torch.rand(n, validation.shape[1], generator=rng)

    settings = {"every": 1, "patience": 3, "min_gain": 0.0, "num_samples": 20, "sigma_examples": 50}
    settings["grid"] = {"start": 0.1, "stop": 1.0, "num": 3}
    rule = validation_parzen.build(settings, held(validation, {"burn_in": 7}), 1)
    model = Chain()
    rule.score(model, 1)
    assert model.seen == (7, False)  # and in evaluation mode, as when its file is loaded
    assert model.training

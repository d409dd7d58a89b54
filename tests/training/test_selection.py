"""Which model is kept: on made validation data, with a model whose quality is a number."""

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from torch import nn

from deepgen.models.base import Model
from deepgen.models.spaces import Pixels
from deepgen.training.selection import RULES, LastEpoch, ValidationParzen

DIMENSION = 4


class Blurred(Model):
    """Draws around the validation data; `error` moves every draw away from them."""

    def __init__(self):
        super().__init__()
        self.space = Pixels()
        self.error = nn.Parameter(torch.tensor(0.0))
        self.noises = []

    def sample(self, n, rng):
        self.noises.append(torch.randn(n, DIMENSION, generator=rng))
        return 0.5 + 0.1 * self.noises[-1] + self.error


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
    return 0.5 + 0.1 * torch.randn(200, DIMENSION, generator=torch.Generator().manual_seed(5))


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
    rule = ValidationParzen(settings, validation, seed=1)
    assert [epoch for epoch in range(1, 10) if rule.due(epoch)] == [2, 4, 6, 8]


def test_the_best_model_is_kept_and_patience_ends_the_training(settings, validation):
    rule = ValidationParzen(settings, validation, seed=1)
    # The best comes at epoch 6, and a worse one follows
    kept, last = play(rule, {0: 0.9, 4: 0.6, 6: 0.0, 8: 0.3})
    assert kept == [2, 4, 6]
    assert rule.best["epoch"] == 6
    assert last == 12


def test_gains_below_min_gain_are_kept_but_do_not_renew_patience(settings, validation):
    errors = {0: 0.0200, 4: 0.0195, 6: 0.0190, 8: 0.0185, 10: 0.0180}
    rule = ValidationParzen(settings, validation, seed=1)
    kept, last = play(rule, errors)
    assert kept == [2, 4, 6, 8]
    assert rule.best["epoch"] == 8
    assert rule.last_gain["epoch"] == 2
    assert last == 8
    every_gain_counts = ValidationParzen(settings | {"min_gain": 0.0}, validation, seed=1)
    assert play(every_gain_counts, errors)[1] > 8


def test_small_gains_that_add_up_renew_patience(settings, validation):
    # Every step gains less than 0.6 nats, three together gain more
    rule = ValidationParzen(settings | {"min_gain": 0.6}, validation, seed=1)
    kept, last = play(rule, {2 * i: 0.6 - 0.03 * i for i in range(20)})
    assert kept == list(range(2, 40, 2))
    assert last == 40


def test_sigma_is_chosen_on_the_first_images_and_the_score_is_of_the_others(settings, validation):
    rule = ValidationParzen(settings, validation, seed=3)
    model = Blurred()
    row = rule.score(model, 2)
    x, s = validation.double().numpy(), (0.5 + 0.1 * model.noises[0]).double().numpy()
    squared = ((x[:, None] - s) ** 2).sum(2)
    sigmas = np.logspace(-1, 0, 10)
    scores = np.array(
        [
            logsumexp(-squared / 2 / q**2, axis=1)
            - np.log(300)
            - DIMENSION * np.log(q * np.sqrt(2 * np.pi))
            for q in sigmas
        ]
    )
    best = scores[:, :50].mean(axis=1).argmax()
    assert row["selection_sigma"] == pytest.approx(sigmas[best])
    assert row["selection_score"] == pytest.approx(scores[best, 50:].mean(), abs=1e-3)


def test_every_score_uses_the_same_noise_of_the_trainings_seed(settings, validation):
    model = Blurred()
    rule = ValidationParzen(settings, validation, seed=3)
    first, second = rule.score(model, 2), rule.score(model, 4)
    assert first == second
    assert torch.equal(*model.noises)
    assert not rule.improved  # equal is not better
    assert ValidationParzen(settings, validation, seed=4).score(model, 2) != first


def test_the_last_epoch_rule_scores_nothing_and_never_stops():
    rule = RULES["last"]({"rule": "last"}, None, 1)
    assert isinstance(rule, LastEpoch)
    assert not any(rule.due(epoch) or rule.finished(epoch) for epoch in range(1, 2000))

"""Named rules that choose which epoch's model is kept; none of them sees the test split."""

from typing import Any

from torch import Tensor

from deepgen.evaluation.parzen_window import log_grid, log_likelihood
from deepgen.models.base import Model
from deepgen.models.loading import draw
from deepgen.seeds import stream


class ValidationParzen:
    """Keep the model with the best Parzen log-likelihood on held-out validation images.

    Every `every` epochs: `num_samples` draws from one fixed noise, sigma chosen on the first
    `sigma_examples` validation images, score taken on the others. Training stops when `patience`
    epochs pass without a gain of `min_gain` nats. (Our rule: how the published checkpoint was
    chosen is not known.)

    Args:
        settings: The resolved `selection` section.
        validation: Validation images in the scoring space, [M, D], on the device.
        seed: Of the training; the noise is a stream of its own.
    """

    def __init__(self, settings: dict[str, Any], validation: Tensor, seed: int):
        self.settings, self.seed = settings, seed
        self.tune = validation[: settings["sigma_examples"]]
        self.judge = validation[settings["sigma_examples"] :]
        self.sigmas = log_grid(**settings["grid"])
        self.best: dict[str, float] = {}
        self.last_gain: dict[str, float] = {}

    def due(self, epoch: int) -> bool:
        """Whether to score after this epoch."""
        return epoch % self.settings["every"] == 0

    def score(self, model: Model, epoch: int) -> dict[str, float]:
        """Score the model; `improved` and `finished` then speak of this epoch."""
        rng = stream(self.seed, "selection", self.tune.device)
        samples = draw(model, self.settings["num_samples"], rng)
        means = log_likelihood(self.tune, samples, self.sigmas).mean(dim=1)
        sigma = self.sigmas[int(means.argmax())]
        score = log_likelihood(self.judge, samples, [sigma]).mean().item()
        self.improved = not self.best or score > self.best["score"]
        if self.improved:
            self.best = {"epoch": epoch, "score": score}
        if not self.last_gain or score >= self.last_gain["score"] + self.settings["min_gain"]:
            self.last_gain = {"epoch": epoch, "score": score}
        return {"selection_score": score, "selection_sigma": sigma}

    def finished(self, epoch: int) -> bool:
        """Whether patience has run out."""
        return epoch - self.last_gain.get("epoch", epoch) >= self.settings["patience"]


class LastEpoch:
    """Keep the last model: no scoring, no early stop, no validation images."""

    def __init__(self, settings: dict[str, Any], validation: Tensor | None, seed: int):
        self.best: dict[str, float] = {}
        self.last_gain: dict[str, float] = {}

    def due(self, epoch: int) -> bool:
        """Never."""
        return False

    def finished(self, epoch: int) -> bool:
        """Only the budget ends the training."""
        return False


RULES = {"validation_parzen": ValidationParzen, "last": LastEpoch}

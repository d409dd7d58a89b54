"""Keep the epoch with the best log-likelihood of the validation images."""

import math
from typing import Any

import torch

from deepgen.contracts import Model, Validation
from deepgen.seeds import stream
from deepgen.training.selection.scored import Scored

ROWS = 1000  # scored at a time


class ValidationLikelihood(Scored):
    """Every `every` epochs: the mean log-likelihood of the validation images.

    Densities are on the scale of pixels in [0, 1], as `deepgen.evaluation.likelihood` gives them.
    Where the model's space is random (dequantised), the same noise is used each time.
    """

    def __init__(self, settings: dict[str, Any], validation: Validation, seed: int):
        super().__init__(settings)
        self.images, self.seed = validation.images(), seed

    @torch.no_grad()
    def score(self, model: Model, epoch: int) -> dict[str, float]:
        """Score the model; `improved` and `finished` then speak of this epoch."""
        rng = stream(self.seed, "selection", self.images.device)
        values, training = [], model.training
        model.eval()
        for x in self.images.split(ROWS):
            y, log_det = model.model_space(x, rng)
            values.append(model.log_prob(y, rng).values.double() + log_det.double())
        model.train(training)
        scaling = 0.0 if model.model_space.discrete else self.images.shape[1] * math.log(256.0)
        score = torch.cat(values).mean().item() + scaling
        return self.record(score, epoch)


build = ValidationLikelihood

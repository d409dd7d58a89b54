"""Keep the epoch with the best Parzen log-likelihood on held-out validation images."""

from typing import Any

from deepgen.contracts import Model, Validation
from deepgen.evaluation.parzen_window import log_grid, log_likelihood, search
from deepgen.samplers.draw import draw
from deepgen.seeds import stream
from deepgen.training.selection.scored import Scored

# Range and relative precision of the sigma that is searched closely: the score with it is recorded,
# because the grid alone hides up to 13 nats, but it chooses nothing.
FINE_RANGE, FINE_TOLERANCE = (0.02, 2.0), 0.01


class ValidationParzen(Scored):
    """Every `every` epochs: `num_samples` draws from one fixed noise, sigma chosen on the first
    `sigma_examples` validation images, score taken on the others.

    (Our rule: how the published checkpoint was chosen is not known.)
    """

    def __init__(self, settings: dict[str, Any], validation: Validation, seed: int):
        super().__init__(settings)
        self.space, self.sampler, self.seed = validation.space, validation.sampler, seed
        images = self.space(validation.images())[0]
        self.tune = images[: settings["sigma_examples"]]
        self.judge = images[settings["sigma_examples"] :]
        self.sigmas = log_grid(**settings["grid"])

    def score(self, model: Model, epoch: int) -> dict[str, float]:
        """Score the model; `improved` and `finished` then speak of this epoch."""
        rng = stream(self.seed, "selection", self.tune.device)
        samples = draw(model, self.settings["num_samples"], rng, self.space, **self.sampler)
        means = log_likelihood(self.tune, samples, self.sigmas).mean(dim=1)
        sigma = self.sigmas[int(means.argmax())]
        tried = search(self.tune, samples, *FINE_RANGE, FINE_TOLERANCE)
        fine = max(tried, key=lambda sigma: tried[sigma].mean().item())
        score, closer = log_likelihood(self.judge, samples, [sigma, fine]).mean(dim=1).tolist()
        recorded = {"selection_sigma": sigma, "fine_score": closer, "fine_sigma": fine}
        return self.record(score, epoch) | recorded


build = ValidationParzen

"""Keep the epoch with the best log-likelihood of the validation images; record Parzen's beside it.

For models that have both, this shows how well the estimator follows what it estimates.
"""

from typing import Any

from deepgen.contracts import Model, Validation
from deepgen.training.selection.validation_likelihood import ValidationLikelihood
from deepgen.training.selection.validation_parzen import ValidationParzen


class ValidationLikelihoodAndParzen(ValidationLikelihood):
    """Every `every` epochs: both scores, as these two rules take them; only the first one chooses.

    Columns of the other have names that begin with `parzen_`.
    """

    def __init__(self, settings: dict[str, Any], validation: Validation, seed: int):
        super().__init__(settings, validation, seed)
        self.parzen = ValidationParzen(settings, validation, seed)

    def score(self, model: Model, epoch: int) -> dict[str, float]:
        """Score the model; `improved` and `finished` then speak of this epoch's likelihood."""
        other = self.parzen.score(model, epoch)
        beside = {f"parzen_{name.removeprefix('selection_')}": x for name, x in other.items()}
        return super().score(model, epoch) | beside


build = ValidationLikelihoodAndParzen

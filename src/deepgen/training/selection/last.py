"""Keep the last epoch."""

from typing import Any

from deepgen.contracts import Model, Validation


class Last:
    """No scoring, no early stop, no validation images."""

    def __init__(self, settings: dict[str, Any], validation: Validation, seed: int):
        self.best: dict[str, float] = {}
        self.last_gain: dict[str, float] = {}
        self.improved = False

    def due(self, epoch: int) -> bool:
        """Never."""
        return False

    def score(self, model: Model, epoch: int) -> dict[str, float]:
        """Nothing."""
        return {}

    def finished(self, epoch: int) -> bool:
        """Only the budget ends the training."""
        return False


build = Last

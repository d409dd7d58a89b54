"""Which epochs are scored, which is the best so far, and when patience has run out."""

import math
from typing import Any


class Scored:
    """The bookkeeping of a rule that keeps the highest validation score.

    Training stops when `patience` epochs pass without a gain of `min_gain` nats.
    """

    def __init__(self, settings: dict[str, Any]):
        self.settings = settings
        self.best: dict[str, float] = {}
        self.last_gain: dict[str, float] = {}
        self.improved = False

    def due(self, epoch: int) -> bool:
        """Whether to score after this epoch."""
        return epoch % self.settings["every"] == 0

    def record(self, score: float, epoch: int) -> dict[str, float]:
        """Take in the score of an epoch; one that is not finite counts for nothing."""
        self.improved = math.isfinite(score) and (not self.best or score > self.best["score"])
        if not math.isfinite(score):
            return {}
        if self.improved:
            self.best = {"epoch": epoch, "score": score}
        if not self.last_gain or score >= self.last_gain["score"] + self.settings["min_gain"]:
            self.last_gain = {"epoch": epoch, "score": score}
        return {"selection_score": score}

    def finished(self, epoch: int) -> bool:
        """Whether patience has run out."""
        return epoch - self.last_gain.get("epoch", epoch) >= self.settings["patience"]

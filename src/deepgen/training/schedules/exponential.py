"""Exponential decay at every update."""

from typing import Any

from deepgen.contracts import Clock


def value(initial: float, clock: Clock, settings: dict[str, Any]) -> float:
    """initial / decay^update, not below `minimum` (pylearn2 `ExponentialDecay`)."""
    return max(initial / settings["decay_per_update"] ** clock.update, settings["minimum"])

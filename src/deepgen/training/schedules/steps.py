"""A staircase over epochs."""

from typing import Any

from deepgen.contracts import Clock


def value(initial: float, clock: Clock, settings: dict[str, Any]) -> float:
    """initial, times `factor` from each of `epochs` on.

    Example:
        >>> [value(1.0, Clock(0, e), {"epochs": [3, 5], "factor": 0.5}) for e in (1, 2, 3, 4, 5)]
        [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    return initial * settings["factor"] ** sum(clock.epoch >= e for e in settings["epochs"])

"""A straight line over epochs."""

from typing import Any

from deepgen.contracts import Clock


def value(initial: float, clock: Clock, settings: dict[str, Any]) -> float:
    """From `initial` in epoch `start_epoch` to `final` in `end_epoch`, constant outside.

    Example:
        >>> settings = {"start_epoch": 1, "end_epoch": 5, "final": 0.0}
        >>> [value(0.1, Clock(0, epoch), settings) for epoch in (1, 3, 9)]
        [0.1, 0.05, 0.0]
    """
    start, end = settings["start_epoch"], settings["end_epoch"]
    done = min(max((clock.epoch - start) / (end - start), 0.0), 1.0)
    return initial + (settings["final"] - initial) * done

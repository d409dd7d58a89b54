"""No schedule."""

from typing import Any

from deepgen.contracts import Clock


def value(initial: float, clock: Clock, settings: dict[str, Any]) -> float:
    """initial."""
    return initial

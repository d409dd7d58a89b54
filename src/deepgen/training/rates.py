"""The learning rate of an update."""

import importlib
from typing import Any

from deepgen.contracts import Clock


def learning_rate(settings: dict[str, Any], clock: Clock) -> float:
    """`learning_rate` of an optimiser's settings under its schedule.

    A schedule is a module of `deepgen.training.schedules` with `value(initial, clock, settings)`.
    """
    schedule = settings["schedule"]
    module = importlib.import_module(f"deepgen.training.schedules.{schedule['kind']}")
    return module.value(settings["learning_rate"], clock, schedule)

"""The objective of a flow: its likelihood."""

from typing import Any

from deepgen.contracts import Model, Objective
from deepgen.training.maximum_likelihood import MaximumLikelihood


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Objective:
    """Maximum likelihood, the only objective of the family."""
    return MaximumLikelihood()

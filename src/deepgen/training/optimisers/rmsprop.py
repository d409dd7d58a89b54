"""RMSprop (Tieleman and Hinton 2012, lecture 6.5)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from deepgen.training.optimisers.from_torch import FromTorch


def build(parameters: Sequence[Tensor], settings: dict[str, Any]) -> FromTorch:
    """torch's RMSprop: g / (sqrt(mean of g^2) + epsilon), the mean decaying with `rho`."""
    optimiser = torch.optim.RMSprop(parameters, alpha=settings["rho"], eps=settings["epsilon"])
    return FromTorch(optimiser, settings)

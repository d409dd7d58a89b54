"""AdaGrad (Duchi, Hazan and Singer 2011, figure 1, diagonal)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from deepgen.training.optimisers.from_torch import FromTorch


def build(parameters: Sequence[Tensor], settings: dict[str, Any]) -> FromTorch:
    """torch's Adagrad: g / (sqrt(sum of g^2) + epsilon)."""
    return FromTorch(torch.optim.Adagrad(parameters, eps=settings["epsilon"]), settings)

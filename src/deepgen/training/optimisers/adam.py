"""Adam (Kingma and Ba 2015, algorithm 1)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from deepgen.training.optimisers.from_torch import FromTorch


def build(parameters: Sequence[Tensor], settings: dict[str, Any]) -> FromTorch:
    """torch's Adam: m and v are corrected for their start at zero, epsilon stands outside the root.

    `betas` are decay rates as in the published paper. Its first version counts 1 - beta instead.
    """
    betas = settings["beta1"], settings["beta2"]
    return FromTorch(torch.optim.Adam(parameters, betas=betas, eps=settings["epsilon"]), settings)

"""Dropout that draws from a generator of its own, so that a run can be resumed bit for bit."""

import torch
from torch import Tensor


def dropout(x: Tensor, keep: float, rng: torch.Generator) -> Tensor:
    """Keep each value with probability `keep` and scale it by 1 / keep (Srivastava et al. 2014).

    Masks are independent for every element of every example, as in the released code.
    """
    if keep == 1.0:
        return x
    mask = torch.rand(x.shape, generator=rng, device=x.device) < keep
    return x * mask * (1.0 / keep)

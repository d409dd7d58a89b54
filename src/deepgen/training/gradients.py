"""What is done to the gradients of a group before its optimiser sees them."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


@torch.no_grad()
def treat(
    gradients: Sequence[Tensor], parameters: Sequence[Tensor], settings: dict[str, Any]
) -> Sequence[Tensor]:
    """Weight decay, then the limit of their norm; each only if the optimiser's settings have it.

    `weight_decay` w adds w p, the gradient of w |p|^2 / 2. A norm over all of the group above
    `max_gradient_norm` is brought down to it (Pascanu et al. 2013, algorithm 1).
    """
    if decay := settings.get("weight_decay"):
        gradients = [g + decay * p for g, p in zip(gradients, parameters, strict=True)]
    if limit := settings.get("max_gradient_norm"):
        norms = torch.stack([torch.linalg.vector_norm(g) for g in gradients])
        factor = (limit / torch.linalg.vector_norm(norms)).clamp(max=1.0)
        gradients = [g * factor for g in gradients]
    return gradients

"""Figure 8: how much each component of the code matters (appendix A.2)."""

from typing import Any

import numpy as np
import torch


@torch.no_grad()
def study(given: Any, settings: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """Sort the scales of the components before the diagonal layer, sigma_d = exp(-s_d).

    Args:
        given: Of the stage `study`, with a model that has scales: a parameter `log_scale`.
        settings: Nothing of them is used.

    Returns:
        `spectrum.npz` with `sigma`, float64 [d], largest first.
    """
    sigma = (-given.model.log_scale.double()).exp().sort(descending=True).values
    return {"spectrum.npz": {"sigma": sigma.cpu().numpy()}}

"""The family's own `log_prob`: exact, a bound or an estimate, as it says."""

import torch
from torch import Tensor

from deepgen.capabilities import LogProb
from deepgen.contracts import Model

ROWS = 1000  # at a time, to bound the memory


@torch.no_grad()
def log_likelihood(model: Model, images: Tensor, rng: torch.Generator) -> LogProb:
    """log p of bytes x [n, D], as a density of x on [0, 256)^D: log p(y) + log |dy/dx|.

    Args:
        model: With `log_prob`, on the device of the images.
        images: uint8 [n, D].
        rng: Of the noise of a random space, and of the family's own estimate.

    Returns:
        `values` are float64 [n], in nats.
    """
    parts = []
    for x in images.split(ROWS):
        y, log_det = model.model_space(x, rng)
        part = model.log_prob(y, rng)
        parts.append(part._replace(values=part.values.double() + log_det.double()))
    return parts[0]._replace(values=torch.cat([part.values for part in parts]))

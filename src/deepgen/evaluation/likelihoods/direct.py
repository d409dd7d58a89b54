"""The family's own `log_prob`: exact, a bound or an estimate, as it says."""

from typing import Any

import torch

from deepgen.capabilities import LogProb
from deepgen.evaluation.likelihood import Given

ROWS = 1000  # at a time, to bound the memory


@torch.no_grad()
def log_likelihood(
    given: Given, rng: torch.Generator, settings: dict[str, Any]
) -> dict[str, LogProb]:
    """log p of bytes x [n, D], as a density of x on [0, 256)^D: log p(y) + log |dy/dx|.

    Args:
        given: A model with `log_prob`, its space, and images.
        rng: Of the noise of a random space, and of the family's own estimate.
        settings: The section `likelihood`; nothing of it is used.

    Returns:
        {"direct": values float64 [n], in nats}.
    """
    parts = []
    for x in given.images.split(ROWS):
        y, log_det = given.space(x, rng)
        part = given.model.log_prob(y, rng)
        parts.append(part._replace(values=part.values.double() + log_det.double()))
    return {"direct": parts[0]._replace(values=torch.cat([part.values for part in parts]))}

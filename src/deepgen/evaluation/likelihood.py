"""What is said of log-likelihoods: their mean, its errors, scale and bits per dimension."""

import math
from typing import Any

import torch
from torch import Tensor

from deepgen.capabilities import LogProb
from deepgen.contracts import Space

DENSITY, PROBABILITY = "density over pixels in [0, 1]", "probability of discrete images"


def summarise(draws: list[LogProb], space: Space, size: int) -> tuple[Tensor, dict[str, Any]]:
    """The likelihood of a test set and what a reader must know beside it.

    Every continuous space is brought to one scale, where a byte's interval has the width 1/256, so
    that models of different spaces can be compared: log p(x on [0, 1]^D) = log p(x on [0, 256)^D)
    + D log 256. Bits per dimension are those of the bytes, -log p(x on [0, 256)^D) / (D log 2).
    Probabilities of a discrete space stay as they are.

    Args:
        draws: One a draw of the noise of a random space; `values` are float64 [n], nats on
            [0, 256)^D, or of discrete y.
        space: The model's space.
        size: D, values of an image.

    Returns:
        Nats of each image on the stated scale, mean over the draws, float64 [n]; and
        `log_likelihood`, `standard_error` (over examples, ddof 0), `kind`, `num_samples` and
        `interval` of a bound or estimate, `unit`, `scale`, `treatment`, `space`, `draws`,
        `spread_over_draws` (standard deviation of their means, ddof 1; null for one draw),
        `num_test_examples`, `bits_per_dimension`.
    """
    first = draws[0]
    of_bytes = torch.stack([draw.values for draw in draws])
    means = of_bytes.mean(dim=1)
    scaling = 0.0 if space.discrete else size * math.log(256.0)
    values = of_bytes.mean(dim=0) + scaling
    return values, {
        "log_likelihood": values.mean().item(),
        "standard_error": values.std(correction=0).item() / math.sqrt(len(values)),
        "standard_error_over": "examples",
        "num_test_examples": len(values),
        "kind": first.kind,
        "num_samples": first.num_samples,
        "interval": None if first.interval is None else list(first.interval),
        "unit": "nats",
        "scale": PROBABILITY if space.discrete else DENSITY,
        "treatment": space.treatment,
        "space": space.title,
        "draws": len(draws),
        "spread_over_draws": means.std(correction=1).item() if len(draws) > 1 else None,
        "bits_per_dimension": -means.mean().item() / (size * math.log(2.0)),
    }

"""What is said of log-likelihoods: their mean, its errors, scale and bits per dimension."""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from deepgen.capabilities import LogProb
from deepgen.contracts import Model, Space
from deepgen.data.spaces.binarised import Binarised
from deepgen.samplers.kept import Kept


class Given(NamedTuple):
    """What an estimator starts from.

    `model` and `images`, uint8 [n, D], are on one device; `space` is what the model gives a density
    to, or probabilities; `sampler` is the section of the experiment; `chains` is the generator of
    chains, apart from that of the space's noise, so that all models and estimators are asked for
    the same bits; `kept` has chains that were interrupted.
    """

    model: Model
    space: Space
    images: Tensor
    sampler: dict[str, Any]
    chains: torch.Generator | None = None
    kept: Kept | None = None


DENSITY, PROBABILITY = "density over pixels in [0, 1]", "probability of discrete images"


def scored_space(model: Model) -> Space:
    """Where images get their probabilities: the model's space, and bits where it has pixels.

    Pixels in [0, 1] have no density that could be compared, and the models that are scored there
    take them for probabilities of white. So the bits are drawn.
    """
    space = model.model_space
    if space.settings["name"] != "pixels":
        return space
    return Binarised({"name": "binarised", "how": "drawn"})


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
        "interval": None if first.interval is None else _mean_interval(draws),
        "unit": "nats",
        "scale": PROBABILITY if space.discrete else DENSITY,
        "treatment": space.treatment,
        "space": space.title,
        "draws": len(draws),
        "spread_over_draws": means.std(correction=1).item() if len(draws) > 1 else None,
        "bits_per_dimension": -means.mean().item() / (size * math.log(2.0)),
    }


def _mean_interval(draws: list[LogProb]) -> list[float]:
    """The mean of each end, of which every draw has its own relative to its own value."""
    return torch.tensor([draw.interval for draw in draws], dtype=torch.float64).mean(0).tolist()

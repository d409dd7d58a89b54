"""Of a model that knows its probabilities, or a bound of them, up to a constant: less log Z."""

from itertools import pairwise
from typing import Any

import torch

from deepgen.capabilities import LogProb
from deepgen.evaluation.likelihood import Given

ROWS = 1000  # at a time, to bound the memory


@torch.no_grad()
def log_likelihood(
    given: Given, rng: torch.Generator, settings: dict[str, Any]
) -> dict[str, LogProb]:
    """log p of bytes x [n, D], once for each estimate of log Z.

    Args:
        given: A model with `normalise`, and with `log_unnormalised(y, rng, num_samples)`, which
            gives log p(y) + log Z as a `LogProb`; its space, images, the chains' generator and
            where they are kept.
        rng: Of the noise of a random space.
        settings: The section `likelihood`, of which `partition` and `num_samples` are used.

    Returns:
        {"forward" and "reverse", or "exact": values float64 [n] in nats}, named by the estimate of
        log Z. Forward estimates are too good more often than too bad, reverse ones too bad.
    """
    partition = settings["partition"]
    how = {key: partition[key] for key in ("method", "chains", "equilibrium")}
    how |= {"betas": schedule(partition["betas"]), "kept": given.kept}
    model, images = given.model, given.images
    # No family asks for training images here: its buffers have what it needs of them
    estimates = model.normalise(images[:0], given.chains, **how)
    parts, values = [], []
    for x in images.split(ROWS):
        y, log_det = given.space(x, rng)
        parts.append(model.log_unnormalised(y, given.chains, settings.get("num_samples")))
        values.append(log_det.double() + parts[-1].values.double())
    unnormalised, bound = torch.cat(values), parts[0].kind == "lower bound"
    found = {}
    for z in estimates:
        exact = z.direction == "exact"
        low, high = (z.value - end for end in reversed(z.interval))
        found[z.direction] = LogProb(
            unnormalised - z.value,
            "lower bound" if bound else "exact" if exact else "estimate",
            parts[0].num_samples if bound else 0 if exact else partition["chains"],
            None if exact else (low, high),
        )
    return found


def schedule(segments: list[dict[str, Any]]) -> list[float]:
    """Inverse temperatures from 0 to 1.

    Args:
        segments: Each {"to", "steps"}, from where the one before ends.

    Example:
        >>> schedule([{"to": 0.5, "steps": 2}, {"to": 1.0, "steps": 1}])
        [0.0, 0.25, 0.5, 1.0]
    """
    ends = [0.0, *(segment["to"] for segment in segments)]
    betas = [0.0]
    for segment, (low, high) in zip(segments, pairwise(ends), strict=True):
        count = segment["steps"]
        betas += [low + (high - low) * i / count for i in range(1, count)] + [high]
    return betas

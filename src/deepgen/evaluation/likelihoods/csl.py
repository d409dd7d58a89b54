"""The conservative sampling-based log-likelihood (Bengio, Yao and Cho 2013, arXiv 1311.6184)."""

import math
from typing import Any

import torch
from torch import Tensor

from deepgen.capabilities import LogProb
from deepgen.evaluation.likelihood import Given

ROWS = 1000  # at a time, to bound the memory
RUNS, REDRAWS = 20, 400
# Means closer to 0 and 1 count as these, so that no image is impossible (a public port of the
# authors' code has the same)
LOWEST, HIGHEST = 1e-10, 1 - 1e-5


@torch.no_grad()
def log_likelihood(
    given: Given, rng: torch.Generator, settings: dict[str, Any]
) -> dict[str, LogProb]:
    """log of the mean of P(x | h) over hidden states h of the model's chains.

    In expectation over the chains it is at most log P(x), because a logarithm of a mean is, and
    comes close with many states that mix.

    Args:
        given: A model with `bits`, a space of bits, images, how the model draws samples, and the
            generator for it.
        rng: Of the bits that bytes become.
        settings: The section `likelihood`, of which `csl` is used.

    Returns:
        {"csl": values float64 [n], in nats, with the interval of their mean that 99.7 % of redrawn
        chains give, or of a single chain runs}.
    """
    count, chains = settings["csl"]["num_samples"], given.sampler.get("chains", 1)
    means = given.model.sample(count, given.chains, **given.sampler | {"output": "means"})
    length = -(-count // chains) if chains > 1 else -(-count // RUNS)
    own = [of_chains(given.space(x, rng)[0], means, length) for x in given.images.split(ROWS)]
    parts = torch.cat(own)
    values = torch.logsumexp(parts, 1) - math.log(count)
    sizes = torch.tensor([len(rows) for rows in means.split(length)], device=parts.device)
    low, high = (end - values.mean().item() for end in _ends(parts, sizes, given.chains))
    return {"csl": LogProb(values, "lower bound", count, (low, high))}


def of_chains(y: Tensor, means: Tensor, length: int) -> Tensor:
    """log sum_s prod_i P(y_i | means_si) over each chain, float64 [n, chains].

    Args:
        y: Bits, [n, D].
        means: [S, D], those of a chain one after the other.
        length: Means of a chain; the last one may be shorter.
    """
    p = means.double().clamp(LOWEST, HIGHEST)
    sums = []
    for rows in p.split(length):
        off = torch.log1p(-rows)
        sums.append(torch.logsumexp(y.double() @ (rows.log() - off).T + off.sum(1), 1))
    return torch.stack(sums, 1)


def _ends(parts: Tensor, sizes: Tensor, rng: torch.Generator) -> list[float]:
    """Between what the mean over images lies when chains are drawn again with replacement."""
    count = len(sizes)
    chosen = torch.randint(count, (REDRAWS, count), generator=rng, device=rng.device)
    times = torch.zeros(REDRAWS, count, dtype=torch.float64, device=rng.device)
    times.scatter_add_(1, chosen, torch.ones_like(times))
    means = torch.stack([torch.logsumexp(parts + own.log(), 1).mean() for own in times])
    means -= (times @ sizes.double()).log()
    return torch.quantile(means, parts.new_tensor([0.0015, 0.9985])).tolist()

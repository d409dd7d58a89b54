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
    return {"csl": LogProb(values, "lower bound", count, _interval(parts, sizes, given.chains))}


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


def _interval(parts: Tensor, sizes: Tensor, rng: torch.Generator) -> tuple[float, float]:
    """How far the mean over images goes when chains are drawn again with replacement.

    From the mean of the redraws and not from the value, because they are all lower than that: each
    lacks a third of the chains.
    """
    count = len(sizes)
    chosen = torch.randint(count, (REDRAWS, count), generator=rng, device=rng.device)
    times = torch.zeros(REDRAWS, count, dtype=torch.float64, device=rng.device)
    times.scatter_add_(1, chosen, torch.ones_like(times))
    means = torch.stack([torch.logsumexp(parts + own.log(), 1).mean() for own in times])
    means -= (times @ sizes.double()).log()
    low, high = torch.quantile(means - means.mean(), parts.new_tensor([0.0015, 0.9985])).tolist()
    return low, high

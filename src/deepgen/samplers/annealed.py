"""Annealed importance sampling: ratios of partition functions, in both directions (Neal 2001)."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from deepgen.capabilities import LogZ
from deepgen.samplers.kept import Kept


def check_betas(betas: Sequence[float]) -> None:
    """Refuse a schedule of inverse temperatures that does not rise from 0 to 1.

    Raises:
        ValueError: a sentence without its subject.
    """
    if len(betas) < 2 or (betas[0], betas[-1]) != (0.0, 1.0):
        raise ValueError("betas must go from 0 to 1")
    if any(b <= a for a, b in pairwise(betas)):
        raise ValueError("betas must rise")


def log_weights(
    states: Tensor,
    log_p: Callable[[Tensor, float], Tensor],
    move: Callable[[Tensor, float], Tensor],
    betas: Sequence[float],
    kept: Kept | None = None,
    name: str = "weights",
) -> Tensor:
    """Log weights of chains that go through a sequence of distributions, float64 [n].

    Of chains that begin with exact draws the mean weight is Z(betas[-1]) / Z(betas[0]) in
    expectation, whichever way the sequence goes and however short it is (Neal 2001, equation 11).

    Args:
        states: Draws from the distribution at `betas[0]`, [n, D].
        log_p: Unnormalised log-probabilities [n] of states at an inverse temperature.
        move: One step of a chain that leaves the distribution at that temperature invariant.
        betas: From 0 to 1, or back.
        kept: Where chains that were interrupted are, under `name`.
    """
    weights = torch.zeros(len(states), dtype=torch.float64, device=states.device)
    done, kept = 0, kept or Kept()
    if found := kept.restore(name):
        states, weights, done = found["states"], found["weights"], int(found["done"])
    for i, (last, beta) in enumerate(pairwise(betas)):
        if i < done:
            continue
        weights += (log_p(states, beta) - log_p(states, last)).double()
        if beta != betas[-1]:
            states = move(states, beta)
        state = {"states": states, "weights": weights, "done": torch.tensor(i + 1)}
        kept.save(name, now=i + 2 == len(betas), **state)
    return weights


def log_partition(weights: Tensor, log_z_base: float, reverse: bool = False) -> LogZ:
    """log Z at beta = 1 from the weights of chains.

    Forward estimates are too low more often than too high, so that likelihoods look too good;
    reverse ones err the other way (Burda et al. 2015), as far as their chains began with draws of
    the model.

    Args:
        weights: As `log_weights` gives them, [n], n above 1; from 1 to 0 if `reverse`.
        log_z_base: log Z at beta = 0, known.

    Returns:
        The interval has 99.7 % of 1,000 estimates from chains drawn again (bootstrap, always the
        same draws), because that of Salakhutdinov and Murray (2008), three standard errors of the
        mean weight, has no lower end where few chains count.
    """
    n, rng = len(weights), torch.Generator().manual_seed(0)
    again = weights.cpu()[torch.randint(n, (1000, n), generator=rng)]
    ends = torch.quantile(
        torch.logsumexp(again, 1) - math.log(n), torch.tensor((0.0015, 0.9985), dtype=again.dtype)
    ).tolist()
    ratio = torch.logsumexp(weights, 0).item() - math.log(n)
    if reverse:
        low, high = (log_z_base - end for end in reversed(ends))
        return LogZ(log_z_base - ratio, (low, high), "reverse")
    low, high = (log_z_base + end for end in ends)
    return LogZ(log_z_base + ratio, (low, high), "forward")

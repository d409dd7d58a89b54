"""How much successive samples of a chain resemble each other.

    rho_k = mean_t <x_t - m, x_{t+k} - m> / mean_t |x_t - m|^2

with m the mean of all samples of all chains, so that chains that each stay where they are have a
rho of 1, however little their own samples differ. It is the mean of the autocorrelations of the
pixels, weighted by their variances.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from deepgen.evaluation.readings import LAGS

RUNS = 20  # into which a single chain is cut
NOTHING = 1e-12  # of the samples' size: differences below it are rounding


@torch.no_grad()
def autocorrelation(samples: Tensor, length: int) -> dict[str, Any]:
    """Autocorrelations at the lags of `LAGS`, and the effective sample size.

    The standard error is a jackknife over chains. A single one is cut into twenty runs of
    successive samples (batch means; Geyer 1992, section 3.2), which is right where a run is much
    longer than what the chain remembers.

    The effective sample size is n / (1 + 2 sum_k (1 - k / length) rho_k), and n at most: the
    variance of one sample over that of the mean of independent chains. The sum ends where two
    successive autocorrelations, of an even and an odd lag, are no longer positive together (initial
    positive sequence; Geyer 1992, section 3.3, who proves it for reversible chains, which those of
    autoencoders are not).

    Args:
        samples: [n, D], those of a chain one after the other, the last chain maybe shorter.
        length: Samples of a chain; n for independent draws, which are one sequence.

    Returns:
        `lags`, {lag as text: {"rho", "standard_error"}} of those that fit within a chain, without
        an error (None) where all pairs are in one part; `standard_error_over`, `chains` or `runs`,
        and their number, `parts`; `chains`; `effective_sample_size`; `num_samples`.
        Samples that are all the same have no rho, and an effective sample size of 1.

    Raises:
        ValueError: for fewer than two samples, or chains without any.
    """
    n = len(samples)
    if samples.ndim != 2 or n < 2 or length < 1:
        raise ValueError(
            f"{[*samples.shape]} samples in chains of {length}: there must be [n, D] with n > 1, "
            "and chains of a sample or more"
        )
    length = min(length, n)
    x = samples.double()
    size = x.square().sum(1).mean().item()
    x = x - x.mean(0)
    squares = x.square().sum(1).cpu()
    variance = squares.mean().item()
    varies = variance > NOTHING**2 * size
    time = torch.arange(n)
    chain, chains = time // length, -(-n // length)
    runs = 1 if chains > 1 else min(RUNS, length)
    part = chain * runs + time % length * runs // length

    def products(lag: int) -> tuple[Tensor, Tensor]:
        """<x_t, x_{t+lag}> of all pairs within a chain, and the part that t is in."""
        within = chain[lag:] == chain[: n - lag]
        return (x[: n - lag] * x[lag:]).sum(1).cpu()[within], part[: n - lag][within]

    lags = {}
    for lag in (lag for lag in LAGS if lag < length and varies):
        rho, error = _ratio(*products(lag), squares, part)
        lags[str(lag)] = {"rho": rho, "standard_error": error}
    spent = float(n)
    if varies:
        spent = _initial_sum(lambda k: products(k)[0].mean().item() / variance, length)
    return {
        "lags": lags,
        "standard_error_over": "chains" if runs == 1 else "runs",
        "parts": int(part[-1]) + 1,
        "chains": chains,
        "effective_sample_size": n / max(spent, 1.0),
        "num_samples": n,
    }


def _initial_sum(rho: Callable[[int], float], length: int) -> float:
    """The sum over the initial positive sequence."""
    total = -1.0
    for lag in range(0, length, 2):
        even = rho(lag) if lag else 1.0
        odd = rho(lag + 1) if lag + 1 < length else 0.0
        if even + odd <= 0:
            break
        total += 2 * ((1 - lag / length) * even + (1 - (lag + 1) / length) * odd)
    return total


def _ratio(
    products: Tensor, of_product: Tensor, squares: Tensor, of_square: Tensor
) -> tuple[float, float | None]:
    """Mean of the products over mean of the squares, and its jackknife error over parts."""
    parts = int(of_square[-1]) + 1

    def without_each(values: Tensor, of: Tensor) -> tuple[Tensor, Tensor]:
        """The mean of all values, and the means without those of each part."""
        sums = torch.bincount(of, values, minlength=parts)
        counts = torch.bincount(of, minlength=parts)
        return values.mean(), (sums.sum() - sums) / (counts.sum() - counts)

    (above, above_without), (below, below_without) = (
        without_each(products, of_product),
        without_each(squares, of_square),
    )
    left = above_without / below_without
    error = ((parts - 1) / parts * (left - left.mean()).square().sum()).sqrt().item()
    return (above / below).item(), error if torch.isfinite(left).all() else None

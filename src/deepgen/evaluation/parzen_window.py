"""The Gaussian Parzen window: exact log-densities, all bandwidths from one set of distances.

    log p(x) = log 1/n sum_i exp(-|x - s_i|^2 / 2 sigma^2) - D log(sigma sqrt(2 pi))

(Breuleux et al. 2011; released `parzen_ll.py`.) Distances come from one float32 matrix product; the
few nearest samples of every point, which carry the sum when sigma is small and where the product
cancels most, are measured again in float64 in difference form.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

ROWS, COLUMNS, NEAREST = 256, 10_000, 8
COARSE, REFINED = 24, 9  # bandwidths of the first grid of a search, and of every finer one


@torch.no_grad()
def log_likelihood(x: Tensor, samples: Tensor, sigmas: Sequence[float]) -> Tensor:
    """Log-density of every point under the Parzen window on `samples`, for every bandwidth.

    Args:
        x: Points, [m, D], float32.
        samples: Centres of the window, [n, D], float32, on the device of `x`.
        sigmas: Bandwidths, all positive.

    Returns:
        Nats, float64 [len(sigmas), m]. Against a float64 reference the mean is within 1e-3 nats and
        a single point within 1e-2 for sigma >= 0.05 and data whose norms stay below about 100, as
        those of pixels in [0, 1] do. Memory does not grow with m or n beyond arguments and result:
        distances exist for 256 x 10,000 pairs at a time.

    Raises:
        ValueError: for arrays of different width, no samples, or a sigma that is not
            positive and finite.

    Example:
        >>> log_likelihood(torch.zeros(1, 2), torch.zeros(1, 2), [1.0]).item()  # -log(2 pi)
        -1.8378770664093453
    """
    if x.ndim != 2 or samples.ndim != 2 or x.shape[1] != samples.shape[1] or not len(samples):
        raise ValueError(f"expected [m, D] and [n, D], got {[*x.shape]} and {[*samples.shape]}")
    if not len(sigmas) or not all(0 < sigma < math.inf for sigma in sigmas):
        raise ValueError(f"sigmas must be positive and finite, got {list(sigmas)}")
    # Centring shortens the vectors, and with them the cancellation in |x|^2 + |s|^2 - 2 x.s
    blocks = samples.split(COLUMNS)
    sums = torch.stack([block.sum(dim=0, dtype=torch.float64) for block in blocks])
    centre = (sums.sum(dim=0) / len(samples)).to(samples.dtype)
    shape = len(sigmas), len(x)
    result = torch.full(shape, -math.inf, dtype=torch.float64, device=x.device)
    tf32, torch.backends.cuda.matmul.allow_tf32 = torch.backends.cuda.matmul.allow_tf32, False
    try:
        for block in blocks:
            centred = block - centre
            for start in range(0, len(x), ROWS):
                rows, part = x[start : start + ROWS], result[:, start : start + ROWS]
                sums = _log_sum_exp(rows, rows - centre, block, centred, sigmas)
                torch.logaddexp(part, sums, out=part)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = tf32
    sigma = torch.tensor(sigmas, dtype=torch.float64, device=x.device)
    log_normaliser = x.shape[1] * torch.log(sigma * math.sqrt(2 * math.pi)) + math.log(len(samples))
    return result - log_normaliser[:, None]


def log_grid(start: float, stop: float, num: int) -> list[float]:
    """`num` bandwidths from start to stop in equal steps of log sigma.

    Example:
        >>> [round(sigma, 4) for sigma in log_grid(0.1, 1.0, 3)]
        [0.1, 0.3162, 1.0]
    """
    ends = math.log10(start), math.log10(stop)
    return torch.logspace(*ends, num, dtype=torch.float64).tolist()


def search(
    x: Tensor, samples: Tensor, low: float, high: float, tolerance: float
) -> dict[float, Tensor]:
    """The bandwidth in [low, high] with the highest mean log-density, up to a factor 1 + tolerance.

    A coarse grid, then finer ones between the neighbours of the best.

    Args:
        x: Points, [m, D], float32.
        samples: Centres of the window, [n, D], float32.

    Returns:
        {sigma: log-densities in nats, float64 [m]} of every bandwidth tried, in rising order.

    Example:
        >>> x = torch.randn(500, 1, generator=torch.Generator().manual_seed(1))
        >>> tried = search(x, torch.zeros(1, 1), 0.1, 10.0, 0.01)
        >>> sigma = max(tried, key=lambda sigma: tried[sigma].mean())
        >>> abs(sigma / x.square().mean().sqrt().item() - 1) < 0.01
        True
    """
    tried: dict[float, Tensor] = {}
    sigmas = log_grid(low, high, COARSE)
    while True:
        tried |= zip(sigmas, log_likelihood(x, samples, sigmas), strict=True)
        tried = dict(sorted(tried.items()))
        known, means = list(tried), [values.mean().item() for values in tried.values()]
        best = means.index(max(means))
        left, right = known[max(best - 1, 0)], known[min(best + 1, len(known) - 1)]
        if right / left <= (1 + tolerance) ** 2:
            return tried
        # The middle of the finer grid is the best one again, up to rounding: as a neighbour of
        # itself it would end the search on one side
        finer = log_grid(left, right, REFINED + 2)[1:-1]
        sigmas = [s for s in finer if not any(math.isclose(s, known) for known in tried)]


def _log_sum_exp(
    x: Tensor, x_centred: Tensor, s: Tensor, s_centred: Tensor, sigmas: Sequence[float]
) -> Tensor:
    """log sum_i exp(-|x - s_i|^2 / 2 sigma^2) over one block of samples, [len(sigmas), rows]."""
    squared = torch.addmm(s_centred.square().sum(1), x_centred, s_centred.T, alpha=-2.0)
    squared += x_centred.square().sum(1, keepdim=True)
    index = squared.topk(min(NEAREST, len(s)), dim=1, largest=False, sorted=False).indices
    nearest = (x.double()[:, None] - s[index].double()).square().sum(2)
    squared.scatter_(1, index, math.inf)
    least = nearest.min(dim=1, keepdim=True).values
    nearest -= least
    squared -= least.to(squared.dtype)
    terms = torch.empty_like(squared)
    result = []
    for sigma in sigmas:
        scale = -0.5 / sigma**2
        # exp is ten times slower where it underflows, and e^-80 beside a term of 1 is nothing
        torch.mul(squared, scale, out=terms).clamp_(min=-80.0).exp_()
        total = terms.sum(1).double() + (nearest * scale).exp_().sum(1)
        result.append(least[:, 0] * scale + total.log_())
    return torch.stack(result)

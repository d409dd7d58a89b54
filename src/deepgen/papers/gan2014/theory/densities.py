"""The value function and its optimum for densities on a grid (Goodfellow et al. 2014, section 4).

Densities and D are arrays over the same grid; integrals are sums with the grid's `weights`. All
values are in nats.
"""

import numpy as np
from scipy.special import entr, xlog1py, xlogy

from deepgen.errors import DeepgenError


def trapezoid_weights(x: np.ndarray) -> np.ndarray:
    """Weights [n] of the trapezoidal rule on the rising grid x [n].

    Raises:
        DeepgenError: if x does not rise.
    """
    steps = np.diff(x)
    if x.ndim != 1 or len(x) < 2 or not (steps > 0).all():
        raise DeepgenError("the grid of a density must rise: sort x and leave out equal points")
    return np.pad(steps, (0, 1)) / 2 + np.pad(steps, (1, 0)) / 2


def normal(x: np.ndarray, mean: float = 0.0, deviation: float = 1.0) -> np.ndarray:
    """The Gaussian density on x."""
    return np.exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * np.sqrt(2 * np.pi))


def optimal_discriminator(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """D*(x) = p_data(x) / (p_data(x) + p_g(x)) (Proposition 1, equation 2).

    Where both densities are zero D need not be defined; 1/2 stands there.
    """
    total = p_data + p_g
    return np.divide(p_data, total, out=np.full_like(total, 0.5), where=total > 0)


def value_function(
    d: np.ndarray, p_data: np.ndarray, p_g: np.ndarray, weights: np.ndarray
) -> float:
    """V(G, D) = integral of p_data log D + p_g log(1 - D) (equations 1 and 3).

    A point without mass counts as zero, whatever D is there; -inf if D is sure and wrong somewhere.
    """
    return float(np.sum(weights * (xlogy(p_data, d) + xlog1py(p_g, -d))))


def virtual_criterion(p_data: np.ndarray, p_g: np.ndarray, weights: np.ndarray) -> float:
    """C(G) = max_D V(G, D) = V(G, D*) (equation 4); its minimum is -log 4 (Theorem 1)."""
    real = xlogy(p_data, optimal_discriminator(p_data, p_g))
    fake = xlogy(p_g, optimal_discriminator(p_g, p_data))
    return float(np.sum(weights * (real + fake)))


def jensen_shannon(p: np.ndarray, q: np.ndarray, weights: np.ndarray) -> float:
    """The Jensen-Shannon divergence of equation 6, between 0 and log 2.

    Written with entropies, H((p + q) / 2) - (H(p) + H(q)) / 2, so that it shares no step with
    `virtual_criterion`.
    """
    return float(np.sum(weights * (entr((p + q) / 2) - (entr(p) + entr(q)) / 2)))


def central_region(x: np.ndarray, density: np.ndarray, mass: float) -> tuple[float, float]:
    """The interval between the quantiles (1 - mass) / 2 and (1 + mass) / 2 of a density on x."""
    slices = np.diff(x) * (density[1:] + density[:-1]) / 2
    cumulative = np.concatenate(([0.0], np.cumsum(slices))) / slices.sum()
    low, high = np.interp([(1 - mass) / 2, (1 + mass) / 2], cumulative, x)
    return float(low), float(high)

"""Section 2 of Generative Adversarial Nets: the gradient of a function smoothed by Gaussian noise.

lim_{sigma -> 0} grad_x E_{eps ~ N(0, sigma^2 I)} f(x + eps) = grad_x f(x)
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def smoothed_gradient(
    f: Callable[[Tensor], Tensor], x: Tensor, sigma: float, nodes: int = 40
) -> Tensor:
    """grad_x E f(x + eps) for eps ~ N(0, sigma^2 I), from values of f alone.

    The gradient is moved onto the density of the noise, so it is E[eps f(x + eps)] / sigma^2, and
    the expectation is a tensor product of Gauss-Hermite rules.

    Args:
        f: Points [n, D] to values [n]; need not be differentiable.
        x: One point, float64 [D]; D at most about 3, because nodes^D points are used.
        sigma: Standard deviation of the noise, positive.
        nodes: Of each one-dimensional rule.

    Returns:
        The gradient, float64 [D].
    """
    u, w = np.polynomial.hermite_e.hermegauss(nodes)
    grid = torch.from_numpy(np.stack(np.meshgrid(*[u] * len(x), indexing="ij"), -1)).flatten(0, -2)
    weights = torch.from_numpy(w / w.sum())
    for _ in range(len(x) - 1):
        weights = torch.outer(weights, torch.from_numpy(w / w.sum())).flatten()
    with torch.no_grad():
        # Without f(x), which the symmetric noise cancels anyway, the difference loses fewer digits
        values = f(x + sigma * grid) - f(x[None])
    return (weights * values) @ grid / sigma


def gradient(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """grad_x f(x) by backpropagation: x float64 [D] -> [D]."""
    point = x.clone().requires_grad_()
    return torch.autograd.grad(f(point[None]).sum(), point)[0]

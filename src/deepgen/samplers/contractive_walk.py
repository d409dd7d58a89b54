"""Random walks of a contractive autoencoder (Rifai et al. 2012), with the step as it was released
(`sample` of Dauphin and Rifai's cae.py).

A step encodes, moves the code along the directions to which the encoder responds, and decodes:

    h = f(x), J = df/dx, x' = g(h + J J^T alpha) with alpha from N(0, sigma^2 I)

so that the move has the covariance sigma^2 (J J^T)^2 and x' is a mean of the decoder. The encoder
is sigmoid(u W + b), W [V, H], of u = x or whatever another encoder makes of x, and J = dh/du.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def along_jacobian(h: Tensor, weights: Tensor, alpha: Tensor) -> Tensor:
    """J J^T alpha, [n, H], for codes h [n, H] and alpha [n, H].

    J^T = W diag(s) with s = h (1 - h). No matrix [H, H] is formed.
    """
    s = h * (1 - h)
    return s * ((s * alpha) @ weights.T @ weights)


def walk(
    x: Tensor,
    encode: Callable[[Tensor], Tensor],
    decode: Callable[[Tensor], Tensor],
    weights: Tensor,
    sigma: float,
    steps: int,
    rng: torch.Generator,
) -> Tensor:
    """Where chains are after so many steps, in the shape of x.

    Args:
        x: The chains' states, [n, D]; not changed.
        encode, decode: x [n, D] to h [n, H], and back.
        weights: Of the encoder whose Jacobian directs the noise, [V, H].
        sigma: Standard deviation of alpha; at 0 a step is a reconstruction.
        steps: At least 1.

    Raises:
        ValueError: for fewer steps.
    """
    if steps < 1:
        raise ValueError(f"a chain needs at least one step, not {steps}")
    for _ in range(steps):
        h = encode(x)
        alpha = sigma * torch.randn(h.shape, generator=rng, device=h.device, dtype=h.dtype)
        x = decode(h + along_jacobian(h, weights, alpha))
    return x

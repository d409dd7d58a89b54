"""Block Gibbs sampling: two sets of variables, each drawn anew given the other."""

from collections.abc import Callable

import torch
from torch import Tensor

Draw = Callable[[Tensor, torch.Generator], Tensor]


def block_gibbs(
    v: Tensor, up: Draw, down: Draw, steps: int, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """`steps` times h ~ p(h | v), then v ~ p(v | h) (Deep Learning, section 17.4).

    Args:
        v: The chains' states, [n, V]; not changed.
        up, down: Draw h [n, H] given v, and v given h.
        steps: At least 1.

    Returns:
        The last v, and the h that it was drawn from.

    Raises:
        ValueError: for fewer steps.
    """
    if steps < 1:
        raise ValueError(f"a chain needs at least one step, not {steps}")
    for _ in range(steps):
        h = up(v, rng)
        v = down(h, rng)
    return v, h


def bernoulli(p: Tensor, rng: torch.Generator) -> Tensor:
    """0 or 1 with the given probabilities of 1, of the same shape."""
    return (torch.rand(p.shape, generator=rng, device=p.device, dtype=p.dtype) < p).to(p.dtype)

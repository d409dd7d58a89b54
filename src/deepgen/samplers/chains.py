"""What is kept of Markov chains: after a burn-in, every so many steps, until there are enough."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Step = Callable[[Tensor, int], tuple[Tensor, Tensor]]


def collect(states: Tensor, step: Step, n: int, settings: dict[str, Any]) -> Tensor:
    """`n` observations of chains, [n, D], those of a chain one after the other.

    Args:
        states: Where the chains begin, [chains, ...].
        step: From states and a number of steps to states and what is observed of them.
        n: Rounded up to whole chains while they run.
        settings: `burn_in`, steps before the first observation, and `thinning`, steps between two.

    Raises:
        ValueError: for no chain, a burn-in below 0 or a thinning below 1.
    """
    burn_in, thinning = settings["burn_in"], settings["thinning"]
    if len(states) < 1 or burn_in < 0 or thinning < 1:
        raise ValueError(
            f"{len(states)} chains with a burn-in of {burn_in} and a thinning of {thinning} steps: "
            "there must be a chain, no negative burn-in, and a step between two samples"
        )
    if burn_in:
        states, _ = step(states, burn_in)
    kept = []
    for _ in range(-(-n // len(states))):
        states, observed = step(states, thinning)
        kept.append(observed)
    return torch.stack(kept, 1).flatten(0, 1)[:n]

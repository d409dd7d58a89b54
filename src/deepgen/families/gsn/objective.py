"""Walkback training (Bengio et al. 2013, algorithm 1; 2014, section 4)."""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepgen.contracts import Batches, Model, Objective


class Walkback(Objective):
    """The cross-entropy of the clean image at every step of a chain from its corruption.

    Args:
        steps: Of the chain.
    """

    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """The network's alone."""
        return {"model": list(model.parameters())}

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """The sum over the steps of the mean over images and pixels, in nats, as released."""
        x = next(batches).y
        chain = model.walk(x, rng)
        costs = [F.binary_cross_entropy_with_logits(next(chain), x) for _ in range(self.steps)]
        self.statistics = {
            "cross_entropy_first": costs[0].detach(),
            "cross_entropy_last": costs[-1].detach(),
        }
        yield {"model": torch.stack(costs).sum()}


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Objective:
    """The objective of this name."""
    return Walkback(settings.get("steps") or 2 * len(model.weights))

"""Reconstruction with a contractive penalty (Rifai et al. 2011)."""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepgen.contracts import Batches, Model, Objective


class Contractive(Objective):
    """Cross-entropy of the last layer's inputs and reconstructions, summed over units, plus
    `contraction` times the squared Frobenius norm of the encoder's Jacobian, both as means over the
    minibatch (Rifai et al. 2011, the objective of the CAE).

    Args:
        settings: The resolved `objective` section of an experiment.
    """

    def __init__(self, settings: dict[str, Any]):
        super().__init__()
        self.contraction = settings["contraction"]

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """Those of the last layer; the layers below stay as they are."""
        return {"model": list(model.top.parameters())}

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """The mean loss of a minibatch, in nats."""
        with torch.no_grad():
            x = model.codes(next(batches).y)
        h = model.top.encode(x)
        logits = model.top.logits(h)
        cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
        penalty = model.top.squared_jacobian(h).mean()
        self.statistics = {
            "cross_entropy": cross_entropy.detach(),
            "squared_jacobian": penalty.detach(),
        }
        yield {"model": cross_entropy + self.contraction * penalty}


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Contractive:
    """The objective of this name."""
    return Contractive(settings)

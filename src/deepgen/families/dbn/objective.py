"""Greedy training of the top layer of a deep belief network (Hinton et al. 2006, section 4)."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.contracts import Batch, Batches, Model, Objective
from deepgen.families.rbm.objective import ContrastiveDivergence


class Lifted:
    """Minibatches in other coordinates.

    Args:
        batches: The images.
        lift: From y of the model's space [m, D] to the visible units of a layer, [m, V].
    """

    def __init__(self, batches: Batches, lift: Callable[[Tensor], Tensor]):
        self.batches, self.lift = batches, lift

    def __next__(self) -> Batch:
        batch = next(self.batches)
        return batch._replace(y=self.lift(batch.y))


class GreedyContrastiveDivergence(ContrastiveDivergence):
    """Contrastive divergence of the top layer on what the layers below make of the images."""

    def begin(self, model: Model, train: Tensor, rng: torch.Generator) -> None:
        """As for an RBM; chains are states of the top layer's visible units."""
        super().begin(model.top, self._lift(model, train, rng), rng)

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """The top layer's alone."""
        return super().groups(model.top)

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """As for an RBM."""
        lifted = Lifted(batches, lambda y: self._lift(model, y, rng))
        yield from super().step(model.top, lifted, rng)

    def _lift(self, model: Model, y: Tensor, rng: torch.Generator) -> Tensor:
        return model.lift(y, rng if self.settings["input"] == "draws" else None)


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Objective:
    """The objective of this name."""
    return GreedyContrastiveDivergence(settings, *model.top.weights.shape)

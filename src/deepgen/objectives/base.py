"""What the training loop sees of every criterion."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from deepgen.models.base import Model


class Objective(nn.Module):
    """One training criterion with the networks that only training needs.

    `step` yields losses by group. The loop differentiates each loss for its own group only, all of
    one yield before any update, then updates; code after a yield runs after that update. One yield
    of two losses is a simultaneous step, several yields are alternating steps.
    """

    def __init__(self) -> None:
        super().__init__()
        self.statistics: dict[str, Tensor] = {}

    def begin(self, model: Model, train: Tensor, rng: torch.Generator) -> None:
        """Draw the initial parameters; `train` is the training set as y, [N, D]."""

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """The parameters of each optimiser."""
        return {"model": list(model.parameters()), "objective": list(self.parameters())}

    def step(self, model: Model, batches, rng: torch.Generator) -> Iterator[dict[str, Tensor]]:
        """Draw `next(batches)`, yield {group: scalar loss} once or more, set `statistics`."""
        raise NotImplementedError

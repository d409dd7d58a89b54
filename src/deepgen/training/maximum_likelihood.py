"""The objective of every family with a differentiable log-likelihood."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from deepgen.contracts import Batches, Model, Objective


class MaximumLikelihood(Objective):
    """Minimise the minibatch's mean -log p(y), or minus its bound (Deep Learning, section 5.5)."""

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """The model alone."""
        return {"model": list(model.parameters())}

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """One loss from one minibatch, in nats."""
        yield {"model": -model.log_prob(next(batches).y, rng).values.mean()}

"""What the training loop, the stages and the report see of every family."""

import torch
from torch import Tensor, nn


class Model(nn.Module):
    """All that sampling needs, and nothing that only training needs.

    A model works on `y = space(x)` alone: `space` maps the data set's bytes to the model's
    coordinates and knows the way to the space in which scores are taken.
    """

    space: nn.Module

    def initialise(
        self, train: Tensor, rng: torch.Generator, previous: "Model | None" = None
    ) -> None:
        """Draw the initial parameters.

        Args:
            train: The training set as `y`, [N, D], for biases that are set from marginals.
            rng: On the device of the parameters.
            previous: The trained model of the experiment's `init_from`, if it has one.

        Raises:
            ValueError: if `previous` cannot begin this model.
        """
        raise NotImplementedError

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` independent draws `y` from the model, [n, D], differentiable in the parameters."""
        raise NotImplementedError

"""Maps between the bytes on disk, the model's coordinates y and the scoring space."""

import math

import torch
from torch import Tensor, nn


class Pixels(nn.Module):
    """Pixels in [0, 1]: y = x / 255, real-valued, never binarised (released `mnist.yaml`)."""

    title = "pixels in [0, 1]"

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Map bytes to the model's coordinates.

        Args:
            x: uint8, [n, D].
            rng: Not used: the map is deterministic.

        Returns:
            `y`, float32 [n, D], and log |dy/dx|, float32 [n], in nats.
        """
        y = x.to(torch.float32).div_(255.0)
        return y, y.new_full((len(y),), -y.shape[1] * math.log(255.0))

    def to_score(self, y: Tensor) -> Tensor:
        """The scoring space of MNIST and faces is y itself, unclipped."""
        return y


SPACES = {"pixels": Pixels}

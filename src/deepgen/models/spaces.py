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


class ContrastNormalised(nn.Module):
    """Global contrast normalisation of every image: y = 55 (x - mean) / |x - mean|.

    Mean and Euclidean norm are over all values of one image, on 0..255, as released for CIFAR-10
    (`gcn: 55.`, pylearn2 `global_contrast_normalize` with `scale=55`). An image without contrast
    becomes zero.
    """

    title = "contrast-normalised, scale 55"
    scale, min_divisor = 55.0, 1e-8

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Map bytes to the model's coordinates.

        Args:
            x: uint8, [n, D].
            rng: Not used: the map is deterministic.

        Returns:
            `y`, float32 [n, D], and NaN [n]: two dimensions are lost, so there is no density of x.
        """
        y = self.normalise(x.to(torch.float32))
        return y, y.new_full((len(y),), math.nan)

    def normalise(self, x: Tensor) -> Tensor:
        """Centre and scale every row of x, float32 [n, D], in place."""
        x -= x.mean(dim=1, keepdim=True)
        divisor = torch.linalg.vector_norm(x, dim=1, keepdim=True) / self.scale
        return x.div_(torch.where(divisor < self.min_divisor, 1.0, divisor))

    def to_score(self, y: Tensor) -> Tensor:
        """The scoring space is y itself: a sample's own mean and norm on 0..255 are unknown."""
        return y


SPACES = {"pixels": Pixels, "contrast-normalised": ContrastNormalised}

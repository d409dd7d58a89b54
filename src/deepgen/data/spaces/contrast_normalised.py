"""Global contrast normalisation, as released for CIFAR-10."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.errors import DeepgenError


class ContrastNormalised(nn.Module):
    """y = 55 (x - mean) / |x - mean| of every image.

    Mean and Euclidean norm are over all values of one image, on 0..255, as released for CIFAR-10
    (`gcn: 55.`, pylearn2 `global_contrast_normalize` with `scale=55`). An image without contrast
    becomes zero.
    """

    title = "contrast-normalised, scale 55"
    treatment = "contrast-normalised bytes"
    discrete = False
    scale, min_divisor = 55.0, 1e-8

    def __init__(self, settings: dict[str, Any], shape: Sequence[int] | None = None):
        super().__init__()
        self.settings = settings

    def fit(self, x: Tensor) -> None:
        """Nothing to learn."""

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes [n, D] to y [n, D] and NaN [n]: two dimensions are lost, so x has no density."""
        y = self.normalise(x.to(torch.float32))
        return y, y.new_full((len(y),), math.nan)

    def normalise(self, x: Tensor) -> Tensor:
        """Centre and scale every row of x, float32 [n, D], in place."""
        x -= x.mean(dim=1, keepdim=True)
        divisor = torch.linalg.vector_norm(x, dim=1, keepdim=True) / self.scale
        return x.div_(torch.where(divisor < self.min_divisor, 1.0, divisor))

    def to_pixels(self, y: Tensor) -> Tensor:
        """Refused: a sample's own mean and norm on 0..255 are unknown."""
        raise DeepgenError(
            "contrast-normalised samples have lost their mean and contrast, so they cannot become "
            "pixels: set score_space to contrast-normalised, too"
        )

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """Pixels in [0, 1] as y, [n, D]."""
        return self.normalise(255.0 * pixels)


build = ContrastNormalised

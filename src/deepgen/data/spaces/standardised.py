"""Pixels with the mean 0 and the variance 1 of the training set, each by itself."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Standardised(nn.Module):
    """y = (x / 255 - mean) / scale of every pixel, for Gaussian units of unit variance.

    `scale` is the standard deviation over the training set (ddof 0), but at least the setting
    `floor`, because of a pixel that never varies nothing is left to learn.
    """

    title = "standardised pixels"
    treatment = "bytes less their mean over their standard deviation"
    discrete = False

    def __init__(self, settings: dict[str, Any], shape: Sequence[int]):
        super().__init__()
        self.settings = settings
        self.register_buffer("mean", torch.zeros(math.prod(shape)))
        self.register_buffer("scale", torch.ones(math.prod(shape)))

    def fit(self, x: Tensor) -> None:
        """Mean and standard deviation of each pixel of x, uint8 [N, D], in float64."""
        count = len(x)
        # Whole numbers are summed exactly, without a copy of the training set in float64
        mean = x.sum(0, dtype=torch.int64).double() / count
        square = sum(part.long().square().sum(0) for part in x.split(1000)).double() / count
        deviation = (square - mean.square()).clamp(min=0).sqrt()
        self.mean.copy_(mean / 255)
        self.scale.copy_((deviation / 255).clamp(min=self.settings["floor"]))

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes [n, D] to y [n, D] and log |dy/dx| [n]; without noise."""
        y = self.from_pixels(x.to(torch.float32).div_(255.0))
        log_det = -len(self.scale) * math.log(255.0) - self.scale.double().log().sum()
        return y, log_det.to(y).expand(len(y))

    def to_pixels(self, y: Tensor) -> Tensor:
        """Its inverse, unclipped."""
        return y * self.scale + self.mean

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """Pixels in [0, 1], [n, D], as y."""
        return (pixels - self.mean) / self.scale


build = Standardised

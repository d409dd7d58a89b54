"""Pixels in [0, 1]."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Pixels(nn.Module):
    """y = x / 255, real-valued, never binarised (released `mnist.yaml`)."""

    title = "pixels in [0, 1]"
    treatment = "bytes / 255"
    discrete = False

    def __init__(self, settings: dict[str, Any], shape: Sequence[int] | None = None):
        super().__init__()
        self.settings = settings

    def fit(self, x: Tensor) -> None:
        """Nothing to learn."""

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes [n, D] to y [n, D] and -D log 255 [n]; without noise."""
        y = x.to(torch.float32).div_(255.0)
        return y, y.new_full((len(y),), -y.shape[1] * math.log(255.0))

    def to_pixels(self, y: Tensor) -> Tensor:
        """y itself, unclipped."""
        return y

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """The pixels themselves."""
        return pixels


build = Pixels

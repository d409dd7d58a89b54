"""Bytes as real numbers with a density: uniform noise fills the gaps between the 256 levels."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Dequantised(nn.Module):
    """y = (x + u) / 256 with u uniform on [0, 1), drawn anew each time (Uria et al. 2013, 5.1).

    The expected log density of x + u is at most the log probability of the bytes x under the
    model (Theis et al. 2016, section 3.1), so it cannot be made large by a trick.
    """

    title = "dequantised pixels in [0, 1]"
    treatment = "bytes with uniform noise between levels"
    discrete = False

    def __init__(self, settings: dict[str, Any], shape: Sequence[int] | None = None):
        super().__init__()
        self.settings = settings

    def fit(self, x: Tensor) -> None:
        """Nothing to learn."""

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes [n, D] to y [n, D] and -D log 256 [n]; without a generator u is 1/2."""
        y = x.to(torch.float32)
        u = 0.5 if rng is None else torch.rand(x.shape, generator=rng, device=x.device)
        y = (y + u) / 256.0
        return y, y.new_full((len(y),), -y.shape[1] * math.log(256.0))

    def to_pixels(self, y: Tensor) -> Tensor:
        """The level in the middle of whose gap y lies, on the scale of x / 255, unclipped."""
        return (256.0 * y - 0.5) / 255.0

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """Its inverse."""
        return (255.0 * pixels + 0.5) / 256.0


build = Dequantised

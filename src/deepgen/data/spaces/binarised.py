"""Bytes as bits: drawn with the byte as probability of white, or by a threshold."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Binarised(nn.Module):
    """y in {0, 1}: 1 with probability x / 255, drawn anew each time (Salakhutdinov and Murray
    2008), or 1 where x / 255 is above one half."""

    title = "binary pixels"
    discrete = True

    def __init__(self, settings: dict[str, Any], shape: Sequence[int] | None = None):
        super().__init__()
        self.settings = settings
        self.drawn = settings["how"] == "drawn"
        self.treatment = (
            "bytes as probabilities of white" if self.drawn else "white above half of the range"
        )

    def fit(self, x: Tensor) -> None:
        """Nothing to learn."""

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes [n, D] to y [n, D] and 0 [n]; without a generator by the threshold."""
        p = x.to(torch.float32).div_(255.0)
        if self.drawn and rng is not None:
            level = torch.rand(p.shape, generator=rng, device=p.device)
        else:
            level = torch.full_like(p, 0.5)
        return (level < p).to(torch.float32), p.new_zeros(len(p))

    def to_pixels(self, y: Tensor) -> Tensor:
        """y itself: bits, or their probabilities."""
        return y

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """The pixels themselves, as probabilities."""
        return pixels


build = Binarised

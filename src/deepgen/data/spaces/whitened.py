"""Dequantised images, whitened by the principal components of the training set (ZCA)."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.errors import DeepgenError

ROWS = 1000  # of the training set at a time, in float64


class Whitened(nn.Module):
    """y = W (t - mean) with t = low + (x + u) (high - low) / 256 and u uniform on [0, 1)^D.

    W = U (V + regularisation)^(-1/2) U^T, where U V U^T is the covariance of t over training set
    and noise: the whitening that leaves images closest to what they were (Krizhevsky 2009, appendix
    A). It is exactly invertible, so densities of images are known from those of y.
    """

    treatment = "bytes with uniform noise between levels"
    discrete = False

    def __init__(self, settings: dict[str, Any], shape: Sequence[int]):
        super().__init__()
        self.settings, size = settings, math.prod(shape)
        low, high = settings["range"]
        self.title = f"ZCA-whitened pixels in [{low:g}, {high:g}]"
        self.register_buffer("mean", torch.zeros(size))  # of t
        self.register_buffer("whiten", torch.eye(size))  # W
        self.register_buffer("colour", torch.eye(size))  # its inverse
        self.register_buffer("log_det", torch.zeros((), dtype=torch.float64))  # log |det W|

    def fit(self, x: Tensor) -> None:
        """Learn mean and W from x, uint8 [N, D], in float64; the noise counts by its variance 1/12.

        Raises:
            DeepgenError: for fewer images than dimensions, whose covariance says nothing of some
                directions, without regularisation.
        """
        count, size = x.shape
        extra, width = self.settings["regularisation"], self._width
        if count <= size and not extra:
            raise DeepgenError(
                f"{count} training images are too few to whiten {size} dimensions: set "
                "model_space.regularisation above 0, to 0.01 for example"
            )
        mean = x.sum(0, dtype=torch.int64).double() / count
        covariance = sum(part.T @ part for part in (rows.double() - mean for rows in x.split(ROWS)))
        covariance = covariance / count + torch.eye(size, device=x.device) / 12
        variances, directions = torch.linalg.eigh(covariance * width**2)
        scale = (variances + extra).sqrt()
        self.mean.copy_(self.settings["range"][0] + (mean + 0.5) * width)
        self.whiten.copy_(directions / scale @ directions.T)
        self.colour.copy_(directions * scale @ directions.T)
        self.log_det.copy_(-scale.log().sum())

    @property
    def _width(self) -> float:
        """Of the interval of a byte, in t."""
        low, high = self.settings["range"]
        return (high - low) / 256.0

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes [n, D] to y [n, D] and log |dy/dx| [n]; without a generator u is 1/2."""
        u = 0.5 if rng is None else torch.rand(x.shape, generator=rng, device=x.device)
        t = self.settings["range"][0] + (x.to(torch.float32) + u) * self._width
        log_det = x.shape[1] * math.log(self._width) + self.log_det
        return (t - self.mean) @ self.whiten, log_det.expand(len(x))

    def to_pixels(self, y: Tensor) -> Tensor:
        """The level in whose gap the image lies, its middle, as x / 255, unclipped."""
        t = y @ self.colour + self.mean
        return ((t - self.settings["range"][0]) / self._width - 0.5) / 255.0

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """Its inverse, [n, D]."""
        t = self.settings["range"][0] + (255.0 * pixels + 0.5) * self._width
        return (t - self.mean) @ self.whiten


build = Whitened

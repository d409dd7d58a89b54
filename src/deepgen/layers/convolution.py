"""Convolutional maxout and "deconvolution" with the geometry of the released CIFAR-10 networks.

Layers pass flat vectors, so that dropout and dense layers need not know of maps. Inside a stack of
convolutions the order is channel, height, width.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvMaxout(nn.Module):
    """Convolution, maximum over `pieces` consecutive channels, spatial max pooling.

    Pooling windows may hang over the border, as in cuda-convnet: ceil((n - pool) / stride) + 1
    outputs a side (pylearn2 `MaxoutConvC01B`; Goodfellow et al. 2013, section 2). The bias is tied:
    one a channel and piece.

    Args:
        shape: Channels, height and width of the input.
        channels: Outputs maps.
        pieces: Linear pieces a map.
        kernel, padding: Side of the square kernel, zeros added at every border.
        pool, pool_stride: Side of the square pooling window, and its step.
        irange: Weights start uniform on (-irange, irange).
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        channels: int,
        pieces: int,
        kernel: int,
        padding: int,
        pool: int,
        pool_stride: int,
        irange: float,
    ):
        super().__init__()
        self.shape, self.channels, self.pieces = shape, channels, pieces
        self.padding, self.pool, self.pool_stride, self.irange = padding, pool, pool_stride, irange
        self.weight = nn.Parameter(torch.empty(channels * pieces, shape[0], kernel, kernel))
        self.bias = nn.Parameter(torch.empty(channels * pieces))
        self.conv_size = tuple(side + 2 * padding - kernel + 1 for side in shape[1:])
        pooled = (math.ceil((side - pool) / pool_stride) + 1 for side in self.conv_size)
        self.out_shape = (channels, *pooled)
        if min(*self.conv_size, *self.out_shape) < 1 or pool > min(self.conv_size):
            raise ValueError(f"a kernel of {kernel} and a pool of {pool} do not fit {shape}")

    @torch.no_grad()
    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; biases are zero."""
        self.weight.uniform_(-self.irange, self.irange, generator=rng)
        self.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """x [n, C * H * W] -> [n, C' * H' * W']."""
        maps = F.conv2d(x.view(-1, *self.shape), self.weight, self.bias, padding=self.padding)
        maps = maps.view(len(x), self.channels, self.pieces, *self.conv_size).max(dim=2).values
        return F.max_pool2d(maps, self.pool, self.pool_stride, ceil_mode=True).flatten(1)


class Deconv(nn.Module):
    """Transposed convolution from maps to an image, with an untied bias (released `deconv.py`).

    An output has side stride * (size - 1) + kernel, and a bias of its own for every value.

    Args:
        channels, size: Maps that the flat input holds, and their side.
        kernel, stride: Side of the square kernel, and its step on the output.
        shape: Height, width and channels of the image.
        irange: Weights start uniform on (-irange, irange).
    """

    def __init__(
        self,
        channels: int,
        size: int,
        kernel: int,
        stride: int,
        shape: tuple[int, int, int],
        irange: float,
    ):
        super().__init__()
        height, width, colours = shape
        side = stride * (size - 1) + kernel
        if (height, width) != (side, side):
            raise ValueError(f"a deconv layer makes {side} x {side}, not {height} x {width}")
        self.maps, self.stride, self.irange = (channels, size, size), stride, irange
        self.weight = nn.Parameter(torch.empty(channels, colours, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(colours, height, width))

    @torch.no_grad()
    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; biases are zero."""
        self.weight.uniform_(-self.irange, self.irange, generator=rng)
        self.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """x [n, channels * size * size] -> [n, D], an image in the order height, width, channel."""
        image = F.conv_transpose2d(x.view(-1, *self.maps), self.weight, stride=self.stride)
        return (image + self.bias).permute(0, 2, 3, 1).flatten(1)

"""Minibatches in a new random order every epoch."""

import torch
from torch import Tensor

from deepgen.contracts import Batch, Space


class Batches:
    """An endless iterator over minibatches of a training set held on the device.

    Every epoch is a fresh permutation and its last batch may be short (pylearn2
    `shuffled_sequential`). Data stay bytes in memory; `space` maps each batch.

    Args:
        data: uint8, [N, D].
        labels: [N] or None.
        size: Examples in a minibatch.
        space: Maps bytes to (y, log_det).
        rng: On the device of `data`; also passed to `space`.
    """

    def __init__(
        self, data: Tensor, labels: Tensor | None, size: int, space: Space, rng: torch.Generator
    ):
        self.data, self.labels, self.size, self.space, self.rng = data, labels, size, space, rng
        self.permutation = torch.empty(0, dtype=torch.int64, device=data.device)
        self.position = 0
        self.passes = 0  # over the whole set, completed

    def __iter__(self) -> "Batches":
        return self

    def __next__(self) -> Batch:
        if self.position == len(self.permutation):
            device = self.data.device
            self.permutation = torch.randperm(len(self.data), generator=self.rng, device=device)
            self.position = 0
        index = self.permutation[self.position : self.position + self.size]
        self.position += len(index)
        self.passes += self.position == len(self.permutation)
        y, log_det = self.space(self.data[index], self.rng)
        return Batch(y, log_det, None if self.labels is None else self.labels[index])

"""Gradient descent with classical momentum, the learning rate inside the velocity."""

from collections.abc import Sequence

import torch
from torch import Tensor


class MomentumSGD:
    """v <- mu v - lr g, then p <- p + v (pylearn2 `learning_rule.Momentum`).

    `torch.optim.SGD` keeps v <- mu v + g and subtracts lr v, which is another method as soon as the
    learning rate changes.
    """

    def __init__(self, parameters: Sequence[Tensor]):
        self.parameters = list(parameters)
        self.velocities = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor], learning_rate: float, momentum: float) -> None:
        """Update every parameter in place."""
        for p, v, g in zip(self.parameters, self.velocities, gradients, strict=True):
            v.mul_(momentum).add_(g, alpha=-learning_rate)
            p.add_(v)

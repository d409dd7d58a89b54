"""Gradient descent with classical momentum, the learning rate inside the velocity."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from deepgen.contracts import Clock
from deepgen.training.rates import learning_rate


class Momentum:
    """v <- mu v - lr g, then p <- p + v (pylearn2 `learning_rule.Momentum`).

    `torch.optim.SGD` keeps v <- mu v + g and subtracts lr v, which is another method as soon as the
    learning rate changes.
    """

    def __init__(self, parameters: Sequence[Tensor], settings: dict[str, Any]):
        self.parameters, self.settings = list(parameters), settings
        self.velocities = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]

    def rates(self, clock: Clock) -> dict[str, float]:
        """Learning rate of the update and momentum of its epoch."""
        mu = rising(clock.epoch, **self.settings["momentum"])
        return {"learning_rate": learning_rate(self.settings, clock), "momentum": mu}

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor], clock: Clock) -> None:
        """Update every parameter in place."""
        rates = self.rates(clock)
        for p, v, g in zip(self.parameters, self.velocities, gradients, strict=True):
            v.mul_(rates["momentum"]).add_(g, alpha=-rates["learning_rate"])
            p.add_(v)

    def state(self) -> dict[str, Tensor]:
        """The velocities."""
        return {str(i): v for i, v in enumerate(self.velocities)}

    @torch.no_grad()
    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Put the velocities back."""
        for i, v in enumerate(self.velocities):
            v.copy_(tensors[str(i)])


def rising(epoch: float, initial: float, final: float, saturation_epoch: int) -> float:
    """Linear from `initial` in epoch 1 to `final` in `saturation_epoch` (`MomentumAdjustor`).

    Example:
        >>> [rising(epoch, 0.5, 0.7, 250) for epoch in (1, 250, 1000)]
        [0.5, 0.7, 0.7]
    """
    if epoch >= saturation_epoch:
        return final
    return initial + (final - initial) * (epoch - 1) / (saturation_epoch - 1)


build = Momentum

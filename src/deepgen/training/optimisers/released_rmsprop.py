"""RMSprop of the released code of NICE (its fork of pylearn2, `learning_rule`)."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from deepgen.contracts import Clock
from deepgen.training.rates import learning_rate


class ReleasedRMSprop:
    """a <- rho a + (1 - rho) g^2, m <- mu m - lr g / max(sqrt(a), floor), then p <- p + m.

    `torch.optim.RMSprop` adds a small number to the root instead, and has no floor: with one of
    0.01, gradients that stay below it are followed as by plain gradient descent.
    """

    def __init__(self, parameters: Sequence[Tensor], settings: dict[str, Any]):
        self.parameters, self.settings = list(parameters), settings
        self.squares = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]
        self.steps = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]

    def rates(self, clock: Clock) -> dict[str, float]:
        """Learning rate of the update and momentum of its epoch."""
        own = self.settings["momentum"]
        start, end = own["start_epoch"], own["saturation_epoch"]
        done = min(max((clock.epoch - start) / (end - start), 0.0), 1.0)
        momentum = own["initial"] + (own["final"] - own["initial"]) * done
        return {"learning_rate": learning_rate(self.settings, clock), "momentum": momentum}

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor], clock: Clock) -> None:
        """Update every parameter in place."""
        rates, rho = self.rates(clock), self.settings["rho"]
        every = zip(self.parameters, self.squares, self.steps, gradients, strict=True)
        for p, a, m, g in every:
            a.mul_(rho).addcmul_(g, g, value=1 - rho)
            root = a.sqrt().clamp_(min=self.settings["floor"])
            m.mul_(rates["momentum"]).addcdiv_(g, root, value=-rates["learning_rate"])
            p.add_(m)

    def state(self) -> dict[str, Tensor]:
        """The means of squares and the last steps."""
        named = {"square": self.squares, "step": self.steps}
        return {f"{i}.{name}": x for name, tensors in named.items() for i, x in enumerate(tensors)}

    @torch.no_grad()
    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Put them back."""
        for i, (a, m) in enumerate(zip(self.squares, self.steps, strict=True)):
            a.copy_(tensors[f"{i}.square"])
            m.copy_(tensors[f"{i}.step"])


build = ReleasedRMSprop

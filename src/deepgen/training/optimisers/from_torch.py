"""An optimiser of torch with our schedules and a state of plain tensors."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from deepgen.contracts import Clock
from deepgen.training.rates import learning_rate


class FromTorch:
    """Steps a `torch.optim.Optimizer` of one parameter group.

    Args:
        optimiser: Of torch, on the parameters of one group.
        settings: The resolved section, for the learning rate and its schedule.
    """

    def __init__(self, optimiser: torch.optim.Optimizer, settings: dict[str, Any]):
        self.optimiser, self.settings = optimiser, settings
        self.parameters = optimiser.param_groups[0]["params"]

    def rates(self, clock: Clock) -> dict[str, float]:
        """Learning rate of the update."""
        return {"learning_rate": learning_rate(self.settings, clock)}

    def step(self, gradients: Sequence[Tensor], clock: Clock) -> None:
        """Update every parameter in place."""
        for p, g in zip(self.parameters, gradients, strict=True):
            p.grad = g
        self.optimiser.param_groups[0]["lr"] = self.rates(clock)["learning_rate"]
        self.optimiser.step()
        self.optimiser.zero_grad()

    def state(self) -> dict[str, Tensor]:
        """torch's state as `<number of the parameter>.<name>`."""
        state = self.optimiser.state_dict()["state"]
        return {f"{i}.{name}": v for i, part in state.items() for name, v in part.items()}

    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Put it back."""
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            number, _, name = key.partition(".")
            state.setdefault(int(number), {})[name] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": state, "param_groups": groups})

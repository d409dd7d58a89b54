"""The training loop: it knows a model, an objective and batches, and no family."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from deepgen.models.base import Model
from deepgen.objectives.base import Objective
from deepgen.training.batches import Batches
from deepgen.training.momentum_sgd import MomentumSGD
from deepgen.training.schedules import learning_rate, momentum


class Diverged(Exception):
    """A loss or a parameter is no longer finite."""


class Loop:
    """One training: its parameters, velocities, random numbers and history.

    Args:
        model, objective: On the device, initialised.
        batches: The training set.
        rng: Noise and dropout masks, on the device.
        optimiser: The resolved `optimiser` section.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        batches: Batches,
        rng: torch.Generator,
        optimiser: dict[str, Any],
    ):
        self.model, self.objective, self.batches, self.rng = model, objective, batches, rng
        self.settings = optimiser
        self.groups = objective.groups(model)
        self.optimisers = {name: MomentumSGD(p) for name, p in self.groups.items()}
        self.projected = [
            layer for part in (model, objective) for layer in part.modules() if _is_bounded(layer)
        ]
        self.epoch, self.update = 0, 0
        self.sums: dict[str, Tensor] = {}
        self.history: list[dict[str, float]] = []

    def rates(self) -> tuple[float, float]:
        """Learning rate of the next update and momentum of its epoch."""
        s, m = self.settings, self.settings["momentum"]
        rate = learning_rate(
            self.update, s["learning_rate"], s["decay_per_update"], s["minimum_learning_rate"]
        )
        return rate, momentum(self.epoch + 1, m["initial"], m["final"], m["saturation_epoch"])

    def run_update(self) -> None:
        """One step of the objective: every yield is differentiated whole, then applied whole."""
        rate, mu = self.rates()
        for losses in self.objective.step(self.model, self.batches, self.rng):
            last = list(losses)[-1]
            gradients = {
                group: torch.autograd.grad(loss, self.groups[group], retain_graph=group != last)
                for group, loss in losses.items()
            }
            for group, gradient in gradients.items():
                self.optimisers[group].step(gradient, rate, mu)
                self._add(f"loss_{group}", losses[group].detach())
            self.project()
        for name, value in self.objective.statistics.items():
            self._add(name, value)
        self.update += 1

    def project(self) -> None:
        """Bring every constrained layer back into its bounds."""
        for layer in self.projected:
            layer.project()

    def run_epoch(self, should_stop: Callable[[], bool] = lambda: False) -> bool:
        """Finish the current epoch; False if `should_stop()` halted it between two updates.

        Raises:
            Diverged: if a mean loss or a parameter is not finite at its end or at the stop.
        """
        while self.batches.passes <= self.epoch:
            if should_stop():
                self.check_finite()
                return False
            self.run_update()
        self.check_finite()
        rate, mu = self.rates()
        self.epoch += 1
        row = {"epoch": self.epoch, "update": self.update, "learning_rate": rate, "momentum": mu}
        row |= {name: (total / count).item() for name, (total, count) in self.sums.items()}
        self.history.append(row)
        self.sums = {}
        return True

    def check_finite(self) -> None:
        """Raise `Diverged` if a loss or a parameter is not finite."""
        where = f"at update {self.update} (epoch {self.epoch + 1})"
        for name, (total, _) in self.sums.items():
            if not math.isfinite(total.item()):
                raise Diverged(f"{name} is {total.item()} {where}")
        for group, parameters in self.groups.items():
            if not all(bool(torch.isfinite(p).all()) for p in parameters):
                raise Diverged(f"a parameter of the {group} is not finite {where}")

    def _add(self, name: str, value: Tensor) -> None:
        one = torch.stack((value, torch.ones_like(value)))
        self.sums[name] = self.sums[name] + one if name in self.sums else one


def _is_bounded(layer: Any) -> bool:
    return getattr(layer, "max_col_norm", None) is not None

"""The training loop: it knows a model, an objective and batches, and no family."""

import importlib
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from deepgen.contracts import Batches, Clock, Model, Objective
from deepgen.training.gradients import treat


class Diverged(Exception):
    """A loss or a parameter is no longer finite."""


class Loop:
    """One training: its parameters, optimisers, random numbers and history.

    Args:
        model, objective: On the device, initialised.
        batches: The training set.
        rng: Noise and dropout masks, on the device.
        optimisers: The resolved settings of an optimiser by group; a group without one is frozen.
        pace: How many times faster than the training the schedules run.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        batches: Batches,
        rng: torch.Generator,
        optimisers: dict[str, dict[str, Any]],
        pace: float = 1,
    ):
        self.model, self.objective, self.batches, self.rng = model, objective, batches, rng
        self.groups, self.pace = objective.groups(model), pace
        self.settings = {group: s for group, s in optimisers.items() if self.groups[group]}
        self.optimisers = {
            group: importlib.import_module(f"deepgen.training.optimisers.{s['name']}").build(
                self.groups[group], s
            )
            for group, s in self.settings.items()
        }
        parts = [layer for part in (model, objective) for layer in part.modules()]
        self.projected = [layer for layer in parts if hasattr(layer, "project")]
        self.epoch, self.update = 0, 0
        self.sums: dict[str, Tensor] = {}
        self.history: list[dict[str, float]] = []

    def clock(self) -> Clock:
        """The time of the next update, as schedules count it."""
        return Clock(self.update * self.pace, 1 + self.epoch * self.pace)

    def run_update(self) -> None:
        """One step of the objective: every yield is differentiated whole, then applied whole."""
        clock = self.objective.clock = self.clock()
        self.objective.statistics, yields = {}, 0
        for losses in self.objective.step(self.model, self.batches, self.rng):
            trained = [group for group in losses if group in self.optimisers]
            gradients = {
                group: torch.autograd.grad(
                    losses[group], self.groups[group], retain_graph=group != trained[-1]
                )
                for group in trained
            }
            for group, gradient in gradients.items():
                treated = treat(gradient, self.groups[group], self.settings[group])
                self.optimisers[group].step(treated, clock)
                self._add(f"loss_{group}", losses[group].detach())
            self.project()
            yields += 1
        if not yields:  # twice would shrink a column twice: the projection divides by 1e-7 + norm
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
        rates = self.rates()
        self.epoch += 1
        row = {"epoch": self.epoch, "update": self.update} | rates
        row |= {name: (total / count).item() for name, (total, count) in self.sums.items()}
        self.history.append(row)
        self.sums = {}
        return True

    def rates(self) -> dict[str, float]:
        """What the schedules give at `clock()`, named by group where their settings differ.

        The settings and not the rates, which could differ in some epochs only.
        """
        found = {
            group: optimiser.rates(self.clock()) for group, optimiser in self.optimisers.items()
        }
        first = next(iter(self.settings.values()), {})
        if all(settings == first for settings in self.settings.values()):
            return next(iter(found.values()), {})
        return {f"{k}_{group}": v for group, rates in found.items() for k, v in rates.items()}

    def check_finite(self) -> None:
        """Raise `Diverged` if a loss or a parameter is not finite."""
        where = f"at update {self.update} (epoch {self.epoch + 1})"
        for name, (total, _) in self.sums.items():
            if not math.isfinite(total.item()):
                raise Diverged(f"{name} is {total.item()} {where}")
        for name, part in (("model", self.model), ("objective", self.objective)):
            if not all(bool(torch.isfinite(p).all()) for p in part.parameters()):
                raise Diverged(f"a parameter of the {name} is not finite {where}")

    def _add(self, name: str, value: Tensor) -> None:
        one = torch.stack((value, torch.ones_like(value)))
        self.sums[name] = self.sums[name] + one if name in self.sums else one

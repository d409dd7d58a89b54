"""Contrastive divergence (Hinton 2002) and persistent chains (Tieleman 2008)."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.contracts import Batches, Model, Objective
from deepgen.samplers.gibbs import block_gibbs


class ContrastiveDivergence(Objective):
    """k steps of Gibbs sampling from the minibatch, or from chains that go on (Deep Learning,
    algorithms 18.2 and 18.3).

    Both phases use P(h | v) where h is not part of a chain. With `centred`, the gradient is that of
    a machine whose units are counted from their means (Montavon and Müller 2012; Melchior et al.
    2016), which trains the same model.

    Args:
        settings: The resolved `objective` section of an experiment.
        size: Visible units.
        hidden: Hidden units.
    """

    def __init__(self, settings: dict[str, Any], size: int, hidden: int):
        super().__init__()
        self.settings = settings
        if "chains" in settings:
            self.register_buffer("chains", torch.zeros(settings["chains"], size))
        if settings["centred"]:
            self.register_buffer("visible_mean", torch.zeros(size))
            self.register_buffer("hidden_mean", torch.zeros(hidden))

    @torch.no_grad()
    def begin(self, model: Model, train: Tensor, rng: torch.Generator) -> None:
        """Chains begin with random training images, means with those of the training set."""
        if "chains" in self.settings:
            chosen = torch.randint(
                len(train), (len(self.chains),), generator=rng, device=rng.device
            )
            self.chains.copy_(train[chosen])
        if self.settings["centred"]:
            self.visible_mean.copy_(train.mean(0))
            self.hidden_mean.copy_(model.machine.hidden(train.mean(0, keepdim=True))[0])

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """The machine's alone."""
        return {"model": list(model.parameters())}

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """The mean free energy of the minibatch less that of the chains, whose gradient it has."""
        machine = model.machine
        v = next(batches).y
        with torch.no_grad():
            start = self.chains if "chains" in self.settings else v
            up, down = machine.draw_hidden, machine.draw_visible
            chains, _ = block_gibbs(start, up, down, self.settings["steps"], rng)
            if "chains" in self.settings:
                self.chains.copy_(chains)
            again = machine.visible(machine.hidden(v))
            self.statistics = {"reconstruction_error": (v - again).square().sum(1).mean()}
        gap = machine.free_energy(v).mean() - machine.free_energy(chains).mean()
        yield {"model": self._centred(model, v, chains, gap) if self.settings["centred"] else gap}

    def _centred(self, model: Model, v: Tensor, chains: Tensor, gap: Tensor) -> Tensor:
        """A loss with the value of `gap` and the centred gradient."""
        with torch.no_grad():
            mean, rate = self.visible_mean, self.settings["centring_rate"]
            phases = [(x, model.machine.hidden(x)) for x in (v, chains)]
            self.hidden_mean.lerp_(phases[0][1].mean(0), rate)
            offset = self.hidden_mean
            positive, negative = ((x - mean).T @ (h - offset) / len(x) for x, h in phases)
            w = positive - negative
            (v_data, h_data), (v_model, h_model) = ((x.mean(0), h.mean(0)) for x, h in phases)
            b = v_data - v_model - w @ offset
            c = h_data - h_model - mean @ w
        loss = -((w * model.weights).sum() + b @ model.visible_bias + c @ model.hidden_bias)
        return loss - loss.detach() + gap.detach()


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Objective:
    """The objective of this name."""
    return ContrastiveDivergence(settings, math.prod(shape), len(model.hidden_bias))

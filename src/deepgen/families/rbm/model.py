"""A restricted Boltzmann machine (Smolensky 1986; Deep Learning, sections 20.2 and 20.5.1)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.capabilities import LogProb, LogZ
from deepgen.contracts import Model
from deepgen.families.rbm.energy import Machine
from deepgen.samplers.annealed import check_betas, log_partition, log_weights
from deepgen.samplers.chains import collect
from deepgen.samplers.gibbs import bernoulli, block_gibbs
from deepgen.samplers.kept import Kept


class RBM(Model):
    """p(v) = sum_h exp(-E(v, h)) / Z, with binary or Gaussian visible units.

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.settings, size = settings, math.prod(shape)
        self.weights = nn.Parameter(torch.zeros(size, settings["hidden"]))
        self.visible_bias = nn.Parameter(torch.zeros(size))
        self.hidden_bias = nn.Parameter(torch.zeros(settings["hidden"]))
        # Biases of independent visible units with the training set's means
        self.register_buffer("base", torch.zeros(size))

    @property
    def machine(self) -> Machine:
        """The parameters as a machine."""
        gaussian = self.settings["visible"] == "gaussian"
        return Machine(self.weights, self.visible_bias, self.hidden_bias, gaussian)

    @torch.no_grad()
    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Weights from N(0, weight_scale^2), visible biases from the marginals, hidden ones as set.

        Raises:
            ValueError: if there is a first phase.
        """
        if first_phase is not None:
            raise ValueError("an RBM begins anew")
        self.weights.normal_(0.0, self.settings["weight_scale"], generator=rng)
        self.hidden_bias.fill_(self.settings["hidden_bias"])
        if self.settings["visible"] == "gaussian":
            self.base.copy_(train.mean(0))
        else:
            # As if every pixel had also been seen five times a minibatch of 100 in each state, so
            # that none is impossible (the released rbm_ais code counts them in the state 1 alone)
            extra = 5 * len(train) / 100
            means = (train.sum(0) + extra) / (len(train) + 2 * extra)
            self.base.copy_(torch.logit(means))
        self.visible_bias.copy_(self.base if self.settings["marginals"] else 0 * self.base)

    @torch.no_grad()
    def sample(
        self, n: int, rng: torch.Generator, labels: Tensor | None = None, **sampler: Any
    ) -> Tensor:
        """`n` states of Gibbs chains, [n, V], as the section `sampler` says.

        Each chain begins with independent visible units. What is returned is E[v | h] (`means`), as
        in Bengio et al. (2013), or v.
        """
        machine = self.machine

        def step(v: Tensor, count: int) -> tuple[Tensor, Tensor]:
            v, h = block_gibbs(v, machine.draw_hidden, machine.draw_visible, count, rng)
            return v, machine.visible(h) if sampler["output"] == "means" else v

        return collect(self.independent(sampler["chains"], rng), step, n, sampler)

    def independent(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` draws of independent visible units, [n, V]."""
        base = self.base.expand(n, -1)
        if self.settings["visible"] == "gaussian":
            noise = torch.randn(base.shape, generator=rng, device=base.device)
            return base + noise
        return bernoulli(torch.sigmoid(base), rng)

    def free_energy(self, v: Tensor) -> Tensor:
        """-log of the unnormalised probability of v [n, V], [n]."""
        return self.machine.free_energy(v)

    def log_unnormalised(
        self, y: Tensor, rng: torch.Generator, num_samples: int | None = None
    ) -> LogProb:
        """log p(y) + log Z of y [n, V], exact; nothing is drawn."""
        return LogProb(-self.free_energy(y), "exact")

    def normalise(
        self,
        train: Tensor,
        rng: torch.Generator,
        method: str,
        chains: int,
        betas: list[float],
        equilibrium: int,
        kept: Kept | None = None,
    ) -> list[LogZ]:
        """log Z by enumeration, or by annealed importance sampling in both directions.

        Args:
            train: Not read: `base`, where the chains begin, has the training set's means.
            method: `enumerated` or `annealed`.
            chains: In each direction.
            betas: Inverse temperatures, from 0 to 1.
            equilibrium: Steps of the model's own chains before the reverse direction begins.
            kept: Where an interrupted estimate is; it has the generator `rng`.

        Raises:
            ValueError: for betas that do not rise from 0 to 1, or a machine that is too large.
        """
        if method == "enumerated":
            exact = self.machine.log_z()
            return [LogZ(exact, (exact, exact), "exact")]
        check_betas(betas)
        machine, base = self.machine, self.base

        def log_p(v: Tensor, beta: float) -> Tensor:
            return machine.tempered(beta, base).log_p(v)

        def move(v: Tensor, beta: float) -> Tensor:
            tempered = machine.tempered(beta, base)
            return block_gibbs(v, tempered.draw_hidden, tempered.draw_visible, 1, rng)[0]

        start = self.independent(chains, rng)
        known = machine.log_z_base(base) - machine.log_z_offset
        weights = log_weights(start, log_p, move, betas, kept, "forward")
        forward = log_partition(weights, known)
        for _ in range(equilibrium):
            start = move(start, 1.0)
        weights = log_weights(start, log_p, move, betas[::-1], kept, "reverse")
        return [forward, log_partition(weights, known, reverse=True)]


build = RBM

"""Non-linear independent components estimation (Dinh, Krueger and Bengio 2014)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.capabilities import LogProb
from deepgen.contracts import Model
from deepgen.families.nice.layers import Couplings, Triangular
from deepgen.families.nice.partition import parts
from deepgen.families.nice.priors import PRIORS
from deepgen.families.nice.variational import VariationalNICE


class NICE(Model):
    """log p(y) = sum_d log p_H(h_d) + sum_d s_d with h = exp(s) * couplings(y), exactly.

    Below the couplings there may be a triangular whitening, whose log-determinant counts, too.

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.size, self.density = math.prod(shape), PRIORS[settings["prior"]]
        hidden = [[net["units"]] * net["layers"] for net in settings["couplings"]]
        whitened = "whitening" in settings
        self.whitening = Triangular(self.size, trained=not hidden) if whitened else None
        split = parts(settings["partition"], self.size) if hidden else None
        self.couplings = Couplings(split, hidden, settings["irange"]) if split else None
        self.log_scale = nn.Parameter(torch.zeros(self.size)) if settings["scaling"] else None

    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Weights uniform on (-irange, irange), biases and s at 0 (released code).

        A whitening that is trained begins with the mean and variance of every pixel, another one is
        that of `first_phase`.

        Raises:
            ValueError: if there is a first phase without a whitening, or one that is not taken.
        """
        theirs = getattr(first_phase, "whitening", None)
        takes = self.whitening is not None and self.couplings is not None
        if (theirs is None) == takes or (first_phase is not None and not takes):
            raise ValueError("a first phase is a whitening below couplings, and these need one")
        if self.couplings is not None:
            self.couplings.initialise(rng)
        if self.log_scale is not None:
            nn.init.zeros_(self.log_scale)
        if takes:
            self.whitening.load_state_dict(theirs.state_dict())
        elif self.whitening is not None:
            self.whitening.initialise(train)

    def to_code(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """The code h of y [n, D], and log |dh/dy|, a scalar."""
        log_det = y.new_zeros(())
        if self.whitening is not None:
            y, log_det = self.whitening(y), log_det + self.whitening.log_det()
        if self.couplings is not None:
            y = self.couplings(y)
        if self.log_scale is not None:
            y, log_det = y * self.log_scale.exp(), log_det + self.log_scale.sum()
        return y, log_det

    def log_prob(self, y: Tensor, rng: torch.Generator) -> LogProb:
        """log p(y) of y [n, D], exact, [n]; nothing is drawn."""
        h, log_det = self.to_code(y)
        return LogProb(self.density.log_prob(h) + log_det, "exact")

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` codes, [n, D]."""
        return self.density.sample((n, self.size), rng)

    def encode(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """The code of y [n, D], [n, D]; nothing is drawn."""
        return self.to_code(y)[0]

    def decode(self, z: Tensor) -> Tensor:
        """The y whose code is z, [n, D]."""
        if self.log_scale is not None:
            z = z * (-self.log_scale).exp()
        if self.couplings is not None:
            z = self.couplings.inverse(z)
        return z if self.whitening is None else self.whitening.inverse(z)

    def sample(self, n: int, rng: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """`n` independent draws, [n, D]."""
        return self.decode(self.prior(n, rng))


def build(settings: dict[str, Any], shape: tuple[int, int, int]) -> Model:
    """The model, or the variational one that the settings may ask for."""
    if "variational" in settings:
        return VariationalNICE(settings, shape)
    return NICE(settings, shape)

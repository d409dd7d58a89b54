"""The restricted Boltzmann machine as pure functions of its parameters (Deep Learning, 20.2).

Binary visible units: E(v, h) = -b.v - c.h - v.W h; Gaussian ones of unit variance (20.5.1):
E(v, h) = |v - b|^2 / 2 - c.h - v.W h. Shapes: v [n, V], h [n, H], W [V, H], b [V], c [H].
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from deepgen.samplers.gibbs import bernoulli

FEW = 25  # units that can be enumerated, as in the settings
ROWS = 2**14  # of an enumeration, at a time


class Machine(NamedTuple):
    """Parameters W, b and c, and whether the visible units are Gaussian."""

    w: Tensor
    b: Tensor
    c: Tensor
    gaussian: bool

    def hidden(self, v: Tensor) -> Tensor:
        """P(h_j = 1 | v), [n, H]."""
        return torch.sigmoid(self.c + v @ self.w)

    def visible(self, h: Tensor) -> Tensor:
        """E[v | h], [n, V]."""
        mean = self.b + h @ self.w.T
        return mean if self.gaussian else torch.sigmoid(mean)

    def draw_hidden(self, v: Tensor, rng: torch.Generator) -> Tensor:
        """h ~ p(h | v), [n, H]."""
        return bernoulli(self.hidden(v), rng)

    def draw_visible(self, h: Tensor, rng: torch.Generator) -> Tensor:
        """v ~ p(v | h), [n, V]."""
        mean = self.visible(h)
        if not self.gaussian:
            return bernoulli(mean, rng)
        noise = torch.randn(mean.shape, generator=rng, device=mean.device, dtype=mean.dtype)
        return mean + noise

    def log_visible(self, v: Tensor, h: Tensor) -> Tensor:
        """log p(v | h), [n], a density where the visible units are Gaussian."""
        mean = self.b + h @ self.w.T
        if self.gaussian:
            return -0.5 * ((v - mean).square() + math.log(2 * math.pi)).sum(1)
        return (v * mean - F.softplus(mean)).sum(1)

    def hidden_entropy(self, v: Tensor) -> Tensor:
        """The entropy of p(h | v), [n], in nats."""
        inputs = self.c + v @ self.w
        return (F.softplus(inputs) - inputs * torch.sigmoid(inputs)).sum(1)

    def free_energy(self, v: Tensor) -> Tensor:
        """-log sum_h exp(-E(v, h)), [n]."""
        own = 0.5 * (v - self.b).square().sum(1) if self.gaussian else -(v @ self.b)
        return own - F.softplus(self.c + v @ self.w).sum(1)

    def tempered(self, beta: float, base: Tensor) -> "Machine":
        """The machine at an inverse temperature between one without weights and this one.

        At 0 its visible units are independent with biases `base`, [V]; at 1 it is this machine, but
        for a constant where the visible units are Gaussian (`log_z_offset`).
        """
        b = (1 - beta) * base + beta * self.b
        return Machine(beta * self.w, b, beta * self.c, self.gaussian)

    def log_p(self, v: Tensor) -> Tensor:
        """Unnormalised log-probability of v in a form that is linear in b, [n]."""
        own = -0.5 * v.square().sum(1) if self.gaussian else 0.0
        return own + v @ self.b + F.softplus(self.c + v @ self.w).sum(1)

    @property
    def log_z_offset(self) -> float:
        """What log Z of `log_p` has more than that of the energy."""
        return 0.5 * self.b.square().sum().item() if self.gaussian else 0.0

    def log_z_base(self, base: Tensor) -> float:
        """log Z of `tempered(0, base).log_p`, known in closed form."""
        free = len(self.c) * math.log(2.0)
        if self.gaussian:
            return 0.5 * len(base) * math.log(2 * math.pi) + 0.5 * base.square().sum().item() + free
        return F.softplus(base).sum().item() + free

    def log_z(self) -> float:
        """log Z by enumeration of the smaller side, or of the hidden side if v is Gaussian.

        Raises:
            ValueError: if that side has more than 25 units.
        """
        w, b, c = (parameter.double() for parameter in self[:3])
        if self.gaussian or len(c) <= len(b):
            states = _all_states(len(c), w)
            if not self.gaussian:
                return _log_sum(states, lambda h: h @ c + F.softplus(b + h @ w.T).sum(1))
            constant = 0.5 * len(b) * math.log(2 * math.pi) - 0.5 * b.square().sum().item()
            return constant + _log_sum(
                states, lambda h: h @ c + 0.5 * (b + h @ w.T).square().sum(1)
            )
        return _log_sum(_all_states(len(b), w), lambda v: v @ b + F.softplus(c + v @ w).sum(1))


def _all_states(units: int, like: Tensor) -> Tensor:
    if units > FEW:
        raise ValueError(
            f"log Z cannot be enumerated with {units} units on the smaller side, at most {FEW}: "
            "estimate it by annealed importance sampling"
        )
    return torch.arange(2**units, device=like.device)


def _log_sum(states: Tensor, log_p) -> float:
    """log sum over the numbered states of exp(log_p), a part at a time."""
    units = max(1, (len(states) - 1).bit_length())
    powers = 2 ** torch.arange(units - 1, -1, -1, device=states.device)
    parts = [
        torch.logsumexp(log_p((part[:, None] // powers % 2).double()), 0)
        for part in states.split(ROWS)
    ]
    return torch.logsumexp(torch.stack(parts), 0).item()

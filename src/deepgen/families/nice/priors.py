"""Factorial priors of the code (Dinh et al. 2014, section 3.4): log-density and draws."""

import math
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor


class Distribution(Protocol):
    """Of independent components that are all alike."""

    def log_prob(self, z: Tensor) -> Tensor:
        """The log-density of z [n, d], [n], in nats."""

    def sample(self, shape: tuple[int, int], rng: torch.Generator) -> Tensor:
        """Draws, float32 [n, d]."""


class Logistic:
    """log p(z) = -log(1 + exp(z)) - log(1 + exp(-z)); variance pi^2 / 3."""

    def log_prob(self, z: Tensor) -> Tensor:
        """The log-density of z [n, d], [n]."""
        return -(F.softplus(z) + F.softplus(-z)).sum(1)

    def sample(self, shape: tuple[int, int], rng: torch.Generator) -> Tensor:
        """Draws, float32 [n, d]."""
        # In float32 every 16 millionth u would be 0, and z infinite
        u = torch.rand(shape, generator=rng, device=rng.device, dtype=torch.float64)
        return torch.logit(u, eps=1e-15).float()


class Gaussian:
    """log p(z) = -(z^2 + log 2 pi) / 2."""

    def log_prob(self, z: Tensor) -> Tensor:
        """The log-density of z [n, d], [n]."""
        return -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)

    def sample(self, shape: tuple[int, int], rng: torch.Generator) -> Tensor:
        """Draws, float32 [n, d]."""
        return torch.randn(shape, generator=rng, device=rng.device)


PRIORS: dict[str, Distribution] = {"logistic": Logistic(), "gaussian": Gaussian()}

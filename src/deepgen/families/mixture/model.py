"""A mixture of Gaussians with diagonal covariances (Deep Learning, section 3.9.6)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.capabilities import LogProb
from deepgen.contracts import Model


class Mixture(Model):
    """p(y) = sum_k w_k N(y; mu_k, diag(s_k^2)).

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        size = settings["components"], math.prod(shape)
        self.logits = nn.Parameter(torch.zeros(size[0]))
        self.means = nn.Parameter(torch.zeros(size))
        self.log_scales = nn.Parameter(torch.zeros(size))

    @torch.no_grad()
    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Means at random training images, the variances of all data, equal weights.

        Raises:
            ValueError: if there is a first phase.
        """
        if first_phase is not None:
            raise ValueError("a mixture begins anew")
        chosen = torch.randperm(len(train), generator=rng, device=rng.device)[: len(self.means)]
        self.logits.zero_()
        self.means.copy_(train[chosen])
        self.log_scales.copy_(train.std(dim=0).clamp(min=1e-3).log())

    def log_prob(self, y: Tensor, rng: torch.Generator) -> LogProb:
        """log p(y) of y [n, D], exact, [n]."""
        scales = self.log_scales.exp()
        squares = torch.stack(
            [((y - mu) / s).square().sum(1) for mu, s in zip(self.means, scales, strict=True)], 1
        )
        constant = self.log_scales.sum(1) + 0.5 * y.shape[1] * math.log(2 * math.pi)
        joint = torch.log_softmax(self.logits, 0) - constant - 0.5 * squares
        return LogProb(torch.logsumexp(joint, 1), "exact")

    def sample(self, n: int, rng: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """`n` independent draws, [n, D]."""
        weights = torch.softmax(self.logits, 0)
        k = torch.multinomial(weights, n, replacement=True, generator=rng)
        noise = torch.randn((n, self.means.shape[1]), generator=rng, device=rng.device)
        return self.means[k] + self.log_scales.exp()[k] * noise


build = Mixture

"""The generator of Generative Adversarial Nets (Goodfellow et al. 2014, sections 3 and 5)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.models.base import Model
from deepgen.models.layers.dense import Dense
from deepgen.models.spaces import SPACES

NOISE = {
    "uniform": lambda z, rng: z.uniform_(-math.sqrt(3.0), math.sqrt(3.0), generator=rng),
    "gaussian": lambda z, rng: z.normal_(generator=rng),
}


class Generator(Model):
    """x = G(z), with z from a fixed prior p_z and G a multilayer perceptron.

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.space = SPACES[settings["space"]]()
        self.noise_size = inputs = settings["noise"]["size"]
        self.draw_noise = NOISE[settings["noise"]["distribution"]]
        self.layers = nn.ModuleList()
        for layer in settings["generator"]:
            units = layer["units"] or math.prod(shape)
            bias = 0.0 if layer["bias"] == "marginals" else layer["bias"]
            self.layers.append(Dense(inputs, units, layer["kind"], layer["irange"], bias))
            inputs = units
        self.bias_from_marginals = settings["generator"][-1]["bias"] == "marginals"

    @torch.no_grad()
    def initialise(self, train: Tensor, rng: torch.Generator) -> None:
        """Draw the weights; the output bias is the logit of each pixel's training mean.

        The mean is clipped to [1e-7, 1 - 1e-7], so a pixel that is always 0 starts at -16.1
        (pylearn2, `init_bias_target_marginals`).
        """
        for layer in self.layers:
            layer.initialise(rng)
        if self.bias_from_marginals:
            mean = train.mean(dim=0, dtype=torch.float64).clamp(1e-7, 1 - 1e-7)
            self.layers[-1].bias.copy_(torch.logit(mean))

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        """z [n, size]: uniform(-sqrt 3, sqrt 3) or a standard Gaussian, both of unit variance."""
        return self.draw_noise(torch.empty(n, self.noise_size, device=rng.device), rng)

    def decode(self, z: Tensor) -> Tensor:
        """G(z): [n, size] -> y [n, D]."""
        for layer in self.layers:
            z = layer(z)
        return z

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` fair draws y = G(z), [n, D]."""
        return self.decode(self.prior(n, rng))


build = Generator

"""The generator of Generative Adversarial Nets (Goodfellow et al. 2014, sections 3 and 5)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.contracts import Model
from deepgen.layers.convolution import Deconv
from deepgen.layers.dense import Dense

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
        self.noise_size = inputs = settings["noise"]["size"]
        self.draw_noise = NOISE[settings["noise"]["distribution"]]
        self.layers = nn.ModuleList()
        for layer in settings["generator"]:
            self.layers.append(_layer(layer, inputs, shape))
            inputs = layer.get("units")
        self.bias_from_marginals = settings["generator"][-1].get("bias") == "marginals"

    @torch.no_grad()
    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Draw the weights; the output bias is the logit of each pixel's training mean.

        The mean is clipped to [1e-7, 1 - 1e-7], so a pixel that is always 0 starts at -16.1
        (pylearn2, `init_bias_target_marginals`). The layers of `first_phase` become the last ones
        of this generator, behind new ones (released `add_layers`): their input is then a hidden
        layer instead of z.
        """
        for layer in self.layers:
            layer.initialise(rng)
        if self.bias_from_marginals:
            mean = train.mean(dim=0, dtype=torch.float64).clamp(1e-7, 1 - 1e-7)
            self.layers[-1].bias.copy_(torch.logit(mean))
        if first_phase is not None:
            self._take_over(first_phase)

    def _take_over(self, first_phase: Model) -> None:
        theirs = list(getattr(first_phase, "layers", []))
        ours = list(self.layers)[len(self.layers) - len(theirs) :]
        if not theirs or list(map(_form, ours)) != list(map(_form, theirs)):
            raise ValueError("its layers are not the last layers of this generator")
        for mine, other in zip(ours, theirs, strict=True):
            mine.load_state_dict(other.state_dict())

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        """z [n, size]: uniform(-sqrt 3, sqrt 3) or a standard Gaussian, both of unit variance."""
        return self.draw_noise(torch.empty(n, self.noise_size, device=rng.device), rng)

    def decode(self, z: Tensor) -> Tensor:
        """G(z): [n, size] -> y [n, D]."""
        for layer in self.layers:
            z = layer(z)
        return z

    def sample(self, n: int, rng: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """`n` fair draws y = G(z), [n, D]."""
        return self.decode(self.prior(n, rng))


def _form(layer: nn.Module) -> tuple:
    """What two layers must share for one to take over the other's parameters."""
    shapes = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    return type(layer), getattr(layer, "activation", None), shapes


def _layer(settings: dict[str, Any], inputs: int, shape: tuple[int, int, int]) -> nn.Module:
    if settings["kind"] == "deconv":
        sizes = (settings[key] for key in ("channels", "size", "kernel", "stride"))
        return Deconv(*sizes, shape, settings["irange"])
    return Dense(
        inputs,
        settings.get("units") or math.prod(shape),
        settings["kind"],
        settings["irange"],
        0.0 if settings["bias"] == "marginals" else settings["bias"],
        settings.get("sparse"),
        settings.get("max_col_norm"),
    )


build = Generator

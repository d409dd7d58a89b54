"""The stacked contractive autoencoder (Rifai et al. 2011; as a generative model Rifai et al. 2012
and Bengio et al. 2013)."""

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.contracts import Model
from deepgen.samplers.chains import collect
from deepgen.samplers.contractive_walk import walk
from deepgen.samplers.gibbs import bernoulli


class Layer(nn.Module):
    """h = sigmoid(x W + b) and r = sigmoid(h W^T + c) with x [n, V], h [n, H] and W [V, H]."""

    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(inputs, units))
        self.visible_bias = nn.Parameter(torch.zeros(inputs))
        self.hidden_bias = nn.Parameter(torch.zeros(units))

    def encode(self, x: Tensor) -> Tensor:
        """h of x, [n, H]."""
        return torch.sigmoid(self.hidden_bias + x @ self.weights)

    def logits(self, h: Tensor) -> Tensor:
        """The logit of r, [n, V]."""
        return self.visible_bias + h @ self.weights.T

    def decode(self, h: Tensor) -> Tensor:
        """r of h, [n, V]."""
        return torch.sigmoid(self.logits(h))

    def squared_jacobian(self, h: Tensor) -> Tensor:
        """|dh/dx|_F^2 of every example from its h, [n]: sum_j (h_j (1 - h_j))^2 sum_i W_ij^2

        (Rifai et al. 2011, of sigmoid units; released cae.py).
        """
        return (h * (1 - h)).square() @ self.weights.square().sum(0)


class CAE(Model):
    """Autoencoders on the codes of the one below, of which the last is the generative model.

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.settings, size = settings, math.prod(shape)
        sizes = [size, *settings["hidden"]]
        self.layers = nn.ModuleList(Layer(*pair) for pair in pairwise(sizes))
        self.register_buffer("base", torch.zeros(size))  # the training set's means

    @property
    def top(self) -> Layer:
        """The last layer, which alone is trained."""
        return self.layers[-1]

    @torch.no_grad()
    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Weights uniform on +-weight_range sqrt(6 / (V + H)), biases as set (released cae.py).

        The layers of `first_phase` become those below the last one.

        Raises:
            ValueError: if `first_phase` does not have just these.
        """
        self.base.copy_(train.mean(0))
        for layer in self.layers:
            irange = self.settings["weight_range"] * math.sqrt(6 / sum(layer.weights.shape))
            layer.weights.uniform_(-irange, irange, generator=rng)
            layer.visible_bias.fill_(self.settings["visible_bias"])
            layer.hidden_bias.fill_(self.settings["hidden_bias"])
        if first_phase is not None:
            below, theirs = self.layers[:-1], getattr(first_phase, "layers", [])
            if not len(below) or list(map(_form, below)) != list(map(_form, theirs)):
                raise ValueError("its layers are not those below the last one of this autoencoder")
            below.load_state_dict(theirs.state_dict())

    def codes(self, y: Tensor) -> Tensor:
        """The inputs of the last layer, [n, V], of images y [n, D]."""
        for layer in self.layers[:-1]:
            y = layer.encode(y)
        return y

    def images(self, x: Tensor) -> Tensor:
        """Pixels' means [n, D] of inputs of the last layer, [n, V]."""
        for layer in reversed(self.layers[:-1]):
            x = layer.decode(x)
        return x

    @torch.no_grad()
    def sample(
        self, n: int, rng: torch.Generator, labels: Tensor | None = None, **sampler: Any
    ) -> Tensor:
        """`n` images of random walks along the last layer's Jacobian, [n, D], as `sampler` says.

        Each chain begins with independent pixels that have the training set's means.
        """
        top, in_codes = self.top, sampler["state"] == "codes"

        def encode(x: Tensor) -> Tensor:
            return top.encode(x if in_codes else self.codes(x))

        def decode(h: Tensor) -> Tensor:
            return top.decode(h) if in_codes else self.images(top.decode(h))

        def step(x: Tensor, count: int) -> tuple[Tensor, Tensor]:
            x = walk(x, encode, decode, top.weights, sampler["step"], count, rng)
            means = self.images(x) if in_codes else x
            return x, means if sampler["output"] == "means" else bernoulli(means, rng)

        start = bernoulli(self.base.expand(sampler["chains"], -1), rng)
        return collect(self.codes(start) if in_codes else start, step, n, sampler)


def _form(layer: nn.Module) -> tuple:
    """What two layers must share for one to take over the other's parameters."""
    return type(layer), {name: tuple(value.shape) for name, value in layer.state_dict().items()}


build = CAE

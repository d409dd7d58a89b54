"""The Markov chain of a deep generative stochastic network (Bengio et al. 2014)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from deepgen.samplers.gibbs import bernoulli


class Noise(NamedTuple):
    """What keeps the chain moving.

    `input` is the share of pixels that salt-and-pepper noise replaces, `hidden` the standard
    deviation before and after the activation of every hidden layer but the first; `draw` says
    whether the next input is drawn from the pixels' means, or is these.
    """

    input: float
    hidden: float
    draw: bool


def salt_and_pepper(x: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """x [n, D] where each value is, with probability `share`, 0 or 1 instead, equally often."""
    level = torch.rand(x.shape, generator=rng, device=x.device, dtype=x.dtype)
    return torch.where(level < share / 2, 0.0, torch.where(level < share, 1.0, x))


def walk(
    x: Tensor,
    weights: Sequence[Tensor],
    biases: Sequence[Tensor],
    noise: Noise,
    rng: torch.Generator,
) -> Iterator[Tensor]:
    """The pixels' logits at each step of the chain from x, without end, [n, D] each.

    A step updates odd layers from their neighbours, then even ones, the pixels among them (Bengio
    et al. 2014, figure 4; order of the released code). Hidden layers are tanh and begin at 0. What
    a step needs only for the next one is computed when that is asked for.

    Args:
        x: Where the chains begin, [n, D], not yet corrupted.
        weights: From layer to layer, [D, H1], [H1, H2], ...; downwards their transposes.
        biases: Of the pixels and of every hidden layer.
    """
    depth = len(weights)
    states: list[Tensor | None] = [salt_and_pepper(x, noise.input, rng)] + [None] * depth

    def total(layer: int) -> Tensor:
        a = biases[layer]
        if layer and (below := states[layer - 1]) is not None:
            a = a + below @ weights[layer - 1]
        if layer < depth and (above := states[layer + 1]) is not None:
            a = a + above @ weights[layer].T
        return a.expand(len(x), -1)

    def noisy(a: Tensor) -> Tensor:
        if not noise.hidden:
            return a
        drawn = torch.randn(a.shape, generator=rng, device=a.device, dtype=a.dtype)
        return a + noise.hidden * drawn

    def update(layers: range) -> None:
        for layer in layers:
            a = total(layer)
            states[layer] = torch.tanh(a) if layer == 1 else noisy(torch.tanh(noisy(a)))

    while True:
        update(range(1, depth + 1, 2))
        logits = total(0)
        yield logits
        mean = torch.sigmoid(logits)
        # A draw passes no gradient on, as in the released code
        drawn = bernoulli(mean.detach(), rng) if noise.draw else mean
        states[0] = salt_and_pepper(drawn, noise.input, rng)
        update(range(2, depth + 1, 2))

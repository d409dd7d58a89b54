"""A deep generative stochastic network (Bengio, Laufer, Alain and Yosinski 2014)."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.contracts import Model
from deepgen.samplers.chains import collect
from deepgen.samplers.gibbs import bernoulli
from deepgen.samplers.walkback import Noise, walk


class GSN(Model):
    """The transition operator of a Markov chain, whose stationary distribution is the model.

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        sizes = [math.prod(shape), *settings["hidden"]]
        self.weights = nn.ParameterList(torch.zeros(pair) for pair in pairwise(sizes))
        self.biases = nn.ParameterList(torch.zeros(size) for size in sizes)
        self.register_buffer("base", torch.zeros(sizes[0]))  # means of the training set
        self.noise = Noise(
            settings["input_noise"], settings["hidden_noise"], settings["input_sampling"]
        )

    @torch.no_grad()
    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Weights uniform on ±sqrt(6 / (inputs + outputs)), biases 0, as released.

        Raises:
            ValueError: if there is a first phase.
        """
        if first_phase is not None:
            raise ValueError("a GSN begins anew")
        for weights in self.weights:
            bound = math.sqrt(6 / sum(weights.shape))
            weights.uniform_(-bound, bound, generator=rng)
        for biases in self.biases:
            biases.zero_()
        self.base.copy_(train.mean(0))

    def walk(self, x: Tensor, rng: torch.Generator) -> Iterator[Tensor]:
        """The pixels' logits at each step of the chain from clean images x, [n, D] each."""
        return walk(x, list(self.weights), list(self.biases), self.noise, rng)

    @torch.no_grad()
    def sample(
        self, n: int, rng: torch.Generator, labels: Tensor | None = None, **sampler: Any
    ) -> Tensor:
        """`n` states of chains, [n, D], as the section `sampler` says.

        `means` are the mean-field reconstructions of the published score, `draws` pixels drawn
        from them.
        """
        start = bernoulli(self.base.expand(sampler["chains"], -1), rng)
        chain = self.walk(start, rng)

        def step(states: Tensor, count: int) -> tuple[Tensor, Tensor]:
            for _ in range(count):
                logits = next(chain)
            mean = torch.sigmoid(logits)
            return states, mean if sampler["output"] == "means" else bernoulli(mean, rng)

        return collect(start, step, n, sampler)


build = GSN

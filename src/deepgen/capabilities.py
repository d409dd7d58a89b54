"""What a family may offer beyond sampling, each a protocol.

Its settings name them (`CAN`), so that a score, figure or rule that needs another is refused before
anything runs. Shapes as in `deepgen.contracts`; log-probabilities are in nats.
"""

from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor


@runtime_checkable
class Prior(Protocol):
    """Capability `prior`: latent variables with a known distribution."""

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` draws z, [n, d]."""


@runtime_checkable
class Decoder(Protocol):
    """Capability `decode`: images from latent variables, differentiable."""

    def decode(self, z: Tensor) -> Tensor:
        """z [n, d] to y [n, D]."""


@runtime_checkable
class Encoder(Protocol):
    """Capability `encode`: latent variables of images."""

    def encode(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """y [n, D] to z [n, d]."""


class LogProb(NamedTuple):
    """Log-probabilities [n] of y in nats, and what they are.

    `num_samples` is that of a bound or estimate; `interval` are lowest and highest values of a term
    that all examples share, such as -log Z, relative to the one that was used.
    """

    values: Tensor
    kind: Literal["exact", "lower bound", "estimate"]
    num_samples: int = 0
    interval: tuple[float, float] | None = None


@runtime_checkable
class Density(Protocol):
    """Capability `log_prob`: a density of y, a bound or an estimate of it."""

    def log_prob(self, y: Tensor, rng: torch.Generator, **how: Any) -> LogProb:
        """log p(y) of y [n, D]."""


class LogZ(NamedTuple):
    """An estimate of the log partition function in nats, its interval, and its direction.

    A `forward` estimate makes likelihoods too good, a `reverse` one too bad; `exact` is neither.
    """

    value: float
    interval: tuple[float, float]
    direction: Literal["forward", "reverse", "exact"]


@runtime_checkable
class Normalised(Protocol):
    """Capability `normalise`: a density known up to its partition function.

    Such a family also has `log_unnormalised(y, rng, num_samples)`: log p(y) + log Z of y [n, D], or
    a bound of it, as a `LogProb`.
    """

    def normalise(self, train: Tensor, rng: torch.Generator, **how: Any) -> list[LogZ]:
        """Estimates of log Z; `train` is the training set as y, [N, D]."""

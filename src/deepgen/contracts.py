"""The contracts between the rooms: what the loop, the stages and the report see of a family.

Shapes: `x` are the bytes of n images, uint8 [n, D]; `y` the same images in the coordinates of the
model, float32 [n, D] unless a space says otherwise; `z` latent variables [n, d]. Log-probabilities
are in nats. Every random number comes from the generator that a function is given.

What a family can do beyond these is in `deepgen.capabilities`.

This module belongs to the identity of every training, so an edit of its code retrains everything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn


class Batch(NamedTuple):
    """A minibatch: coordinates y [m, D], log |dy/dx| [m] in nats, labels int64 [m] or None."""

    y: Tensor
    log_det: Tensor
    labels: Tensor | None


class Batches(Protocol):
    """An endless iterator over minibatches; `passes` counts whole passes over the training set."""

    passes: int

    def __next__(self) -> Batch: ...


class Space(Protocol):
    """Coordinates y of images, an `nn.Module` whose buffers are what `fit` learned.

    `title` names the coordinates in tables, `treatment` how bytes became y. Where y is `discrete`,
    models give it probabilities, elsewhere densities.
    """

    title: str
    treatment: str
    discrete: bool
    settings: dict[str, Any]

    def fit(self, x: Tensor) -> None:
        """Learn from the training set, uint8 [N, D]."""

    def __call__(self, x: Tensor, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Bytes to y [n, D] and log |dy/dx| [n]: 0 for discrete y, NaN where x has no density."""

    def to_pixels(self, y: Tensor) -> Tensor:
        """y [n, D] to pixels in [0, 1], unclipped; not every space has a way back."""

    def from_pixels(self, pixels: Tensor) -> Tensor:
        """Pixels in [0, 1], [n, D], to y, without noise."""


class Model(nn.Module):
    """All that sampling and likelihood need, and nothing that only training needs.

    A model works on `y = model_space(x)` alone. Whoever builds it sets `model_space`.
    """

    model_space: Space

    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: "Model | None" = None
    ) -> None:
        """Draw the initial parameters.

        Args:
            train: The training set as `y`, [N, D], for biases that are set from marginals.
            rng: On the device of the parameters.
            first_phase: The trained model of the experiment's `init_from`, if it has one.

        Raises:
            ValueError: if `first_phase` cannot begin this model.
        """
        raise NotImplementedError

    def sample(
        self, n: int, rng: torch.Generator, labels: Tensor | None = None, **sampler: Any
    ) -> Tensor:
        """`n` draws y from the model, [n, D]; `sampler` are the settings of that section."""
        raise NotImplementedError


class Objective(nn.Module):
    """One training criterion with the networks that only training needs.

    `step` yields losses by group. The loop differentiates each loss for its own group only, all of
    one yield before any update, then updates; code after a yield runs after that update. One yield
    of two losses is a simultaneous step, several yields are alternating steps, none is a method
    that updates the model itself. Every parameter of a group takes part in each of its losses.

    Submodules are networks, buffers what else must survive a kill (chains, moving averages); all
    have their shapes after `__init__`, because a training that is continued does not `begin` again.
    `statistics` are scalars of this step, which the history averages over an epoch; `clock` is the
    time of the step.
    """

    clock: "Clock"

    def __init__(self) -> None:
        super().__init__()
        self.statistics: dict[str, Tensor] = {}

    def begin(self, model: Model, train: Tensor, rng: torch.Generator) -> None:
        """Draw the initial parameters; `train` is the training set as y, [N, D]."""

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """The parameters of each optimiser."""
        return {"model": list(model.parameters()), "objective": list(self.parameters())}

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """Draw `next(batches)`, yield {group: scalar loss} as often as it takes."""
        raise NotImplementedError


class Clock(NamedTuple):
    """When an update happens: `update` counts from 0, `epoch` from 1.

    Where schedules are scaled to a budget, both run faster than the training and need not be whole.
    """

    update: float
    epoch: float


class Optimiser(Protocol):
    """Updates the parameters of one group. `state` is all that the next update depends on."""

    def rates(self, clock: Clock) -> dict[str, float]:
        """What the schedules give, for the history: `learning_rate` and maybe more."""

    def step(self, gradients: Sequence[Tensor], clock: Clock) -> None:
        """Update every parameter in place."""

    def state(self) -> dict[str, Tensor]:
        """Tensors by name."""

    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what `state` gave."""


class Validation(NamedTuple):
    """What a selection rule may look at: validation images (uint8 [M, D]) and labels (int64 [M] or
    None), read when they are asked for, the scoring space, and the settings of sampling."""

    images: Callable[[], Tensor]
    labels: Callable[[], Tensor | None]
    space: Space
    sampler: dict[str, Any]


class SelectionRule(Protocol):
    """Chooses the epoch whose model and objective are kept, without the test images.

    Built with its settings, a `Validation` and the seed. `best` and `last_gain` are its state,
    plain numbers.
    """

    best: dict[str, float]
    last_gain: dict[str, float]
    improved: bool

    def due(self, epoch: int) -> bool:
        """Whether to score after this epoch."""

    def score(self, model: Model, epoch: int) -> dict[str, float]:
        """Columns for the history; sets `improved`."""

    def finished(self, epoch: int) -> bool:
        """Whether training should end before its budget."""

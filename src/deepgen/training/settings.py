"""Settings of a training: budget, batches, optimisers with their schedules, and selection."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from deepgen.typed import Bandwidth, Count, Fraction, Name, NotNegative, Positive, Settings


class Constant(Settings):
    """The learning rate stays."""

    kind: Literal["constant"] = Field(description="Module of `deepgen.training.schedules`.")


class Exponential(Settings):
    """The learning rate decays at every update."""

    kind: Literal["exponential"] = Field(description="Module of `deepgen.training.schedules`.")
    decay_per_update: Annotated[float, Field(ge=1)] = Field(
        1.000004, description="The learning rate is divided by this after every update."
    )
    minimum: NotNegative = Field(1e-6, description="Floor of the learning rate.")


class Linear(Settings):
    """The learning rate goes on a straight line over epochs."""

    kind: Literal["linear"] = Field(description="Module of `deepgen.training.schedules`.")
    start_epoch: Count = Field(1, description="Last epoch with the initial learning rate.")
    end_epoch: Count = Field(description="First epoch with the final one.")
    final: NotNegative = Field(0.0, description="Learning rate at the end.")

    @model_validator(mode="after")
    def _ends_later(self):
        if self.end_epoch <= self.start_epoch:
            raise ValueError("end_epoch must be above start_epoch")
        return self


class Steps(Settings):
    """The learning rate falls in some epochs."""

    kind: Literal["steps"] = Field(description="Module of `deepgen.training.schedules`.")
    epochs: Annotated[list[Count], Field(min_length=1)] = Field(
        description="First epochs of a lower learning rate."
    )
    factor: Positive = Field(0.1, description="What it is multiplied with there.")


Schedule = Annotated[Constant | Exponential | Linear | Steps, Field(discriminator="kind")]


class Optimiser(Settings):
    """What all optimisers share."""

    learning_rate: Positive = Field(description="At the first update.")
    schedule: Schedule = Field(Constant(kind="constant"))
    max_gradient_norm: Positive | None = Field(
        None, description="Longer gradients of the group, all together, are shortened to this."
    )
    weight_decay: Positive | None = Field(
        None, description="Times the parameters, added to their gradients."
    )


class RisingMomentum(Settings):
    """Linear rise of the momentum over epochs."""

    initial: Fraction = Field(0.5, description="In epoch 1.")
    final: Fraction = Field(0.7, description="From the last epoch on.")
    saturation_epoch: Count = Field(250, description="Epoch that first runs with `final`.")


class Momentum(Optimiser):
    """Classical momentum with the learning rate inside the velocity, as in the released code."""

    name: Literal["momentum"] = Field(description="Module of `deepgen.training.optimisers`.")
    learning_rate: Positive = Field(0.1, description="At the first update.")
    schedule: Schedule = Field(Exponential(kind="exponential"))
    momentum: RisingMomentum = RisingMomentum()


class Adam(Optimiser):
    """Adam (Kingma and Ba 2015)."""

    name: Literal["adam"] = Field(description="Module of `deepgen.training.optimisers`.")
    learning_rate: Positive = Field(0.001, description="At the first update.")
    beta1: Fraction = Field(0.9, description="Decay of the gradients' mean.")
    beta2: Fraction = Field(0.999, description="Decay of their squares' mean.")
    epsilon: Positive = Field(1e-8, description="Added to the root of the squares' mean.")


class RMSprop(Optimiser):
    """RMSprop (Tieleman and Hinton 2012)."""

    name: Literal["rmsprop"] = Field(description="Module of `deepgen.training.optimisers`.")
    learning_rate: Positive = Field(0.001, description="At the first update.")
    rho: Fraction = Field(0.9, description="Decay of the squared gradients' mean.")
    epsilon: Positive = Field(1e-8, description="Added to the root of the squares' mean.")


class LaterMomentum(Settings):
    """Linear rise of the momentum between two epochs."""

    initial: Fraction = Field(0.0, description="Up to the first of them.")
    final: Fraction = Field(0.5, description="From the second one on.")
    start_epoch: Count = Field(5, description="Last epoch with `initial`.")
    saturation_epoch: Count = Field(6, description="First epoch with `final`.")

    @model_validator(mode="after")
    def _saturates_later(self):
        if self.saturation_epoch <= self.start_epoch:
            raise ValueError("saturation_epoch must be above start_epoch")
        return self


class ReleasedRMSprop(Optimiser):
    """RMSprop with momentum, and a floor under the root, as in the released code of NICE."""

    name: Literal["released_rmsprop"] = Field(
        description="Module of `deepgen.training.optimisers`."
    )
    learning_rate: Positive = Field(0.001, description="At the first update.")
    schedule: Schedule = Field(
        Exponential(kind="exponential", decay_per_update=1.0005, minimum=0.0001)
    )
    rho: Fraction = Field(0.95, description="Decay of the squared gradients' mean.")
    floor: Positive = Field(0.01, description="The root of that mean counts as at least this.")
    momentum: LaterMomentum = LaterMomentum()


class AdaGrad(Optimiser):
    """AdaGrad (Duchi et al. 2011)."""

    name: Literal["adagrad"] = Field(description="Module of `deepgen.training.optimisers`.")
    learning_rate: Positive = Field(0.01, description="At the first update.")
    epsilon: Positive = Field(1e-10, description="Added to the root of the squares' sum.")


OneOptimiser = Annotated[
    Momentum | Adam | RMSprop | ReleasedRMSprop | AdaGrad, Field(discriminator="name")
]


def _one_or_several(value: Any) -> str:
    several = isinstance(value, dict) and value and "name" not in value
    parts = (dict, Settings)
    return "groups" if several and all(isinstance(v, parts) for v in value.values()) else "one"


Optimisers = Annotated[
    Annotated[OneOptimiser, Tag("one")] | Annotated[dict[Name, OneOptimiser], Tag("groups")],
    Discriminator(_one_or_several),
]


class SigmaGrid(Settings):
    """Bandwidths in equal steps of log sigma."""

    start: Bandwidth = Field(0.1, description="Smallest sigma.")
    stop: Bandwidth = Field(1.0, description="Largest sigma.")
    num: Annotated[int, Field(gt=0, le=100_000)] = Field(
        10, description="Number of sigmas, ends included."
    )

    @model_validator(mode="after")
    def _rises(self):
        if self.stop < self.start or (self.num > 1) != (self.stop > self.start):
            raise ValueError("a sigma grid needs start < stop, or start = stop with num: 1")
        return self


class Selection(Settings):
    """What all rules share."""

    READS_VALIDATION: ClassVar = True
    NEEDS: ClassVar[frozenset[str]] = frozenset()  # capabilities of a family


class Scored(Selection):
    """A rule that scores every few epochs, keeps the best, and may stop early."""

    every: Count = Field(5, description="Epochs between scores.")
    patience: Count = Field(200, description="Stop after so many epochs without a gain.")
    min_gain: NotNegative = Field(1.0, description="Nats that count as a gain.")


class ValidationParzen(Scored):
    """Keep the model with the best Parzen log-likelihood on validation images."""

    rule: Literal["validation_parzen"] = Field(
        description="Module of `deepgen.training.selection`."
    )
    num_samples: Count = Field(10_000, description="Draws, always from the same noise.")
    sigma_examples: Count = Field(
        1000, description="First validation images, which choose sigma; the others give the score."
    )
    grid: SigmaGrid = SigmaGrid()


class ValidationLikelihood(Scored):
    """Keep the model with the best log-likelihood of the validation images."""

    NEEDS: ClassVar = frozenset({"log_prob"})

    rule: Literal["validation_likelihood"] = Field(
        description="Module of `deepgen.training.selection`."
    )


class ValidationLikelihoodAndParzen(ValidationParzen):
    """Keep the model with the best log-likelihood, and record the Parzen score beside it."""

    NEEDS: ClassVar = frozenset({"log_prob"})

    rule: Literal["validation_likelihood_and_parzen"] = Field(
        description="Module of `deepgen.training.selection`."
    )


class Last(Selection):
    """Keep the last model."""

    READS_VALIDATION: ClassVar = False

    rule: Literal["last"] = Field(description="Module of `deepgen.training.selection`.")


class Previews(Settings):
    """Snapshots of samples from one fixed noise batch."""

    epochs: list[Count] = Field(
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1500],
        description="Epochs with a snapshot; epoch 0 and the last one always have one.",
    )
    draws: Count = Field(10, description="Samples in a snapshot.")


class Training(Settings):
    """Budget, batches, optimiser and selection."""

    epochs: Count = Field(
        description="Budget; a longer one continues a shorter one, unless `schedule_epochs` is set."
    )
    schedule_epochs: Count | None = Field(
        None,
        description="Epochs that the schedules were made for; in a shorter training they then run "
        "faster, so that it ends as the long one does. Left out, they count real epochs.",
    )
    batch_size: Count = Field(100, description="Examples in a minibatch.")
    optimiser: Optimisers | None = Field(
        None,
        description="For all groups of the objective, or one each: `{model: ..., objective: ...}`. "
        "Left out, it is the family's own.",
    )
    selection: Annotated[
        ValidationParzen | ValidationLikelihood | ValidationLikelihoodAndParzen | Last,
        Field(discriminator="rule"),
    ] = Field(ValidationParzen(rule="validation_parzen"))
    previews: Previews = Previews()

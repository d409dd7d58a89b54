"""What the settings of every family say of it, without torch.

A family's module `settings` has `Model` and the settings of the objectives that can train it.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field

from deepgen.typed import Settings

# Of deep generative models: directed or undirected graphical models, generative autoencoders and
# adversarial nets
Kind = Literal["directed", "undirected", "autoencoder", "adversarial"]


class ObjectiveSettings(Settings):
    """Base of the settings of an objective."""

    GROUPS: ClassVar[tuple[str, ...]] = ("model", "objective")  # that an optimiser updates
    LOSSES: ClassVar[dict[str, str]] = {}  # short names of the groups' losses, if there are any
    # Unless the experiment has one of its own
    OPTIMISER: ClassVar[dict[str, Any] | None] = None

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """Refuse what does not fit the training set.

        Args:
            shape: Height, width and channels of an image.
            images: How many there are, if that is known.

        Raises:
            ValueError: a sentence without its subject, the experiment's file.
        """

    def check_model(self, model: "ModelSettings") -> None:
        """Refuse a model of its family that it cannot train.

        Raises:
            ValueError: as that of `check`.
        """

    def at_the_end(self) -> dict[str, tuple[str, float]]:
        """What columns of the history come to if the training reaches its goal, as far as known.

        Returns:
            {column: (how it is written, value)}, lines of the training curves.
        """
        return {}


class MaximumLikelihood(ObjectiveSettings):
    """Gradient ascent on the mean log-likelihood, or on the family's bound of it."""

    GROUPS: ClassVar = ("model",)
    OPTIMISER: ClassVar = {"name": "adam"}

    name: Literal["maximum_likelihood"] = Field(description="Trains families with `log_prob`.")


class ModelSettings(Settings):
    """Base of the settings of a model."""

    CAN: ClassVar[frozenset[str]] = frozenset()
    # Those of `deepgen.capabilities`; `continue`, from a first phase; `bits`: binary pixels,
    # independent given the hidden units, whose probabilities `sample` gives as `means`; and
    # `scales`: components of a code whose log-scales are the parameter `log_scale`
    KINDS: ClassVar[tuple[Kind, ...]] = ()  # a hybrid has several, its top first
    OBJECTIVES: ClassVar[tuple[type[ObjectiveSettings], ...]] = ()
    SAMPLER: ClassVar[type[Settings] | None] = None  # of the section `sampler`
    CONTINUES: ClassVar[frozenset[str]] = frozenset()  # families of a first phase beside its own
    # `likelihood.num_samples` of a family with a bound, unless the experiment has its own
    BOUND_SAMPLES: ClassVar[int | None] = None

    def can(self) -> frozenset[str]:
        """What a model with these settings can do of `CAN`."""
        return self.CAN

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """As that of an objective."""

    def check_space(self, space: Settings) -> None:
        """Refuse coordinates that the model cannot be in.

        Raises:
            ValueError: a sentence without its subject, the experiment's file.
        """

    def check_alone(self) -> None:
        """Refuse to begin without a first phase.

        Raises:
            ValueError: a sentence without its subject, the experiment's file.
        """

    def check_enumeration(self, size: int) -> None:
        """Refuse to sum over all states of a model with `normalise` that has too many.

        Args:
            size: Values of an image.

        Raises:
            ValueError: a sentence without its subject, the experiment's file.
        """

    def check_first_phase(self, first_phase: "ModelSettings") -> None:
        """Refuse a first phase that cannot begin this model; it has capability `continue`.

        Raises:
            ValueError: what the other one is, as `has layers that ...`.
        """

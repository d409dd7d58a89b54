"""Settings of the deep generative stochastic network."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from deepgen.data.spaces.settings import ModelSpace
from deepgen.families.settings import ModelSettings, ObjectiveSettings
from deepgen.samplers.settings import Chains
from deepgen.typed import Count, NotNegative, Probability


class OneChain(Chains):
    """Consecutive samples of one chain, as published.

    It begins with independent pixels that have the training set's means; the released script begins
    with the first test image, and has it among its samples.
    """

    chains: Count = Field(1, description="That run side by side.")
    burn_in: Annotated[int, Field(ge=0)] = Field(
        100, description="Steps of a chain before its first sample."
    )
    thinning: Count = Field(1, description="Steps between two samples of a chain.")


class GsnModel(ModelSettings):
    """A deep generative stochastic network of tanh layers, with the released code's noise."""

    CAN: ClassVar = frozenset({"bits"})
    KINDS: ClassVar = ("autoencoder",)
    SAMPLER: ClassVar = OneChain

    family: Literal["gsn"] = Field(description="Folder of `deepgen.families`.")
    hidden: Annotated[list[Count], Field(min_length=1)] = Field(
        [1500, 1500], description="Units of each hidden layer."
    )
    input_noise: Probability = Field(
        0.4, description="Share of the pixels that become black or white at each step."
    )
    hidden_noise: NotNegative = Field(
        2.0,
        description="Standard deviation of the noise before and after tanh, in all hidden layers "
        "but the first.",
    )
    input_sampling: bool = Field(
        True, description="Whether a step passes on pixels drawn from their means, or these."
    )

    def check_space(self, space: ModelSpace) -> None:
        """The pixels are probabilities of white."""
        if not space.OF_BITS:
            raise ValueError(
                f"the family gsn cannot be in the model_space {space.name!r}: set model_space: "
                "{name: pixels} or {name: binarised}"
            )


class Walkback(ObjectiveSettings):
    """Reconstruction of the clean image at every step of a chain from its corruption."""

    GROUPS: ClassVar = ("model",)
    # Released: m = 0.5 m + 0.5 g with a rate of 0.25, which are these in our optimiser; the rate
    # falls by 0.5 % an epoch of 500 updates
    OPTIMISER: ClassVar[dict[str, Any]] = {
        "name": "momentum",
        "learning_rate": 0.125,
        "momentum": {"initial": 0.5, "final": 0.5},
        "schedule": {"kind": "exponential", "decay_per_update": 1.00001002},
    }

    name: Literal["walkback"] = Field(description="Trains the family `gsn`.")
    steps: Count | None = Field(
        None, description="Of the chain; left out, two for every hidden layer."
    )

    def check_model(self, model: GsnModel) -> None:
        """What the last hidden layer says reaches the pixels a step later for each layer."""
        depth = len(model.hidden)
        if self.steps is not None and self.steps < depth:
            raise ValueError(
                f"objective.steps is {self.steps}, too few for the weights of all {depth} hidden "
                f"layers to take part: set at least {depth}"
            )


GsnModel.OBJECTIVES = (Walkback,)
Model = GsnModel

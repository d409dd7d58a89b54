"""Settings of the stacked contractive autoencoder."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from deepgen.data.spaces.settings import ModelSpace
from deepgen.families.settings import ModelSettings, ObjectiveSettings
from deepgen.samplers.settings import Chains
from deepgen.typed import Count, NotNegative, Positive


class ContractiveWalk(Chains):
    """Samples from random walks that begin with independent pixels of the training set's means."""

    step: Positive = Field(
        1.0,
        description="Standard deviation of the noise alpha, of which J J^T alpha is added to the "
        "code; 1 as released.",
    )
    state: Literal["codes", "pixels"] = Field(
        "codes",
        description="What a chain of a stack goes on with: what the last layer decodes to, or the "
        "image that the layers below make of that, encoded anew.",
    )


class CAEModel(ModelSettings):
    """Contractive autoencoders with tied weights, each on the codes of the one below."""

    CAN: ClassVar = frozenset({"continue", "bits"})
    KINDS: ClassVar = ("autoencoder",)
    SAMPLER: ClassVar = ContractiveWalk

    family: Literal["cae"] = Field(description="Folder of `deepgen.families`.")
    hidden: Annotated[list[Count], Field(min_length=1)] = Field(
        [1000],
        description="Units of each layer, from the image on. Only the last one is trained; those "
        "below come from `init_from`.",
    )
    weight_range: Positive = Field(
        4.0,
        description="Weights start uniform on plus or minus this times sqrt(6 / (inputs + units)).",
    )
    hidden_bias: float = Field(0.0, description="Where the biases of the codes start.")
    visible_bias: float = Field(0.0, description="Where the biases of the reconstruction start.")

    def check_space(self, space: ModelSpace) -> None:
        """The decoder has probabilities of white, so images are bits or such probabilities."""
        if not space.OF_BITS:
            raise ValueError(
                f"the family cae needs images in [0, 1], unlike the model_space {space.name!r}: "
                "set model_space: {name: pixels}"
            )

    def check_alone(self) -> None:
        """A stack is trained layer by layer."""
        if len(self.hidden) > 1:
            raise ValueError(
                f"model.hidden has {len(self.hidden)} layers, of which an experiment trains only "
                "the last: set init_from to an experiment with the layers below it"
            )

    def check_first_phase(self, first_phase: ModelSettings) -> None:
        """Its layers must be all but the last one of this stack."""
        below = self.hidden[:-1]
        if not below:
            raise ValueError("would lie below a stack of one layer, which begins without another")
        if first_phase.hidden != below:
            raise ValueError(
                f"has model.hidden {first_phase.hidden}, not the layers below the last one, {below}"
            )


class Contractive(ObjectiveSettings):
    """Reconstruction of the last layer's inputs, with a penalty on its encoder's Jacobian."""

    GROUPS: ClassVar = ("model",)
    # As released, without momentum
    OPTIMISER: ClassVar[dict[str, Any]] = {
        "name": "momentum",
        "learning_rate": 0.1,
        "schedule": {"kind": "constant"},
        "momentum": {"initial": 0.0, "final": 0.0},
    }

    name: Literal["contractive"] = Field(description="Trains the family `cae`.")
    contraction: NotNegative = Field(
        0.1,
        description="Times the squared norm of an example's Jacobian; 0.1 as released, whose "
        "gradient of it lacks a factor of 2.",
    )


CAEModel.OBJECTIVES = (Contractive,)
Model = CAEModel

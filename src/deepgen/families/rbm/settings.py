"""Settings of the restricted Boltzmann machine."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from deepgen.data.spaces.settings import Binarised, ModelSpace
from deepgen.families.settings import ModelSettings, ObjectiveSettings
from deepgen.samplers.settings import Chains
from deepgen.typed import Count, Positive

FEW = 25  # units that can be enumerated


class RBMModel(ModelSettings):
    """A restricted Boltzmann machine."""

    CAN: ClassVar = frozenset({"normalise", "bits"})
    KINDS: ClassVar = ("undirected",)
    SAMPLER: ClassVar = Chains

    family: Literal["rbm"] = Field(description="Folder of `deepgen.families`.")
    visible: Literal["binary", "gaussian"] = Field(
        "binary",
        description="Gaussian units have unit variance, so they want the model_space "
        "`standardised`.",
    )
    hidden: Count = Field(500, description="Hidden units, all binary.")
    weight_scale: Positive = Field(0.01, description="Weights start from N(0, weight_scale^2).")
    hidden_bias: float = Field(0.0, description="Where the hidden biases start.")
    marginals: bool = Field(
        True, description="Whether visible biases start as those of independent pixels, else at 0."
    )

    def can(self) -> frozenset[str]:
        """Gaussian units are no bits."""
        return self.CAN - {"bits"} if self.visible == "gaussian" else self.CAN

    def check_enumeration(self, size: int) -> None:
        """The smaller side is summed over, or the hidden side if the visible units are Gaussian."""
        self._check_sides(self.hidden if self.visible == "gaussian" else min(size, self.hidden))

    def _check_sides(self, smaller: int) -> None:
        if smaller > FEW:
            raise ValueError(
                f"likelihood.partition.method is 'enumerated', but no side has at most {FEW} units "
                f"to sum over (the smaller one {smaller}): set method: annealed"
            )

    def check_space(self, space: ModelSpace) -> None:
        """Binary units take bits or their probabilities, Gaussian ones real numbers."""
        if self.visible == "gaussian" and isinstance(space, Binarised):
            raise ValueError(
                "model.visible is 'gaussian', which cannot be in the model_space 'binarised': set "
                "visible: binary, or model_space: {name: standardised}"
            )
        if self.visible == "binary" and not space.OF_BITS:
            raise ValueError(
                f"model.visible is 'binary', which cannot be in the model_space {space.name!r}: "
                "set model_space: {name: binarised}"
            )


class ContrastiveDivergence(ObjectiveSettings):
    """Gibbs chains from the minibatch (CD-k), or chains that go on (PCD-k)."""

    GROUPS: ClassVar = ("model",)
    OPTIMISER: ClassVar[dict[str, Any]] = {
        "name": "momentum",
        "learning_rate": 0.05,
        "schedule": {"kind": "constant"},
    }

    name: Literal["contrastive_divergence"] = Field(description="Trains the family `rbm`.")
    steps: Count = Field(1, description="k, steps of the chains at each update.")
    chains: Count | None = Field(
        None, description="Persistent chains; left out, each minibatch begins its own."
    )
    centred: bool = Field(False, description="Whether units are counted from their means.")
    centring_rate: Annotated[float, Field(gt=0, le=1)] = Field(
        0.01, description="Share of the newest minibatch in the hidden units' means."
    )


RBMModel.OBJECTIVES = (ContrastiveDivergence,)
Model = RBMModel

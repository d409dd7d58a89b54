"""Settings of the deep belief network."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deepgen.families.rbm.settings import ContrastiveDivergence, RBMModel
from deepgen.families.settings import ModelSettings
from deepgen.typed import Count


class DBNModel(RBMModel):
    """A deep belief network: a restricted Boltzmann machine above layers that others trained."""

    CAN: ClassVar = frozenset({"normalise", "continue", "bits"})
    KINDS: ClassVar = ("undirected", "directed")
    CONTINUES: ClassVar = frozenset({"rbm"})
    BOUND_SAMPLES: ClassVar = 10

    family: Literal["dbn"] = Field(description="Folder of `deepgen.families`.")
    hidden: Annotated[list[Count], Field(min_length=2)] = Field(
        [1024, 1024],
        description="Units of the hidden layers, all binary, from the image up; `init_from` names "
        "the experiment that trains all but the last.",
    )

    def check_alone(self) -> None:
        """Only the top layer is trained."""
        raise ValueError(
            "init_from is missing, and the family dbn trains only the last layer of a model: name "
            "the experiment that trains the layers before it"
        )

    def check_enumeration(self, size: int) -> None:
        """The smaller side of the top layer is summed over."""
        self._check_sides(min(self.hidden[-2:]))

    def check_first_phase(self, first_phase: ModelSettings) -> None:
        """It must be all of this network but the top layer."""
        theirs = first_phase.hidden if first_phase.family == "dbn" else [first_phase.hidden]
        if theirs != self.hidden[:-1]:
            raise ValueError(f"has the hidden layers {theirs}, not {self.hidden[:-1]}")
        if first_phase.visible != self.visible:
            raise ValueError(f"has {first_phase.visible} visible units, not {self.visible} ones")


class GreedyContrastiveDivergence(ContrastiveDivergence):
    """Contrastive divergence of the top layer (Hinton et al. 2006)."""

    name: Literal["greedy_contrastive_divergence"] = Field(description="Trains the family `dbn`.")
    input: Literal["means", "draws"] = Field(
        "means",
        description="What the layers below make of an image: P(h | v), or hidden units drawn anew "
        "at every update.",
    )


DBNModel.OBJECTIVES = (GreedyContrastiveDivergence,)
Model = DBNModel

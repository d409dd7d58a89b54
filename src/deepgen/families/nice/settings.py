"""Settings of NICE: additive couplings, the scaling above them, and what may lie below."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deepgen.data.spaces.settings import ModelSpace
from deepgen.families.nice.partition import parts
from deepgen.families.settings import MaximumLikelihood, ModelSettings
from deepgen.typed import Count, Positive, Settings

TwoLists = Annotated[list[list[int]], Field(min_length=2, max_length=2)]


class Coupling(Settings):
    """One additive coupling: a network of rectifiers with linear outputs."""

    layers: Count = Field(5, description="Hidden layers.")
    units: Count = Field(1000, description="Units of each.")


class Variational(Settings):
    """The paper's appendix C: the model of z in a variational autoencoder, over x and noise."""

    latent: Annotated[int, Field(ge=3)] = Field(50, description="Dimensions of z.")
    layers: Count = Field(2, description="Hidden layers of encoder and decoder.")
    units: Count = Field(500, description="Units of each.")
    deviation: Positive = Field(0.1, description="sigma of p(x | z), in the model's coordinates.")


class NICEModel(ModelSettings):
    """Non-linear independent components (Dinh, Krueger and Bengio 2014)."""

    CAN: ClassVar = frozenset({"prior", "decode", "encode", "log_prob", "scales", "continue"})
    KINDS: ClassVar = ("directed",)

    family: Literal["nice"] = Field(description="Folder of `deepgen.families`.")
    prior: Literal["logistic", "gaussian"] = Field(
        "logistic", description="Distribution of each component of the code."
    )
    couplings: list[Coupling] = Field(
        [Coupling()] * 4,
        description="From the image up; they alternate between changing the second part of the "
        "partition and the first.",
    )
    partition: Literal["odd_even", "halves"] | TwoLists = Field(
        "odd_even",
        description="The two parts of the dimensions: `odd_even`, `halves`, or two lists of "
        "indices that together have each dimension once.",
    )
    irange: Positive = Field(
        0.01, description="Weights start uniform on (-irange, irange), biases at 0; as released."
    )
    scaling: bool = Field(True, description="The diagonal layer exp(s) above the couplings.")
    whitening: Literal["triangular"] | None = Field(
        None,
        description="z = L x + b with a lower-triangular L below the couplings (appendix B). A "
        "model without couplings trains it; one with couplings takes it over from `init_from`.",
    )
    variational: Variational | None = Field(
        None,
        description="If given, couplings and scaling are of z in a variational autoencoder "
        "(appendix C), whose bound is the likelihood.",
    )

    def can(self) -> frozenset[str]:
        """Only a diagonal layer above images has scales of these."""
        return self.CAN if self.scaling and not self.variational else self.CAN - {"scales"}

    @property
    def takes_whitening(self) -> bool:
        """Whether the triangular layer is another model's."""
        return self.whitening is not None and bool(self.couplings)

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """The partition has every dimension once."""
        size = self.variational.latent if self.variational else shape[0] * shape[1] * shape[2]
        if self.couplings:
            parts(self.partition, size)
        if not (self.couplings or self.scaling or self.whitening or self.variational):
            raise ValueError(
                "model has no couplings, no scaling and no whitening, so nothing could be trained: "
                "give it one of them"
            )
        if self.variational and self.whitening:
            raise ValueError(
                "model.whitening is below an image's couplings, and with model.variational there "
                "are none: leave one of the two out"
            )

    def check_space(self, space: ModelSpace) -> None:
        """A density needs a space that has one, of real numbers."""
        if not space.HAS_DENSITY or space.OF_BITS:
            raise ValueError(
                f"the family nice gives a density, which images in the model_space {space.name!r} "
                "do not have: set model_space: {name: dequantised}"
            )

    def check_alone(self) -> None:
        """A whitening below couplings is another experiment's."""
        if self.takes_whitening:
            raise ValueError(
                "init_from is missing, and model.whitening below couplings is trained before them: "
                "name the experiment that trains it, which has couplings: []"
            )

    def check_first_phase(self, first_phase: ModelSettings) -> None:
        """It must be a whitening alone, of which nothing is lost when it is taken over."""
        alone = first_phase.whitening and not (first_phase.couplings or first_phase.scaling)
        if not alone or first_phase.prior != "gaussian":
            raise ValueError(
                "is no whitening alone: it needs whitening: triangular, couplings: [], scaling: "
                "false and prior: gaussian"
            )
        if not self.takes_whitening:
            raise ValueError(
                "has a whitening, which this model does not take over: it needs whitening: "
                "triangular below couplings"
            )


NICEModel.OBJECTIVES = (MaximumLikelihood,)
Model = NICEModel

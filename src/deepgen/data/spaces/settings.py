"""Settings of the spaces: coordinates in which models are trained and samples are scored."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deepgen.typed import Positive, Settings


class Pixels(Settings):
    """y = x / 255, in [0, 1]."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = False  # on 256 levels a density can be as large as one likes
    OF_BITS: ClassVar = True  # a value may be the probability of white

    name: Literal["pixels"] = Field(description="Module of `deepgen.data.spaces`.")


class ContrastNormalised(Settings):
    """y = 55 (x - mean) / |x - mean| of every image, as released for CIFAR-10."""

    SCORED_IN: ClassVar = ("contrast-normalised",)
    HAS_DENSITY: ClassVar = False  # two dimensions are lost
    OF_BITS: ClassVar = False

    name: Literal["contrast-normalised"] = Field(description="Module of `deepgen.data.spaces`.")


class Dequantised(Settings):
    """y = (x + u) / 256 with uniform noise u, for densities; a model space only."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = True
    OF_BITS: ClassVar = False

    name: Literal["dequantised"] = Field(description="Module of `deepgen.data.spaces`.")


class Binarised(Settings):
    """y in {0, 1}, for models of bits; a model space only."""

    SCORED_IN: ClassVar = ("pixels",)
    HAS_DENSITY: ClassVar = True  # a probability
    OF_BITS: ClassVar = True

    name: Literal["binarised"] = Field(description="Module of `deepgen.data.spaces`.")
    how: Literal["drawn", "threshold"] = Field(
        "drawn",
        description="A byte is the probability of white, drawn anew each time, or white if it is "
        "above half of the range.",
    )


class Standardised(Settings):
    """y = (x / 255 - mean) / deviation of each pixel over the training set; a model space only."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = False  # as that of pixels
    OF_BITS: ClassVar = False

    name: Literal["standardised"] = Field(description="Module of `deepgen.data.spaces`.")
    floor: Positive = Field(
        0.01, description="Smallest deviation that is divided by, for pixels that hardly vary."
    )


ModelSpace = Annotated[
    Pixels | ContrastNormalised | Dequantised | Binarised | Standardised,
    Field(discriminator="name"),
]
ScoreSpace = Annotated[Pixels | ContrastNormalised, Field(discriminator="name")]
PIXELS = Pixels(name="pixels")

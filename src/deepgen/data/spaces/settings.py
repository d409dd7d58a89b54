"""Settings of the spaces: coordinates in which models are trained and samples are scored."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from deepgen.typed import Settings


class Pixels(Settings):
    """y = x / 255, in [0, 1]."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = False  # on 256 levels a density can be as large as one likes

    name: Literal["pixels"] = Field(description="Module of `deepgen.data.spaces`.")


class ContrastNormalised(Settings):
    """y = 55 (x - mean) / |x - mean| of every image, as released for CIFAR-10."""

    SCORED_IN: ClassVar = ("contrast-normalised",)
    HAS_DENSITY: ClassVar = False  # two dimensions are lost

    name: Literal["contrast-normalised"] = Field(description="Module of `deepgen.data.spaces`.")


class Dequantised(Settings):
    """y = (x + u) / 256 with uniform noise u, for densities; a model space only."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = True

    name: Literal["dequantised"] = Field(description="Module of `deepgen.data.spaces`.")


ModelSpace = Annotated[Pixels | ContrastNormalised | Dequantised, Field(discriminator="name")]
ScoreSpace = Annotated[Pixels | ContrastNormalised, Field(discriminator="name")]
PIXELS = Pixels(name="pixels")

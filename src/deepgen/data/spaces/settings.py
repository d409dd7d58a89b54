"""Settings of the spaces: coordinates in which models are trained and samples are scored."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from deepgen.typed import NotNegative, Positive, Settings


class SpaceSettings(Settings):
    """Base of the settings of a space."""

    SCORED_IN: ClassVar[tuple[str, ...]]  # spaces in which samples may be scored
    HAS_DENSITY: ClassVar[bool]  # whether likelihoods in it can be compared
    OF_BITS: ClassVar[bool]  # whether values may be bits or probabilities of white

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """Refuse what does not fit the training set.

        Args:
            shape: Height, width and channels of an image.
            images: How many there are, if that is known.

        Raises:
            ValueError: a sentence without its subject, the experiment's file.
        """


class Pixels(SpaceSettings):
    """y = x / 255, in [0, 1]."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = False  # on 256 levels a density can be as large as one likes
    OF_BITS: ClassVar = True  # a value may be the probability of white

    name: Literal["pixels"] = Field(description="Module of `deepgen.data.spaces`.")


class ContrastNormalised(SpaceSettings):
    """y = 55 (x - mean) / |x - mean| of every image, as released for CIFAR-10."""

    SCORED_IN: ClassVar = ("contrast-normalised",)
    HAS_DENSITY: ClassVar = False  # two dimensions are lost
    OF_BITS: ClassVar = False

    name: Literal["contrast-normalised"] = Field(description="Module of `deepgen.data.spaces`.")


class Dequantised(SpaceSettings):
    """y = (x + u) / 256 with uniform noise u, for densities; a model space only."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = True
    OF_BITS: ClassVar = False

    name: Literal["dequantised"] = Field(description="Module of `deepgen.data.spaces`.")


class Binarised(SpaceSettings):
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


class Standardised(SpaceSettings):
    """y = (x / 255 - mean) / deviation of each pixel over the training set; a model space only."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = False  # as that of pixels
    OF_BITS: ClassVar = False

    name: Literal["standardised"] = Field(description="Module of `deepgen.data.spaces`.")
    floor: Positive = Field(
        0.01, description="Smallest deviation that is divided by, for pixels that hardly vary."
    )


class Whitened(SpaceSettings):
    """y = W (t - mean), ZCA of dequantised images t, for densities; a model space only."""

    SCORED_IN: ClassVar = ("pixels", "contrast-normalised")
    HAS_DENSITY: ClassVar = True
    OF_BITS: ClassVar = False

    name: Literal["whitened"] = Field(description="Module of `deepgen.data.spaces`.")
    range: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        [0.0, 1.0], description="Where the bytes are brought to before, as [low, high]."
    )
    regularisation: NotNegative = Field(
        0.0, description="Added to every variance; the paper gives none."
    )

    @model_validator(mode="after")
    def _range_rises(self):
        if self.range[0] >= self.range[1]:
            raise ValueError("range must be [low, high] with low < high")
        return self

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """Fewer images than dimensions leave directions without variance."""
        size = shape[0] * shape[1] * shape[2]
        if images is not None and images <= size and not self.regularisation:
            raise ValueError(
                f"model_space.regularisation is 0, but {images} training images are too few to "
                f"whiten {size} dimensions: set it above 0, to 0.01 for example"
            )


ModelSpace = Annotated[
    Pixels | ContrastNormalised | Dequantised | Binarised | Standardised | Whitened,
    Field(discriminator="name"),
]
ScoreSpace = Annotated[Pixels | ContrastNormalised, Field(discriminator="name")]
PIXELS = Pixels(name="pixels")

"""Settings of the paper's figures 6 and 7."""

from typing import Annotated, Literal

from pydantic import Field

from deepgen.typed import Count, Positive, Seed, Settings


class Inpainting(Settings):
    """Figure 6: ascent of the likelihood in the hidden pixels, with noise."""

    seed: Seed = Field(0, description="Of the hidden pixels' start, the masks and the noise.")
    images: Count = Field(10, description="Test images for each of the ten masks.")
    schedule: Literal["released", "printed"] = Field(
        "released",
        description="`released`: i^2 steps with the rate 10 / (100 + i) for each frame i, and the "
        "gradient of the mean over all images. `printed`: step i with that rate, and the gradient "
        "of each image.",
    )
    frames: Annotated[int, Field(ge=2)] = Field(
        70, description="Frames of the released schedule: 70 are 111,895 steps, 20 are 2,470."
    )
    steps: Count = Field(2000, description="Steps of the printed schedule.")


class Sphere(Settings):
    """Figure 7: a sphere in the space of codes, turned at random."""

    seed: Seed = Field(0, description="Of its three directions.")
    rows: Annotated[int, Field(ge=2)] = Field(8, description="Latitudes.")
    columns: Annotated[int, Field(ge=2)] = Field(16, description="Longitudes.")
    radius: Positive | None = Field(
        None, description="Left out, the root of the mean squared norm of the prior's draws."
    )


class Nice2014(Settings):
    """What *NICE* has beside its experiments."""

    inpainting: Inpainting = Inpainting()
    sphere: Sphere = Sphere()

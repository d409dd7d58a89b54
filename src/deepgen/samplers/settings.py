"""What every Markov chain that draws samples can be told, without torch."""

from typing import Annotated, Literal

from pydantic import Field

from deepgen.typed import Count, Settings


class Chains(Settings):
    """Samples from Markov chains that run side by side."""

    chains: Count = Field(100, description="That run side by side.")
    burn_in: Annotated[int, Field(ge=0)] = Field(
        1000, description="Steps of a chain before its first sample."
    )
    thinning: Count = Field(50, description="Steps between two samples of a chain.")
    output: Literal["means", "draws"] = Field(
        "means",
        description="Expectations of the pixels given the hidden units, or pixels drawn from them.",
    )

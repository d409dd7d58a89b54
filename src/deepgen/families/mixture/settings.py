"""Settings of the mixture of Gaussians."""

from typing import ClassVar, Literal

from pydantic import Field

from deepgen.families.settings import MaximumLikelihood, ModelSettings, ObjectiveSettings
from deepgen.typed import Count, Positive


class MixtureModel(ModelSettings):
    """A mixture of Gaussians with diagonal covariances."""

    CAN: ClassVar = frozenset({"log_prob"})

    family: Literal["mixture"] = Field(description="Folder of `deepgen.families`.")
    components: Count = Field(10, description="Gaussians.")

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """Every Gaussian begins at an image of its own."""
        if images is not None and self.components > images:
            raise ValueError(
                f"model.components is {self.components}: must be at most {images}, the number of "
                "training images"
            )


class EM(ObjectiveSettings):
    """Expectation maximisation, all of it before the first epoch, which then only measures."""

    GROUPS: ClassVar = ()

    name: Literal["em"] = Field(description="Trains the family `mixture`.")
    iterations: Count = Field(100, description="At most.")
    tolerance: Positive = Field(
        0.001, description="Stop when the mean log-likelihood gains less nats an iteration."
    )
    regularisation: Positive = Field(1e-6, description="Added to every variance.")


MixtureModel.OBJECTIVES = (EM, MaximumLikelihood)
Model = MixtureModel

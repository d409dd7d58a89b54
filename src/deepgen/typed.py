"""The strict base of every settings class, and the types that they share. Imports no torch."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Count = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Probability = Annotated[float, Field(gt=0, le=1)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


def _each_once(items: list) -> list:
    for i, item in enumerate(items):
        if item in items[:i]:
            raise ValueError(f"must not repeat {item!r}")
    return items


def _one_line(text: str) -> str:
    if not text.isprintable() or set(text) & set("{}"):  # in which Snakemake sees a wildcard
        raise ValueError("must be one line without control characters, { and }")
    return text


EACH_ONCE = AfterValidator(_each_once)
Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)]


class Settings(BaseModel):
    """Refuses unknown keys and wrong types.

    A key that is None is absent: `resolved` leaves it out, so that a new optional key, which has
    the default None, changes the identity of nothing that was made before.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    def resolved(self) -> dict:
        """All settings with their defaults as JSON has them, without the absent ones."""
        return self.model_dump(mode="json", exclude_none=True)

"""The strict base of every settings class, and the types that they share. Imports no torch."""

import os
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

NAME, URL = r"^[a-z0-9][a-z0-9_-]*$", r"^https?://[^\s{}]+$"
SHA256, MD5 = "^[0-9a-f]{64}$", "^[0-9a-f]{32}$"
PATTERNS = {
    NAME: "lower-case letters, digits, - and _",
    URL: "a web address, https://... or http://...",
    SHA256: "64 hexadecimal digits, 0-9 and a-f",
    MD5: "32 hexadecimal digits, 0-9 and a-f",
}
Name = Annotated[str, Field(pattern=NAME, max_length=60)]
Count = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Probability = Annotated[float, Field(gt=0, le=1)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Bandwidth = Annotated[float, Field(ge=1e-6, le=1e6)]

# Beyond these no setting means anything, and float32 or the size of a tensor overflows
LARGEST_COUNT, SMALLEST, LARGEST = 2**32 - 1, 1e-15, 1e12


def _each_once(items: list) -> list:
    for i, item in enumerate(items):
        if item in items[:i]:
            raise ValueError(f"must not repeat {item!r}")
    return items


def _one_line(text: str) -> str:
    if not text.isprintable() or set(text) & set("{}"):  # in which Snakemake sees a wildcard
        raise ValueError("must be one line without control characters, { and }")
    return text


def _no_formula(text: str) -> str:
    if text.startswith(("=", "+", "-", "@")):
        raise ValueError("must not begin with =, +, - or @, which spreadsheets run as a formula")
    return text


def _at_home(path: str) -> str:
    if (found := os.path.expanduser(path)).startswith("~"):
        raise ValueError("must be a path, and there is no such home folder")
    return found


EACH_ONCE = AfterValidator(_each_once)
Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)]
# Of a person, for tables: as text also in a spreadsheet
Words = Annotated[Text, AfterValidator(_no_formula)]
# A file, a folder or a URL; `~` is the home folder, which Snakemake's shell does not see
PathText = Annotated[Text, AfterValidator(_at_home)]


def _check_numbers(value: Any) -> None:
    """Refuse numbers that no computation can carry, also inside lists and mappings."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _check_numbers(part)
    if isinstance(value, int) and abs(value) > LARGEST_COUNT:
        raise ValueError(f"must be at most {LARGEST_COUNT}")
    if isinstance(value, float) and value and not SMALLEST <= abs(value) <= LARGEST:
        raise ValueError(f"must be 0 or from {SMALLEST:g} to {LARGEST:g} in size")


class Settings(BaseModel):
    """Refuses unknown keys and wrong types.

    A key that is None is absent: `resolved` leaves it out, so that a new optional key, which has
    the default None, changes the identity of nothing that was made before.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _within_reach(cls, value: Any) -> Any:
        _check_numbers(value)
        return value

    @model_validator(mode="after")
    def _others_within_reach(self) -> Self:
        _check_numbers(self.model_extra)
        return self

    def resolved(self) -> dict:
        """All settings with their defaults as JSON has them, without the absent ones."""
        return self.model_dump(mode="json", exclude_none=True)

"""JSON objects that a person gave or a file holds, read strictly."""

import json
from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError


def parse_json(where: str, text: str | bytes) -> dict[str, Any]:
    """A JSON object that a person gave, or a file has.

    Raises:
        DeepgenError: if it is none, or holds a number that JSON does not have.
    """
    try:
        return parse_strictly(text)
    except ValueError as error:
        raise DeepgenError(f"{where} is not JSON ({error}): correct it") from None


def parse_strictly(text: str | bytes) -> dict[str, Any]:
    """As `parse_json`, without a name.

    Raises:
        ValueError: what is wrong, in a few words.
    """

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no number of JSON")

    try:
        found = json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it must hold keys and values")
    return found


def read_json(path: Path, maker: str) -> dict[str, Any]:
    """The JSON object that a file holds.

    Args:
        maker: The command that writes it, for the sentence about a file that is not one.

    Raises:
        DeepgenError: if it is missing, cannot be read, or as `parse_json`.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: run {maker} first") from None
    try:
        return parse_json(str(path), content)
    except DeepgenError as error:
        raise DeepgenError(f"{error}, or run {maker} again") from None

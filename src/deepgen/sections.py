"""A section of the settings as its class, and its mistakes as one sentence."""

import difflib
import re
import reprlib
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from deepgen.errors import DeepgenError
from deepgen.typed import PATTERNS

T = TypeVar("T", bound=BaseModel)

TAGS = ("rule", "kind", "family", "name")  # keys that decide which other keys there are


def check_section(kind: type[T], content: dict[str, Any], where: str, above: str = "") -> T:
    """A section of the settings as its class.

    Args:
        kind: The class.
        content: As the file has it.
        where: What the sentence begins with.
        above: The section's key and a dot, unless it is the whole file.

    Raises:
        DeepgenError: one sentence that begins with `where`.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise DeepgenError(f"{where}: {sentence(kind, error, content, above)}") from None


def sentence(kind: type[BaseModel], error: ValidationError, content: Any, above: str = "") -> str:
    """The first mistake in pydantic's words, under its key in the file, and how many others."""
    errors = error.errors(include_url=False)
    keys = [above + _key(entry, content) for entry in errors]
    first, key, others = errors[0], keys[0], len(set(keys)) - 1
    more = f" (and {others} more)" if others else ""
    if first["type"] == "extra_forbidden":
        return f"unknown key {key}{_similar(key.removeprefix(above), kind, above)}{more}"
    if first["type"] == "invalid_key":
        return f"key {key} must be text{more}"
    if first["type"] in ("missing", "union_tag_not_found"):
        return f"{key} is missing{more}"
    # A value that may be of several types has one error each
    texts = [_must(entry) for entry, where in zip(errors, keys, strict=True) if where == key]
    message = " or ".join([texts[0], *(text.removeprefix("must be ") for text in texts[1:])])
    if first["type"] == "value_error" and isinstance(first["input"], dict):
        return f"{key}: {message}{more}".removeprefix(": ")  # of a section, which says enough
    tag = first["type"].startswith("union_tag") and first["ctx"]["discriminator"].strip("'")
    value = first["input"].get(tag) if tag else first["input"]
    return f"{key} is {reprlib.repr(value)}: {message}{more}"


def _key(error: Any, content: Any) -> str:
    """Where it is in the file: pydantic's location without the names of union members."""
    key, at, last, tagged = "", content, len(error["loc"]) - 1, False
    for i, part in enumerate(error["loc"]):
        inside = at if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        if not tagged and isinstance(at, dict) and part in (at.get(tag) for tag in TAGS):
            tagged = True  # the section's own tag, which may also be one of its keys
            continue
        if part in inside:
            at, tagged = at[part], False
        elif error["type"] != "missing" or i < last:
            continue
        key += f"[{part}]" if isinstance(part, int) else f".{reprlib.repr(part)[1:-1]}"
    tag = error["ctx"]["discriminator"] if error["type"].startswith("union_tag") else ""
    return f"{key}.{tag}".replace("'", "").strip(".")


def _must(error: Any) -> str:
    """What pydantic asks for."""
    match error["type"]:
        case "union_tag_invalid":
            tags = error["ctx"]["expected_tags"]
            known = re.findall("'([^']*)'", tags)
            return f"must be one of {tags}{closest(error['ctx']['tag'], known)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must hold keys and values"
        case "string_pattern_mismatch":
            return f"must be {PATTERNS[error['ctx']['pattern']]}"
        case "float_type" if re.fullmatch(r"[-+.\d]+e[-+]?\d+", str(error["input"])):
            text = str(error["input"])
            written = text if "." in text else text.replace("e", ".0e")
            plain = re.sub(r"e(\d)", r"e+\1", written)
            return f"must be a number, and YAML reads this as text: write it as {plain}"
    message = error["msg"].removeprefix("Value error, ").replace(" after validation", "")
    _, should, rest = message.partition(" should ")
    return f"must {rest}" if should else message


def _similar(key: str, kind: type[BaseModel], above: str) -> str:
    """The end of a sentence about a key that does not exist there."""
    paths, key = list(_paths(kind)), re.sub(r"\[\d+\]", "", key)
    if key in paths:
        return ": it belongs to another rule or kind"

    def likeness(path: str) -> tuple[float, float]:
        words = [name.rpartition(".")[2] for name in (path, key)]
        return tuple(difflib.SequenceMatcher(None, *pair).ratio() for pair in (words, (path, key)))

    paths = [path for path in paths if not key.startswith(f"{path}.")]
    near = max(paths, key=lambda path: sum(likeness(path)))
    return f"; did you mean {above}{near}?" if max(likeness(near)) > 0.7 else ""


def _paths(kind: type[BaseModel], above: str = "") -> Iterator[str]:
    """Every key of a settings class and of the classes inside it, as `model.noise.size`."""
    for name, entry in kind.model_fields.items():
        yield f"{above}{name}"
        for inner in classes_in(entry.annotation):
            yield from _paths(inner, f"{above}{name}.")


def classes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The settings classes that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from classes_in(argument)


def meant(word: str, known: Iterable[str]) -> str:
    """As `closest`, with all known words if none is near."""
    known = sorted(known)
    return closest(word, known) or f"; known are {', '.join(known) or 'none'}"


def closest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about a word that is not known."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {match[0]!r}?" if match else ""

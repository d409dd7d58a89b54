"""YAML as people write it, read so that nothing is run, lost or blown up."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deepgen.errors import DeepgenError
from deepgen.sections import closest

# No real file comes near; YAML's aliases let a few lines stand for more than any memory holds
MAX_VALUES, MAX_DEPTH = 100_000, 50

# What YAML raises for a tag that does not fit its value, as in `!!bool maybe`
BAD_TAG = (LookupError, AttributeError, TypeError)
NOT_YAML = (yaml.YAMLError, ValueError, *BAD_TAG)  # ValueError: a date or number that is none
MAX_BITS = 4096  # of a whole number; settings refuse less, but Python prints no huge ones

_BETWEEN_SENTENCES = re.compile(r"[.!?] (?=[A-Z])")


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping.

    Raises:
        DeepgenError: if it is missing or not one, gives a key twice, or holds absurdly much.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        near = closest(path.stem, [other.stem for other in path.parent.glob("*.yaml")])
        raise DeepgenError(f"{path} is missing: correct the path{near}") from None
    except OSError as error:
        raise DeepgenError(f"{path} cannot be read ({error.strerror}): fix that first") from None
    except RecursionError:
        raise DeepgenError(f"{path} is nested too deeply: write it flatter") from None
    except NOT_YAML as error:
        said = "a tag does not fit its value" if isinstance(error, BAD_TAG) else str(error)
        reason = _BETWEEN_SENTENCES.sub("; ", " ".join(said.split()))
        raise DeepgenError(f"{path} is not YAML: {reason}; correct it") from None
    if not isinstance(content, dict):
        found = "is empty" if content is None else f"holds {type(content).__name__}"
        raise DeepgenError(
            f"{path} {found}, where keys and values are expected: give a run file or "
            "an experiment file"
        )
    return bounded(content, str(path))


def parse_value(text: str, where: str) -> Any:
    """A value that a person typed, as a YAML file would have it.

    Raises:
        DeepgenError: one sentence that begins with `where`, if it is none.
    """
    try:
        return bounded({"value": yaml.load(text, _Loader)}, where)["value"]
    except (*NOT_YAML, RecursionError):
        raise DeepgenError(
            f"{where}: the value is not YAML; write it as in an experiment file, and quote it in "
            "the shell"
        ) from None


def bounded(content: dict[str, Any], where: str) -> dict[str, Any]:
    """`content`, unless it holds more values than any configuration needs, or a circle.

    Raises:
        DeepgenError: one sentence that begins with `where`.
    """
    waiting, count = [(content, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > MAX_VALUES or depth > MAX_DEPTH:
            raise DeepgenError(
                f"{where} holds more than {MAX_VALUES} values, or more than {MAX_DEPTH} inside "
                "each other: write out what its aliases stand for, and no more"
            )
        if isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise DeepgenError(f"{where} has a number of {value.bit_length()} bits: correct it")
        elif isinstance(value, list | tuple | set):
            waiting += [(part, depth + 1) for part in value]
    return content


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice, of which YAML would silently drop the first value, and
    merges (`<<`) of more than any file needs, before they are made."""

    def __init__(self, stream: str):
        super().__init__(stream)
        self.merged = 0
        self.flattened: dict[yaml.Node, bool] = {}  # whether it is done

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if node in self.flattened:
            if not self.flattened[node]:
                raise _problem("a mapping is merged into itself", node)
            return
        self.flattened[node] = False
        _refuse_repeated(node)
        for part in _merged_into(node):
            self.flatten_mapping(part)
            self.merged += len(part.value)
            if self.merged > MAX_VALUES:
                raise _problem(f"its merges (<<) make more than {MAX_VALUES} values", node)
        super().flatten_mapping(node)
        self.flattened[node] = True


def _merged_into(node: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
    """What a mapping merges; what cannot be merged is left for YAML itself to refuse."""
    for key, value in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
            yield from (part for part in parts if isinstance(part, yaml.MappingNode))


def _refuse_repeated(node: yaml.MappingNode) -> None:
    seen = set()
    for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
        if (key.tag, key.value) in seen:
            raise _problem(f"{key.value[:80]!r} is given twice", key)
        seen.add((key.tag, key.value))


def _problem(text: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, text, node.start_mark)

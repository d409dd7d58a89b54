"""Run files and experiment files: read, merged and checked whole."""

import re
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from deepgen.checks import (
    check_experiment,
    check_first_phases,
    check_overrides,
    check_references,
    check_run,
    check_titles,
    closest,
    with_defaults,
)
from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.settings import Experiment, Run
from deepgen.yaml_file import bounded, read_yaml

T = TypeVar("T", bound=BaseModel)

TAGS = ("rule", "kind", "family", "name")  # keys that decide which other keys there are


@dataclass(frozen=True)
class Config:
    """A whole, valid configuration."""

    run: Run
    experiments: dict[str, Experiment]
    first_phases: dict[str, Experiment]  # that `init_from` names: trained, not scored
    not_run: dict[str, Experiment]  # on sets that must be asked for, and whose file is not given
    counted: dict[str, Experiment]  # that the key `not_run` names, each behind what it continues
    default: list[str]  # the experiments of config.yaml, which runs them as their files have them
    full_budgets: dict[str, int]  # epochs of the experiment files, before a run's overrides
    full_seeds: dict[str, int]  # and their numbers of seeds

    def __getitem__(self, name: str) -> Experiment:
        """An experiment that is trained, scored or not, or only counted."""
        groups = (self.experiments, self.first_phases, self.counted)
        return next(group[name] for group in groups if name in group)


def load_config(run: dict[str, Any] | Path, folder: Path = Path("config")) -> Config:
    """Check a run file and every experiment that it names.

    Args:
        run: The run file, or its content as Snakemake has merged it.
        folder: Where `experiments/` lies.

    Raises:
        DeepgenError: one sentence that names file, key and value; nothing has started then.
    """
    content = read_yaml(run) if isinstance(run, Path) else bounded(run, "the run file")
    where = str(run) if isinstance(run, Path) else f"run file {str(run.get('run', ''))[:80]!r}"
    checked = check_section(Run, content, where)
    check_run(checked, where)
    found: dict[str, Experiment] = {}
    whole: dict[str, Experiment] = {}
    waiting = list(checked.experiments)
    while waiting:
        name = waiting.pop(0)
        path = folder / "experiments" / f"{name}.yaml"
        found[name] = load_experiment(path, checked.overrides.get(name, {}), where)
        whole[name] = load_experiment(path)
        if (first := found[name].init_from) and first not in found:
            waiting.append(first)
    check_first_phases(found, where)
    known = {path.stem for path in (folder / "experiments").glob("*.yaml")}
    check_overrides(checked, known, where)
    listed = {name: found[name] for name in checked.experiments}
    counted = _load_counted(checked, folder, where)
    check_titles(listed | {name: counted[name] for name in checked.not_run}, where)
    check_references(listed, where)
    not_run = {name: e for name, e in listed.items() if lacks_data(checked, e)}
    experiments = {name: e for name, e in listed.items() if name not in not_run}
    if not experiments:
        dataset = DATASETS[next(iter(not_run.values())).dataset]
        raise DeepgenError(f"{where}: no experiment is left: {dataset.how_to_get}")
    first = {n: e for n, e in found.items() if n not in listed and not lacks_data(checked, e)}
    budgets = {name: e.training.epochs for name, e in whole.items()}
    seeds = {name: len(e.seeds) for name, e in whole.items()}
    default = _experiments_of(folder / "config.yaml") if counted else []
    return Config(checked, experiments, first, not_run, counted, default, budgets, seeds)


def _load_counted(run: Run, folder: Path, where: str) -> dict[str, Experiment]:
    """The experiments of `not_run` without any override, each behind what it continues."""
    found: dict[str, Experiment] = {}
    for name in run.not_run:
        chain: dict[str, Experiment] = {}
        following: str | None = name
        while following and following not in chain:
            path = folder / "experiments" / f"{following}.yaml"
            chain[following] = load_experiment(path, run=where)
            following = chain[following].init_from
        check_first_phases(chain, where)
        found |= dict(reversed(chain.items()))
    return found


def _experiments_of(path: Path) -> list[str]:
    """The experiments that a run file names; none if there is no such file."""
    return list(read_yaml(path).get("experiments", [])) if path.is_file() else []


def lacks_data(run: Run, experiment: Experiment) -> bool:
    """Whether the experiment's set must be asked for and the run does not say where it is."""
    return bool(DATASETS[experiment.dataset].how_to_get) and run.data.tfd.file is None


def load_experiment(
    path: Path, override: dict[str, Any] | None = None, run: str = ""
) -> Experiment:
    """Check an experiment file after laying a run's overrides over it.

    Raises:
        DeepgenError: as `load_config`.
    """
    if not path.exists():
        known = sorted(p.stem for p in path.parent.glob("*.yaml"))
        begin = f"{run}: experiment" if run else "experiment"
        raise DeepgenError(
            f"{begin} {path.stem!r} has no file {path}; known are {', '.join(known) or 'none'}"
            f"{closest(path.stem, known)}"
        )
    where = f"{path} with the overrides of {run}" if override else str(path)
    experiment = check_section(Experiment, merge(read_yaml(path), override or {}), where)
    check_experiment(experiment, where)
    return with_defaults(experiment)


def merge(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    """`override` laid over `base`, mapping by mapping.

    Lists are replaced whole, and so are mappings of which the override changes the tag, because
    the other keys of `selection: {rule: ...}` belong to that rule. One optimiser for all groups is
    replaced by one each, too, and the other way round.
    """
    merged = dict(base)
    for key, value in override.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both and _alike(merged[key], value) else value
    return merged


def _alike(base: dict[str, Any], override: dict[str, Any]) -> bool:
    named = (isinstance(value, dict) and "name" in value for value in override.values())
    if "name" in base and override and all(named):
        return False
    return all(base.get(tag) == override[tag] for tag in TAGS if tag in override)


def check_section(kind: type[T], content: dict[str, Any], where: str) -> T:
    """A section of the settings as its class.

    Raises:
        DeepgenError: one sentence that begins with `where`.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise DeepgenError(f"{where}: {_sentence(kind, error, content)}") from None


def _sentence(kind: type[BaseModel], error: ValidationError, content: Any) -> str:
    """The first mistake in pydantic's words, under its key in the file, and how many others."""
    errors = error.errors(include_url=False)
    keys = [_key(entry, content) for entry in errors]
    first, key, others = errors[0], keys[0], len(set(keys)) - 1
    more = f" (and {others} more)" if others else ""
    if first["type"] == "extra_forbidden":
        return f"unknown key {key}{_similar(key, kind)}{more}"
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
            return "must be lower-case letters, digits, - and _"
        case "float_type" if re.fullmatch(r"[-+.\d]+e[-+]?\d+", str(error["input"])):
            return "must be a number, and YAML reads this as text: write it as 0.001 or 1.0e-3"
    message = error["msg"].removeprefix("Value error, ").replace(" after validation", "")
    _, should, rest = message.partition(" should ")
    return f"must {rest}" if should else message


def _similar(key: str, kind: type[BaseModel]) -> str:
    """The end of a sentence about a key that does not exist there."""
    paths, key = list(_paths(kind)), re.sub(r"\[\d+\]", "", key)
    if key in paths:
        return ": it belongs to another rule or kind"

    def likeness(path: str) -> tuple[float, float]:
        words = [name.rpartition(".")[2] for name in (path, key)]
        return tuple(SequenceMatcher(None, *pair).ratio() for pair in (words, (path, key)))

    paths = [path for path in paths if not key.startswith(f"{path}.")]
    near = max(paths, key=lambda path: sum(likeness(path)))
    return f"; did you mean {near}?" if max(likeness(near)) > 0.7 else ""


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

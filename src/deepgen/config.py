"""Run files and experiment files: read, merged and checked whole."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgen.checks import (
    check_datasets,
    check_experiment,
    check_first_phases,
    check_overrides,
    check_references,
    check_run,
    check_titles,
    for_paper,
    with_defaults,
)
from deepgen.errors import DeepgenError
from deepgen.sections import TAGS, check_section, meant
from deepgen.settings import Experiment, Run
from deepgen.typed import NAME, PATTERNS
from deepgen.yaml_file import bounded, parse_value, read_yaml


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


def load_config(
    run: dict[str, Any] | Path,
    folder: Path = Path("config"),
    changes: dict[str, dict[str, Any]] | None = None,
    named: str = "",
) -> Config:
    """Check a run file and every experiment that it names.

    Args:
        run: The run file, or its content as Snakemake has merged it.
        folder: Where `experiments/` lies.
        changes: Laid over the run's own overrides, by experiment.
        named: What sentences call a run that is given by its content.

    Raises:
        DeepgenError: one sentence that names file, key and value; nothing has started then.
    """
    content = read_yaml(run) if isinstance(run, Path) else bounded(run, "the run file")
    if isinstance(run, Path):
        where = str(run)
    else:
        where = named or f"run file {str(run.get('run', ''))[:80]!r}"
    checked = check_section(Run, content, where)
    check_run(checked, where)
    known = {path.stem for path in (folder / "experiments").glob("*.yaml")}
    for name in changes or {}:
        if name not in known:
            raise DeepgenError(f"--set names the experiment {name!r}{meant(name, known)}")
    if changes:
        where += " and --set"
        content = content | {"overrides": merge(checked.overrides, changes)}
        checked = check_section(Run, content, where)
    found: dict[str, Experiment] = {}
    whole: dict[str, Experiment] = {}
    waiting = list(checked.experiments)
    while waiting:
        name = waiting.pop(0)
        path = folder / "experiments" / f"{name}.yaml"
        found[name] = load_experiment(path, checked.overrides, where)
        whole[name] = load_experiment(path)
        if (first := found[name].init_from) and first not in found:
            waiting.append(first)
    check_datasets(found, where)
    check_first_phases(found, where)
    check_overrides(checked, known, where)
    if ignored := [name for name in changes or {} if name not in found]:
        raise DeepgenError(
            f"{where}: this run does not train {ignored[0]}, so --set would change nothing: add it "
            f"to experiments, or give {folder}/experiments/{ignored[0]}.yaml as --settings"
        )
    found = {name: for_paper(e, checked.paper) for name, e in found.items()}
    listed = {name: found[name] for name in checked.experiments}
    counted = _load_counted(checked, folder, where)
    check_titles(listed | {name: counted[name] for name in checked.not_run}, where)
    check_references(listed, where)
    not_run = {name: e for name, e in listed.items() if lacks_data(checked, e)}
    experiments = {name: e for name, e in listed.items() if name not in not_run}
    if not experiments:
        entry = next(iter(not_run.values())).entry
        raise DeepgenError(f"{where}: no experiment is left: {entry.how_to_get}")
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
        found |= {n: for_paper(e, run.paper) for n, e in reversed(chain.items())}
    return found


def _experiments_of(path: Path) -> list[str]:
    """The experiments that a run file names; none if there is no such file."""
    return list(read_yaml(path).get("experiments", [])) if path.is_file() else []


def lacks_data(run: Run, experiment: Experiment) -> bool:
    """Whether the experiment's set must be asked for and the run does not say where it is."""
    return bool(experiment.entry.how_to_get) and run.data.tfd.file is None


def load_experiment(
    path: Path, overrides: dict[str, dict[str, Any]] | None = None, run: str = ""
) -> Experiment:
    """Check an experiment file after laying a run's overrides over it.

    Args:
        path: The file, whose name is the experiment's.
        overrides: By experiment, of which its own count, and those of the one that it varies.
        run: What sentences call the run.

    Raises:
        DeepgenError: as `load_config`.
    """
    overrides = overrides or {}
    content = merge(_read_experiment(path, run), overrides.get(path.stem, {}))
    varied = content.get("ablation_of")
    if varied is not None:
        if not isinstance(varied, str) or not re.fullmatch(NAME, varied) or len(varied) > 60:
            raise DeepgenError(
                f"{path}: ablation_of is {varied!r:.70}: name an experiment, {PATTERNS[NAME]}"
            )
        base = path.with_name(f"{varied}.yaml")
        content = merge(_varied(base, overrides, str(path)), content)
    changed = {path.stem, str(varied)} & {name for name, override in overrides.items() if override}
    where = f"{path} with the overrides of {run}" if changed else str(path)
    experiment = check_section(Experiment, content, where)
    check_experiment(experiment, where)
    return with_defaults(experiment)


def _read_experiment(path: Path, whose: str) -> dict[str, Any]:
    if not path.exists():
        known = (other.stem for other in path.parent.glob("*.yaml"))
        begin = f"{whose}: experiment" if whose else "experiment"
        raise DeepgenError(f"{begin} {path.stem!r} has no file {path}{meant(path.stem, known)}")
    return read_yaml(path)


def _varied(path: Path, overrides: dict[str, dict[str, Any]], where: str) -> dict[str, Any]:
    """What an ablation takes from the experiment that it varies."""
    content = merge(_read_experiment(path, where), overrides.get(path.stem, {}))
    if content.get("ablation_of") is not None:
        raise DeepgenError(
            f"{where}: ablation_of is {path.stem!r}, which varies another one itself: name "
            f"{content['ablation_of']!r}"
        )
    return {key: value for key, value in content.items() if key not in ("title", "remark")}


def parse_changes(pairs: Any) -> dict[str, Any]:
    """What `--set` gives, `training.epochs=10` each with a value in YAML, as an override.

    Args:
        pairs: Text; from Snakemake, where keys begin with the experiment (`--config
            set=mnist.training.epochs=10`), whatever it has made of that, one or several.

    Raises:
        DeepgenError: for what is no such pair, a value that is not YAML, or a key given twice.
    """
    found: dict[str, Any] = {}
    pairs = pairs if isinstance(pairs, list) else [pairs]
    for pair in pairs:
        key, equals, text = str(pair).partition("=")
        *above, last = (part.strip() for part in key.split("."))
        if not equals or not all([*above, last]) or not isinstance(pair, str):
            raise DeepgenError(f"--set {pair}: write it as KEY=VALUE, as in training.epochs=10")
        at: Any = found
        for part in above:
            at = at.setdefault(part, {}) if isinstance(at, dict) else None
        if not isinstance(at, dict) or last in at:
            raise DeepgenError(f"--set {pair}: another --set gives {key.strip()}: leave one out")
        at[last] = parse_value(text, f"--set {pair}")
    return found


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

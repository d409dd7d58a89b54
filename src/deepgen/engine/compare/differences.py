"""What differs between two sides: settings, code, data, machine and scores."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any, NamedTuple

from deepgen.engine.compare.sides import Record, Row, Score, Side

DRAWN = "report"  # figures, tables and pages: their settings repeat those of what they show
ABSENT = "absent"

Where = tuple[str, str]  # experiment and job, whatever the seed
Changes = dict[tuple[str, str, str], set[Where]]  # {(name, in A, in B): where}
Change = tuple[str, Any, Any]


class Line(NamedTuple):
    """One score on both sides, or its mean over seeds, whose `row` has no seed.

    `ratio` is (B - A) / sqrt(SE_A^2 + SE_B^2); None where an error is zero or unknown, or where the
    spaces differ; `seeds` are those of each side if this is a mean.
    """

    row: Row
    a: Score
    b: Score
    ratio: float | None
    seeds: tuple[list[int], list[int]] | None = None


@dataclass
class Comparison:
    """All differences of two sides.

    Args:
        compared: Of which jobs both sides have a record.
        unrecorded: Scored experiments whose settings and code a side does not record.
        redrawn: Figures, tables and pages that were drawn with other settings.
        epochs: {experiment: epochs trained on each side}, where they differ.
        facts: Conditions of the scores that differ, such as the number of samples.
        scores: Those that differ.
        equal: How many do not.
        same_images: Whether both sides were scored on the same test images; None if that is not on
            record.
    """

    a: Side
    b: Side
    compared: set[Where] = field(default_factory=set)
    unrecorded: list[str] = field(default_factory=list)
    settings: Changes = field(default_factory=dict)
    redrawn: set[str] = field(default_factory=set)
    code: Changes = field(default_factory=dict)
    data: Changes = field(default_factory=dict)
    machine: Changes = field(default_factory=dict)
    epochs: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    facts: Changes = field(default_factory=dict)
    scores: list[Line] = field(default_factory=list)
    equal: int = 0
    same_images: bool | None = None


def find_differences(a: Side, b: Side) -> Comparison:
    """Everything that differs between two sides that were read."""
    found = Comparison(a, b)
    for where, old, new in _pairs(a.jobs, b.jobs):
        found.compared.add(where)
        settings = list(changes(old.settings, new.settings))
        if where[0] == DRAWN and settings:
            found.redrawn.add(where[1])
        elif settings:
            _note(found.settings, settings, where)
        _note(found.code, changes(old.code, new.code), where)
        if old.data is not None and new.data is not None:
            _note(found.data, changes(old.data, new.data), where)
        if old.machine is not None and new.machine is not None:
            _note(found.machine, changes(old.machine, new.machine), where)
    for name in sorted({name for name, _ in a.epochs} & {name for name, _ in b.epochs}):
        epochs = [sorted({n for (e, _), n in s.epochs.items() if e == name}) for s in (a, b)]
        if epochs[0] != epochs[1]:
            found.epochs[name] = (epochs[0], epochs[1])
    _compare_scores(found)
    return found


def _pairs(a: dict[str, Record], b: dict[str, Record]) -> Iterator[tuple[Where, Record, Record]]:
    """The records of the same job on both sides; of the first seeds if they share none."""
    mine, theirs = _by_seed(a), _by_seed(b)
    for name in sorted(mine.keys() & theirs.keys()):
        old, new = mine[name], theirs[name]
        experiment, _, rest = name.partition("/")
        where = (experiment, name if experiment == DRAWN else rest.rpartition("/")[2])
        shared = [(old[path], new[path]) for path in old if path in new]
        for pair in shared or [(next(iter(old.values())), next(iter(new.values())))]:
            yield where, *pair


def _by_seed(jobs: dict[str, Record]) -> dict[str, dict[str, Record]]:
    """{path without the seed: {path: record}}."""
    groups: dict[str, dict[str, Record]] = {}
    for path, job in sorted(jobs.items()):
        groups.setdefault(re.sub(r"/seed-\d+/", "/", path), {})[path] = job
    return groups


def mixed_seeds(side: Side) -> list[str]:
    """Experiments some of whose seeds were made with other settings or code than the others."""
    mixed = set()
    for name, jobs in _by_seed(side.jobs).items():
        first, *others = jobs.values()
        if any((job.settings, job.code) != (first.settings, first.code) for job in others):
            mixed.add(name.split("/")[0])
    return sorted(mixed)


def changes(old: Any, new: Any, name: str = "") -> Iterator[Change]:
    """(dotted key, old, new) of every leaf that differs, also in lists of as many tables."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old | new):
            dotted = f"{name}.{key}" if name else key
            yield from changes(old.get(key, ABSENT), new.get(key, ABSENT), dotted)
    elif _tables(old) and _tables(new) and len(old) == len(new):
        for i, parts in enumerate(zip(old, new, strict=True)):
            yield from changes(*parts, f"{name}.{i}")
    elif old != new:
        yield name, old, new


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _note(changes: Changes, found: Iterable[Change], where: Where) -> None:
    for name, old, new in found:
        changes.setdefault((name, _text(old), _text(new)), set()).add(where)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _compare_scores(found: Comparison) -> None:
    a, b = found.a.scores, found.b.scores
    lines = [_line(row, a[row], b[row]) for row in a if row in b] + list(_means(a, b))
    lines.sort(key=lambda line: (*order(line.row), line.seeds is not None))
    for line in lines:
        where = (line.row.experiment, line.row.score.split(",")[0])
        _note(found.facts, changes(*_shared_facts(line.a, line.b)), where)
    found.scores = [line for line in lines if line.a.value != line.b.value]
    found.equal = len(lines) - len(found.scores)
    experiments = sorted({line.row.experiment for line in lines})
    recorded = {experiment for experiment, _ in found.compared}
    found.unrecorded = [name for name in experiments if name not in recorded]
    images = {_same_images(found.a, found.b, name) for name in experiments}
    found.same_images = False if False in images else None if None in images else True


def order(row: Row) -> tuple[Any, ...]:
    """By experiment, checkpoint before reference, seed; the Parzen score first."""
    source = {"selected": 0, "last": 1}.get(row.source, 2)
    seed = float("inf") if row.seed is None else row.seed
    return row.experiment, source, row.source, seed, not row.score.startswith("parzen"), row.score


def _line(row: Row, a: Score, b: Score, **more: Any) -> Line:
    error = (a.error**2 + b.error**2) ** 0.5
    comparable = error > 0 and a.facts.get("space") == b.facts.get("space")  # False for nan
    return Line(row, a, b, (b.value - a.value) / error if comparable else None, **more)


def _shared_facts(a: Score, b: Score) -> list[dict[str, Any]]:
    """The facts of both scores that both record."""
    return [{name: s.facts[name] for name in a.facts if name in b.facts} for s in (a, b)]


def _means(a: dict[Row, Score], b: dict[Row, Score]) -> Iterator[Line]:
    """Means over the seeds of each side, of what both have and one has of several seeds."""
    groups: list[dict[Row, dict[int, Score]]] = [{}, {}]
    for scores, group in zip((a, b), groups, strict=True):
        for row, score in scores.items():
            if row.seed is not None:
                group.setdefault(row._replace(seed=None), {})[row.seed] = score
    for row in groups[0].keys() & groups[1].keys():
        old, new = groups[0][row], groups[1][row]
        if len(old) > 1 or len(new) > 1:
            yield _line(row, _mean(old), _mean(new), seeds=(sorted(old), sorted(new)))


def _mean(scores: dict[int, Score]) -> Score:
    """The mean with its standard error over seeds, which is nan for a single seed."""
    values = [score.value for score in scores.values()]
    error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else math.nan
    return Score(fmean(values), error, "seeds", next(iter(scores.values())).facts)


def _same_images(a: Side, b: Side, experiment: str) -> bool | None:
    digests: list[dict[str, str]] = [{}, {}]
    for side, known in zip((a, b), digests, strict=True):
        for path, job in side.jobs.items():
            if path.startswith(f"{experiment}/"):
                known |= {r: d for r, d in (job.data or {}).items() if r.endswith("test.npy")}
    shared = digests[0].keys() & digests[1].keys()
    return all(digests[0][role] == digests[1][role] for role in shared) if shared else None

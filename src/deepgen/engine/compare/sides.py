"""One side of a comparison: the records and scores of a run, from a folder or a git revision."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from deepgen.engine.compare.ledger import read_ledger
from deepgen.engine.compare.revisions import describe, files_at, find_commit, folders_at
from deepgen.engine.integrity import PROVENANCE
from deepgen.engine.ledger.shelf import RECORD
from deepgen.errors import DeepgenError
from deepgen.places import Place

HISTORY = "history.csv"
# Of a Parzen score the spread says how sure it is, and its number again, as does `sampling`
SCORE = re.compile(r"(?!(sigma|parzen_spread|sampling)\.)[^/.]+\.json")


class Row(NamedTuple):
    """What a number is the score of; `source` is a checkpoint or a reference (with seed None)."""

    experiment: str
    source: str
    seed: int | None
    score: str


class Score(NamedTuple):
    """A score with its standard error, over examples or folds.

    `facts` are what two scores must share to be the same measurement.
    """

    value: float
    error: float
    over: str
    facts: dict[str, Any]


class Record(NamedTuple):
    """What a job depended on; `data` and `machine` are None where its record does not tell.

    `data` holds {role: first digits of the SHA-256} of its inputs from the data set, not of those
    that another job of the run made; `machine` has no host, because that is not published.
    """

    settings: dict[str, Any]
    code: dict[str, str]
    data: dict[str, str] | None
    machine: dict[str, Any] | None


@dataclass
class Side:
    """A run as it was recorded.

    Args:
        name: As the person gave it.
        origin: Where it was read, in words.
        jobs: {path of the provenance file in the run, without its ending: its record}.
        scores: Of every model and reference.
        epochs: Epochs trained, by experiment and seed.
        histories: The content of `history.csv`, by experiment and seed.
        notes: Sentences about what could not be read.
    """

    name: str
    origin: str
    jobs: dict[str, Record] = field(default_factory=dict)
    scores: dict[Row, Score] = field(default_factory=dict)
    epochs: dict[tuple[str, int | None], int] = field(default_factory=dict)
    histories: dict[tuple[str, int | None], bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_side(name: str) -> Side:
    """The side that a person names: a run's folder, or a revision, as `<revision>:reports/<run>`.

    A revision is read from the ledger's shelf (`<revision>:results/<run>`), or else from its
    published report.

    Raises:
        DeepgenError: if there is no such folder or revision, nothing of a run in it, or a damaged
            record.
    """
    root = Path(name)
    if any(root.glob("*/seed-*")) or any(root.glob("*/references")):
        side = Side(name, name)
        paths = (p for p in root.rglob("*") if is_wanted(p.relative_to(root).as_posix()))
        _fill(side, {p.relative_to(root).as_posix(): p.read_bytes() for p in paths})
        return side
    named = re.fullmatch(r"(.+):(results|reports)/([^/:]+)/?", name)
    revision, folder, run = named.groups() if named else (name, "", "")
    return _read_revision(name, revision, folder, run)


def is_wanted(path: str) -> bool:
    """Whether a file of a run, by its path in the run's folder, says something to compare."""
    place, file = Place.parse(path) or (None, "")
    if place and (place.checkpoint or place.reference):
        known = SCORE.fullmatch(file)
    else:
        known = file == HISTORY
    hidden = any(part.startswith(".") for part in path.split("/"))
    return bool(known or path.endswith(PROVENANCE)) and not hidden


def _read_revision(name: str, revision: str, folder: str, run: str) -> Side:
    commit = find_commit(revision)
    side = Side(name, "")
    if folder != "reports" and (found := read_ledger(commit, run, is_wanted)):
        side.origin = describe(commit, str(RECORD))
        side.notes += found.notes
        _fill(side, found.files)
        return side
    runs = [run] if folder == "reports" else folders_at(commit, "reports") if not folder else []
    if len(runs) > 1:
        raise DeepgenError(
            f"{name} publishes {' and '.join(runs)}: name one, as in {name}:reports/{runs[0]}"
        )
    for run in runs:
        side.origin = describe(commit, f"reports/{run}")
        files = files_at(commit, f"reports/{run}")
        _fill(side, {path: data for path, data in files.items() if is_wanted(path)})
    if not (side.jobs or side.scores):
        raise DeepgenError(
            f"{name} has {'no such run' if folder else f'no {RECORD} and no published report'} in "
            "this folder: run this in the project's folder, or name a revision that has one"
        )
    return side


def _fill(side: Side, files: dict[str, bytes]) -> None:
    for path, data in sorted(files.items()):
        try:
            if path.endswith(PROVENANCE):
                side.jobs[path.removesuffix(PROVENANCE)] = _record(json.loads(data))
            elif found := Place.parse(path):
                place, file = found
                if file == HISTORY:
                    side.epochs[place.experiment, place.seed] = len(data.split()) - 1
                    side.histories[place.experiment, place.seed] = data
                else:
                    side.scores |= _scores(place, file.removesuffix(".json"), json.loads(data))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DeepgenError(
                f"{path} in {side.origin} is damaged ({type(error).__name__}: {error}): make it "
                "again, or compare another one"
            ) from None


def _record(job: dict[str, Any]) -> Record:
    inputs, machine = job.get("inputs"), job.get("machine")
    return Record(
        settings=dict(job["settings"]),
        code=dict(job["code"]),
        data=None if inputs is None else _data(inputs),
        machine=machine and {name: value for name, value in machine.items() if name != "host"},
    )


def _data(inputs: dict[str, dict[str, str]]) -> dict[str, str]:
    """A data set's files: their role is their name, as in "fold-1/test.npy"."""
    return {
        role: entry["sha256"][:12]
        for role, entry in inputs.items()
        if PurePath(role).name == PurePath(entry["path"]).name
    }


def _scores(place: Place, name: str, content: dict[str, Any]) -> dict[Row, Score]:
    """The numbers of one file: {estimator or representation: result}, or a result a name in it."""
    source, found = place.checkpoint or place.reference, {}
    for part, result in content.items():
        if "log_likelihood" in result:
            result = result | {"value": result["log_likelihood"]}
        if "value" in result:
            # Estimators of the Parzen score have it in their names
            numbers = {part if name == "parzen" else f"{name}, {part}": result}
        else:
            numbers = {f"{score}, {part}": number for score, number in result.items()}
        for score, number in numbers.items():
            facts = ("space", "kind", "grid", "num_samples", "num_test_examples")
            # The likelihoods of several spaces share a scale, on which they can be subtracted
            number = number | ({"space": number["scale"]} if "scale" in number else {})
            found[Row(place.experiment, source, place.seed, score)] = Score(
                float(number["value"]),
                float(number["standard_error"]),
                number.get("standard_error_over", "examples"),
                {fact: number[fact] for fact in facts if fact in number},
            )
    return found

"""Trained models that go with a published report: one of each experiment, for use by its name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from deepgen.errors import DeepgenError
from deepgen.files import sha256
from deepgen.report.model_names import MODEL, models_of
from deepgen.sections import meant

RECORD = "train.prov.json"
LIMIT = 10 * 2**20  # bytes; the generator released for MNIST has 10,017,216 as float32
SETTINGS = "report/index.prov.json"
_DAMAGE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Chosen(NamedTuple):
    """`files` of a publication, where they are and where they go in it, and what must be said."""

    files: list[tuple[Path, Path]]
    remarks: list[str]


def choose_models(run: Path, earlier: Path, wanted: list[str] | None = None) -> Chosen:
    """The selected model of the first seed of every experiment of a report, with its record.

    One that is too large, missing, or not what its training made is left out. What an earlier
    publication has of experiments that this run does not have is kept.

    Args:
        run: `results/<run>`, whose report is finished.
        earlier: `reports/<run>`, as it is before it is replaced, or nothing yet.
        wanted: Experiments of the run, or all. What is not among them is left out without a word,
            and so are models of an earlier publication.

    Raises:
        DeepgenError: if the record of the report is missing or damaged, or a wanted experiment is
            not in it.
    """
    seeds = _first_seeds(run / SETTINGS)
    if unknown := [name for name in wanted or [] if name not in seeds]:
        raise DeepgenError(f"{run} has no experiment {unknown[0]!r}{meant(unknown[0], seeds)}")
    found = Chosen([], [])
    published = dict(models_of(earlier))
    if wanted is not None:
        seeds = {name: seeds[name] for name in wanted}
        published = {name: path for name, path in published.items() if name in wanted}
    for experiment, seed in seeds.items():
        folder = run / experiment / f"seed-{seed}"
        if problem := _problem(folder):
            gone = "; that of an earlier publication goes, and git has it" * (
                experiment in published
            )
            found.remarks.append(f"the model of {experiment} is not published: {problem}{gone}")
        else:
            found.files.extend(_placed(folder, run))
    for experiment in sorted(published.keys() - seeds):
        found.files.extend(_placed(published[experiment].parent, earlier))
        found.remarks.append(
            f"the model of {experiment} stays from an earlier publication: this run has none"
        )
    return found


def _placed(folder: Path, root: Path) -> Iterator[tuple[Path, Path]]:
    for path in (folder / MODEL, folder / RECORD):
        if path.is_file():
            yield path, path.relative_to(root)


def _first_seeds(record: Path) -> dict[str, int]:
    """{experiment: its first seed, which gives the figures}, from the record of the front page."""
    try:
        experiments = json.loads(record.read_text(encoding="utf-8"))["settings"]["experiments"]
        return {name: int(e["settings"]["seeds"][0]) for name, e in experiments.items()}
    except (OSError, *_DAMAGE):
        raise DeepgenError(
            f"{record} is missing or damaged: delete it and run snakemake again"
        ) from None


def _problem(folder: Path) -> str:
    """Why a training's selected model is not published; empty if it is."""
    model, record = folder / MODEL, folder / RECORD
    if not model.is_file() or not record.is_file():
        return f"{folder} has no {MODEL} with {RECORD} beside it; run snakemake again"
    if (size := model.stat().st_size) > LIMIT:
        return f"its {size / 2**20:.1f} MiB are more than the {LIMIT // 2**20} that git should hold"
    try:
        made = json.loads(record.read_text(encoding="utf-8"))["outputs"][MODEL]
    except _DAMAGE:
        made = None
    if made != sha256(model):
        return f"{model} is not what {RECORD} says was made; delete both and run snakemake again"
    return ""

"""Stage `report`: HTML pages from the table, the figures, the histories and the provenance."""

import os
from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.files import write_text
from deepgen.reporting.read import load, read
from deepgen.reporting.report import FigureFile, Material, render
from deepgen.reporting.tables import from_csv


def report(inputs: dict[str, Path], out: Path, settings: dict[str, Any]) -> None:
    """Write `index.html`, `<experiment>.html` for each experiment, and `runs.csv`.

    Args:
        inputs: `table1`: `table1.csv`; `figure:<experiment>/<figure>`: a PNG with its PDF beside
            it; `caption:<experiment>/<figure>`: its text; `provenance:<label>`: a `*.prov.json`;
            `history:<experiment>/seed-<s>`: a `history.csv`. Other roles are not read.
        out: Folder of the report.
        settings: As for `deepgen.reporting.report.render`.

    Raises:
        DeepgenError: if a file is missing or damaged, or an experiment's figure or caption is not
            given.
    """
    roles = _by_kind(inputs)
    if "table1" not in inputs:
        raise DeepgenError("report needs the role table1: add --input table1=<table1.csv>")
    named = [name for e in settings["experiments"].values() for name in e["figures"]]
    for kind in ("figure", "caption"):
        if missing := sorted(set(named) - set(roles[kind])):
            raise DeepgenError(f"report needs the {kind}s {', '.join(missing)}: add them as inputs")
    # Jobs write into a folder beside the published one, so links count from where table1 lies:
    # <report>/tables/table1.csv
    tables = inputs["table1"].absolute().parent
    root = tables.parent if tables.name == "tables" else tables
    material = Material(
        table=read(inputs["table1"], from_csv),
        tables=Path(os.path.relpath(tables, root)).as_posix(),
        figures={
            name: _figure(roles["figure"][name], roles["caption"][name], root) for name in named
        },
        histories={
            _training(label, settings): read(path, _history)
            for label, path in roles["history"].items()
        },
        manifests={label: load(path) for label, path in roles["provenance"].items()},
    )
    for name, text in render(material, settings).items():
        write_text(out / name, text)


def _by_kind(inputs: dict[str, Path]) -> dict[str, dict[str, Path]]:
    """{"figure": {name: path}, ...} from roles `kind:name`."""
    kinds: dict[str, dict[str, Path]] = {
        kind: {} for kind in ("figure", "caption", "history", "provenance")
    }
    for role, path in inputs.items():
        kind, _, name = role.partition(":")
        if kind in kinds:
            kinds[kind][name] = path
    return kinds


def _figure(path: Path, caption: Path, root: Path) -> FigureFile:
    pdf = Path(os.path.relpath(path.absolute().with_suffix(".pdf"), root)).as_posix()
    return FigureFile(path.stem, read(path, _png), load(caption).strip(), pdf)


def _png(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("not a PNG")
    return content


def _training(label: str, settings: dict[str, Any]) -> tuple[str, int]:
    """Experiment and seed of `<experiment>/seed-<s>`."""
    experiment, _, seed = label.partition("/seed-")
    if experiment not in settings["experiments"] or not seed.isdigit():
        raise DeepgenError(
            f"report does not know the training {label!r}: name it <experiment>/seed-<s>"
        )
    return experiment, int(seed)


def _history(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    if "epoch" not in table or table.empty:
        raise ValueError("no epochs")
    return table

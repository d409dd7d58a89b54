"""The report: HTML pages that need no other file, no script and no network."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deepgen.reporting import templates
from deepgen.reporting.links import labelled
from deepgen.reporting.machines import duration, jobs_of, machines
from deepgen.reporting.origins import origin
from deepgen.reporting.pictures import Picture, extras, figure, figure2
from deepgen.reporting.printed import PrintedTable
from deepgen.reporting.runs import training_sentences
from deepgen.reporting.settings_list import sections

FOLDER = Path(templates.__file__).parent
TABLES = ("summary", "table1", "table2", "costs", "scores")


@dataclass(frozen=True)
class Material:
    """Everything a page shows, already read.

    Attributes:
        tables: Printed tables by what they show, keys of `TABLES`; a missing key is none.
        table: Long form of Table 1, for its warnings.
        runs: One row a training, as `deepgen.reporting.runs.runs`.
        pictures: {`<experiment>/<figure>` or `theory/<figure>`: figure}, in the order of settings.
        manifests: {path label: manifest}.
    """

    tables: dict[str, list[PrintedTable]]
    table: pd.DataFrame
    runs: pd.DataFrame
    pictures: dict[str, Picture]
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)


def render(material: Material, settings: dict[str, Any]) -> str:
    """One page: the index, in the paper's order, or that of one experiment.

    Args:
        material: What is shown.
        settings: `page`, `index` or the name of an experiment; `run`; `title`; `experiments`
            {name: {"title", "dataset_title", "dataset_citation", "dataset_licence", "settings",
            "full_budget", "full_seeds", "figures"}}, where `full_seeds` may be left out if none
            is; `earlier`, the same for first phases, which have no page; `not_run`
            [{"dataset_title", "model", "how_to_get"}].
    """
    experiments, name = settings["experiments"], settings["page"]
    common = {
        "title": settings["title"],
        "run": settings["run"],
        "experiments": experiments,
        "tables": {key: material.tables.get(key, []) for key in TABLES},
        "sentences": {n: training_sentences(n, e, material.runs) for n, e in experiments.items()},
        "shortened": _shortened(experiments, settings.get("earlier", {})),
        "edges": _edges(material.table),
        "sections": {n: sections(e["settings"]) for n, e in experiments.items()},
        "sources": {n: _sources(material, e) for n, e in experiments.items()},
    }
    own = _index(material, settings) if name == "index" else _experiment(material, settings)
    page = "index" if name == "index" else "experiment"
    return _environment().get_template(f"{page}.html").render(common | own)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": duration,
        "labelled": labelled,
        "number": _number,
        "unbroken": _unbroken,
    }
    environment.globals["css"] = (FOLDER / "report.css").read_text(encoding="utf-8")
    return environment


def _index(material: Material, settings: dict[str, Any]) -> dict[str, Any]:
    pictures = material.pictures
    theory = {name: p for name, p in pictures.items() if name.startswith("theory/")}
    parts = {
        "theory": list(theory.values()),
        "figure1": figure("1", theory),
        "theory_extras": extras(theory, "theory"),
        "figure2": figure2(pictures, settings["not_run"]),
        "figure3": figure("3", pictures),
        "extras": {name: extras(pictures, name) for name in settings["experiments"]},
        "trainings": len(material.runs),
        "machines": machines(jobs_of(material.manifests)),
    }
    return parts | {"contents": _contents(material, parts)}


def _contents(material: Material, parts: dict[str, Any]) -> list[tuple[str, str]]:
    """(id, heading) of the sections that this page has."""
    known = [
        ("how-to-read", "How to read this", True),
        ("theory", "Figure 1 and the theory", parts["theory"]),
        ("table-1", "Table 1: Parzen window log-likelihood", True),
        ("figure-2", "Figure 2: samples", True),
        ("figure-3", "Figure 3: lines in z space", parts["figure3"]),
        ("table-2", "Table 2: challenges and costs", True),
        ("scores", "Scores that need no Inception weights", material.tables.get("scores")),
        ("experiments", "Behind the numbers: each experiment", True),
        ("machines", "What machine made this", True),
    ]
    return [(id, heading) for id, heading, there in known if there]


def _experiment(material: Material, settings: dict[str, Any]) -> dict[str, Any]:
    name, earlier = settings["page"], settings.get("earlier", {})
    experiment = settings["experiments"][name]
    dataset = experiment["settings"]["dataset"]
    folders = (name, *earlier, f"report/figures/{name}")
    data = (f"data/raw/{dataset}", f"data/prepared/{dataset}")
    jobs = jobs_of(material.manifests, (*folders, *data))
    return {
        "name": name,
        "experiment": experiment,
        "pictures": sorted(material.pictures.values(), key=lambda picture: not picture.number),
        "runs": material.runs.to_dict("records"),
        "scored": bool(len(material.runs) and material.runs["best_epoch"].notna().any()),
        "losses": [column for column in material.runs if column.startswith("final_")],
        "jobs": jobs,
        "machines": machines(jobs),
    }


def _shortened(experiments: dict[str, Any], earlier: dict[str, Any]) -> list[str]:
    """What is below the experiment files: `mnist 8 of 1,500 epochs and 1 of 5 seeds`.

    A first phase has the seeds of what continues it, so its own are not counted.
    """
    less = []
    for name, experiment in (experiments | earlier).items():
        chosen, parts = experiment["settings"], []
        budget, full = chosen["training"]["epochs"], experiment["full_budget"]
        if budget < full:
            parts.append(f"{budget:,} of {full:,} epochs")
        seeds = len(chosen.get("seeds", []))
        full_seeds = experiment.get("full_seeds", seeds)
        if name in experiments and seeds < full_seeds:
            parts.append(f"{seeds} of {full_seeds} seeds")
        if parts:
            less.append(f"{name} {' and '.join(parts)}")
    return less


def _sources(material: Material, experiment: dict[str, Any]) -> dict[str, str]:
    """{file: where it came from} of an experiment's raw data; empty if that is not known."""
    label = f"data/raw/{experiment['settings']['dataset']}/fetch"
    notes = material.manifests.get(label, {}).get("notes") or {}
    return {file: origin(source) for file, source in notes.items()}


def _edges(table: pd.DataFrame) -> list[str]:
    """What has a sigma on the edge of its grid, one sentence a data set and estimator."""
    rows = table[table["sigma"].str.endswith("*")]
    rows = rows.drop_duplicates(["dataset", "estimator", "model"])
    return [
        f"{dataset}, {estimator}: {', '.join(part['model'])}"
        for (dataset, estimator), part in rows.groupby(["dataset", "estimator"], sort=False)
    ]


def _number(value: Any, digits: int = 1) -> str:
    """A number for a cell; a dash for a missing one."""
    if pd.isna(value):
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}".replace("-", "−")


def _unbroken(cell: str, narrow: bool = False) -> str:
    """A cell that no line break parts within one standard error.

    Args:
        cell: As `168.6 ± 1.4 (examples)`.
        narrow: Whether what the error is over may stand on the next line.
    """
    error = r"(^\S+ )?± \S+" if narrow else r"(^\S+ )?± [^)]*\)\*?"
    return re.sub(error, lambda found: found[0].replace(" ", "\u00a0"), cell)

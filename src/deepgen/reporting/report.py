"""The report: HTML pages that need no other file, no script and no network."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deepgen.reporting import templates
from deepgen.reporting.machines import duration, jobs_of, machines
from deepgen.reporting.printed import printed
from deepgen.reporting.runs import runs, training_sentences
from deepgen.reporting.wording import listed

FOLDER = Path(templates.__file__).parent
# Figures of the paper itself come first
_PAPER_FIGURE = re.compile(r"(?:^|[-_])figure(\d+[a-z]?)$")


@dataclass(frozen=True)
class FigureFile:
    """A figure as it is shown: output name, bytes of the PNG, caption, and where the PDF is."""

    name: str
    png: bytes
    caption: str
    pdf: str

    @property
    def number(self) -> str:
        """Its number in the paper, `Figure 2a`; empty for a figure of our own."""
        found = _PAPER_FIGURE.search(self.name)
        return f"Figure {found[1]}" if found else ""

    @property
    def data(self) -> str:
        """The image as a `data:` address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class Material:
    """Everything the pages show, already read.

    Attributes:
        table: Long form of Table 1.
        tables: Relative address of the folder with `table1.csv`, `table1.md`, `table1.tex`.
        figures: {output name: figure}.
        histories: {(experiment, seed): history}.
        manifests: {path label: manifest}.
    """

    table: pd.DataFrame
    tables: str
    figures: dict[str, FigureFile]
    histories: dict[tuple[str, int], pd.DataFrame]
    manifests: dict[str, dict[str, Any]]


def render(material: Material, settings: dict[str, Any]) -> dict[str, str]:
    """Every page and `runs.csv`, {file name: text}.

    Args:
        material: What is shown.
        settings: `run`, `title`, `experiments` {name: {"title", "dataset_title",
            "dataset_citation", "dataset_licence", "settings", "full_budget", "figures"}}.
    """
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "number": _number, "unbroken": _unbroken}
    environment.globals["css"] = (FOLDER / "report.css").read_text(encoding="utf-8")
    experiments = settings["experiments"]
    table = runs(material.histories, experiments)
    jobs = jobs_of(material.manifests)
    common = {
        "title": settings["title"],
        "run": settings["run"],
        "experiments": experiments,
        "tables": material.tables,
        "sentences": {n: training_sentences(n, e, table) for n, e in experiments.items()},
        "figures": {n: _figures(material, e) for n, e in experiments.items()},
        "sections": {n: sections(e["settings"]) for n, e in experiments.items()},
        "sources": {n: _sources(material, e) for n, e in experiments.items()},
    }
    index = common | {
        "parts": printed(material.table),
        "scope": _scope(common["figures"], experiments),
        "edges": _edges(material.table),
        "machines": machines(jobs),
    }
    files = {
        "index.html": environment.get_template("index.html").render(index),
        "runs.csv": table.to_csv(index=False, lineterminator="\n", float_format="%.7g"),
    }
    for name, experiment in experiments.items():
        dataset = experiment["settings"]["dataset"]
        folders = (
            name,
            f"report/figures/{name}",
            f"data/raw/{dataset}",
            f"data/prepared/{dataset}",
        )
        own = jobs_of(material.manifests, folders)
        page = common | {
            "name": name,
            "experiment": experiment,
            "runs": table[table["experiment"] == name].to_dict("records") if len(table) else [],
            "losses": [column for column in table if column.startswith("final_")],
            "jobs": own,
            "machines": machines(own),
        }
        files[f"{name}.html"] = environment.get_template("experiment.html").render(page)
    return files


def sections(settings: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Nested settings as titled lists of (dotted key, value).

    Example:
        >>> sections({"seeds": [1, 2], "model": {"noise": {"size": 100}}})
        [('experiment', [('seeds', '1, 2')]), ('model', [('noise.size', '100')])]
    """
    plain = [(key, _text(v)) for key, v in settings.items() if not isinstance(v, dict)]
    nested = [(key, _flat(value)) for key, value in settings.items() if isinstance(value, dict)]
    return ([("experiment", plain)] if plain else []) + nested


def _flat(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in settings.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            # A list of layers: one line each, numbered as people count
            rows += [(f"{prefix}{key} {i}", _text(layer)) for i, layer in enumerate(value, 1)]
        else:
            rows.append((prefix + key, _text(value)))
    return rows


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(v)}" for key, v in value.items() if v is not None)
    if isinstance(value, list):
        return ", ".join(_text(entry) for entry in value)
    if value is None:
        return "none"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _figures(material: Material, experiment: dict[str, Any]) -> dict[str, FigureFile]:
    """An experiment's figures, those of the paper first."""
    names = sorted(experiment["figures"], key=lambda name: not material.figures[name].number)
    return {name: material.figures[name] for name in names}


def _scope(figures: dict[str, dict[str, FigureFile]], experiments: dict[str, Any]) -> str:
    """What of the paper is here: `Table 1, Figures 2a and 3, for MNIST`."""
    datasets: dict[str, list[str]] = {}
    for name, experiment in experiments.items():
        numbers = {f.number.removeprefix("Figure ") for f in figures[name].values() if f.number}
        datasets.setdefault(experiment["dataset_title"], []).extend(sorted(numbers))
    parts: dict[str, list[str]] = {}
    for dataset, numbers in datasets.items():
        unique = list(dict.fromkeys(numbers))
        shown = f", Figure{'s' if len(unique) > 1 else ''} {listed(unique)}," if unique else ""
        parts.setdefault(f"Table 1{shown} for", []).append(dataset)
    return "; ".join(f"{what} {listed(where)}" for what, where in parts.items())


def _sources(material: Material, experiment: dict[str, Any]) -> dict[str, str]:
    """{file: where it came from} of an experiment's raw data; empty if that is not known."""
    label = f"data/raw/{experiment['settings']['dataset']}/fetch"
    return material.manifests.get(label, {}).get("notes") or {}


def _edges(table: pd.DataFrame) -> list[str]:
    """One sentence for every row whose sigma lies on the edge of its grid."""
    rows = table[table["sigma"].str.endswith("*")]
    names = ["model", "dataset", "selection", "estimator", "sigma"]
    return [
        f"{row.model} on {row.dataset}{f' ({row.selection})' if row.selection else ''}, "
        f"{row.estimator}: σ = {row.sigma.rstrip('*')}"
        for row in rows[names].drop_duplicates().itertuples()
    ]


def _number(value: Any, digits: int = 1) -> str:
    """A number for a cell; a dash for a missing one."""
    if pd.isna(value):
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}".replace("-", "−")


def _unbroken(cell: str) -> str:
    """A cell that no line break parts within one standard error."""
    return re.sub(r"(^\S+ )?± [^)]*\)\*?", lambda error: error[0].replace(" ", "\u00a0"), cell)

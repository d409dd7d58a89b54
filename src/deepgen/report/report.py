"""The report: HTML pages that need no other file, no script and no network."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deepgen.places import Place
from deepgen.report import templates
from deepgen.report.contents import Material, tables
from deepgen.report.links import labelled
from deepgen.report.long_form import to_csv
from deepgen.report.machines import duration, jobs_of, machines
from deepgen.report.origins import origin
from deepgen.report.printed import number
from deepgen.report.runs import training_sentences
from deepgen.report.symbols import typeset

FOLDER = Path(templates.__file__).parent
# Of the front page, in its order: {what is shown: heading}
SECTIONS = {
    "ablations": "Ablations",
    "likelihoods": "Log-likelihoods",
    "parzen": "Parzen window log-likelihoods",
    "sampling": "How samples are drawn",
    "scores": "Scores that need no Inception weights",
    "costs": "What each training cost",
    "machines": "What machine made this",
}


def index(material: Material, settings: dict[str, Any]) -> dict[str, str]:
    """The front page, and the tables beside it: {file: text}.

    Args:
        material: What is shown.
        settings: `page`; `run`; `experiments` {name: {"title", "dataset_title",
            "dataset_citation", "dataset_licence", "settings", "kinds" (of the model's family),
            "full_budget", "full_seeds", "figures"}}; `first_phases`, the same for what experiments
            began with, which has no page; `not_run` [{"dataset_title", "model", "figures" (names),
            and as `deepgen.report.not_run.state` takes it}]; `papers` [{"name", "title",
            "citation", "url"}] of the pages beside this one.
    """
    printed = tables(material, settings)
    page = render(
        "index.html",
        material,
        settings,
        tables=printed,
        contents={id: text for id, text in SECTIONS.items() if printed.get(id, True)},
        machines=machines(jobs_of(material.manifests)),
    )
    return {
        "index.html": page,
        "runs.csv": to_csv(material.runs),
        "tables/costs.csv": to_csv(material.costs),
    }


def experiment(material: Material, settings: dict[str, Any]) -> dict[str, str]:
    """The page of one experiment, `settings["page"]`: {file: text}.

    Args:
        material: Of that experiment alone.
        settings: As for `index`.
    """
    name, runs = settings["page"], material.runs
    chosen = settings["experiments"][name]
    dataset = _dataset_name(chosen)
    folders = (name, *settings["first_phases"], f"report/figures/{name}")
    data = (f"data/raw/{dataset}", f"data/prepared/{dataset}")
    jobs = jobs_of(material.manifests, (*folders, *data))
    page = render(
        "experiment.html",
        material,
        settings,
        tables=tables(material, settings),
        name=name,
        experiment=chosen,
        runs=[(Place(r["experiment"], r["seed"]), r) for r in runs.to_dict("records")],
        scored=bool(runs["best_epoch"].notna().any()),
        losses=[column for column in runs if column.startswith("final_")],
        jobs=jobs,
        machines=machines(jobs),
    )
    return {f"{name}.html": page}


def render(
    template: str,
    material: Material,
    settings: dict[str, Any],
    folder: Path = FOLDER,
    **own: Any,
) -> str:
    """One page.

    Args:
        template: A file of `folder`, which may extend those of the report.
        material: What is shown.
        settings: As for `index`.
        folder: Of the page's own templates.
        own: What this template needs beside what all have.
    """
    environment = Environment(
        loader=FileSystemLoader([FOLDER, folder]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": duration,
        "labelled": labelled,
        "number": number,
        "listed": _listed,
        "typeset": typeset,
        "unbroken": _unbroken,
    }
    experiments = settings["experiments"]
    common = {
        "css": (FOLDER / "report.css").read_text(encoding="utf-8"),
        "run": settings["run"],
        "experiments": experiments,
        "papers": settings["papers"],
        "pictures": list(material.pictures.values()),
        "sentences": {n: training_sentences(n, e, material.runs) for n, e in experiments.items()},
        "shortened": _shortened(experiments, settings["first_phases"]),
        "sources": {n: _sources(material, e) for n, e in experiments.items()},
    }
    return environment.get_template(template).render(common | own)


def _shortened(experiments: dict[str, Any], first_phases: dict[str, Any]) -> list[str]:
    """What is below the experiment files: `mnist 8 of 1,500 epochs and 1 of 5 seeds`.

    A first phase has the seeds of what continues it, so its own are not counted.
    """
    less = []
    for name, experiment in (experiments | first_phases).items():
        chosen, parts = experiment["settings"], []
        budget, full = chosen["training"]["epochs"], experiment["full_budget"]
        if budget < full:
            parts.append(f"{budget:,} of {full:,} epochs")
        seeds = len(chosen.get("seeds", []))
        if name in experiments and seeds < experiment.get("full_seeds", seeds):
            parts.append(f"{seeds} of {experiment['full_seeds']} seeds")
        if parts:
            less.append(f"{name} {' and '.join(parts)}")
    return less


def _sources(material: Material, experiment: dict[str, Any]) -> dict[str, str]:
    """{file: where it came from} of an experiment's raw data; empty if that is not known."""
    label = f"data/raw/{_dataset_name(experiment)}/fetch"
    notes = material.manifests.get(label, {}).get("notes") or {}
    return {file: origin(source) for file, source in notes.items()}


def _dataset_name(experiment: dict[str, Any]) -> str:
    """Of its folders in `data/`."""
    dataset = experiment["settings"]["dataset"]
    return dataset["name"] if isinstance(dataset, dict) else dataset


def _unbroken(cell: str) -> str:
    """A cell that no line break parts between a number and its standard error."""
    return re.sub(r"(^\S+ )?± \S+", lambda found: found[0].replace(" ", "\u00a0"), cell)


def _listed(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested settings as (dotted key, value); a list of layers has one line each.

    Example:
        >>> _listed({"seeds": [1, 2], "model": {"noise": {"size": 100}}})
        [('seeds', '1, 2'), ('model.noise.size', '100')]
    """
    rows: list[tuple[str, str]] = []
    for key, value in settings.items():
        if isinstance(value, dict):
            rows += _listed(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
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

"""Stage `report`: one HTML page from tables, figures, histories and provenance."""

import importlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.files import write_text
from deepgen.places import Place
from deepgen.report.ablations import ablations
from deepgen.report.contents import Material, Picture
from deepgen.report.costs import costs
from deepgen.report.long_form import measured
from deepgen.report.read import load, read
from deepgen.report.report import experiment, index
from deepgen.report.runs import runs
from deepgen.stages.published import published


def report(inputs: dict[str, Path], out: Path, settings: dict[str, Any]) -> None:
    """Write one page: the index with its tables, that of a paper with its, or an experiment's.

    Links count on the page's place in `results/<run>/report/`, beside `figures/<owner>/` and
    `tables/`.

    Args:
        inputs: `figure:<owner>/<figure>`, a PNG, and `caption:<owner>/<figure>`, its text, of
            experiments and papers; `history:<experiment>/seed-<s>`, a `history.csv`;
            `provenance:<label>`, a `*.prov.json`; if there is one, `data:<experiment>/<figure>`,
            the file of the run behind a caption's numbers, and `classifier:<experiment>`, its
            `classifier.json`; and `operations:<experiment>`, the `operations.json` of each that was
            only counted. Scores as the stage `table` takes them.
        out: Receives `<page>.html`.
        settings: As for `deepgen.report.report.index`, and `order`, the experiments' names; `rows`
            of the page and `ablations`, as the stage `table` takes them; for a paper's page also
            `paper`, its name.

    Raises:
        DeepgenError: if a file is missing or damaged, a role is missing, or the page is not known.
    """
    page = settings["page"]
    experiments = {name: settings["experiments"][name] for name in settings["order"]}
    counted = [_with_operations(entry, inputs) for entry in settings["not_run"]]
    settings = settings | {"experiments": experiments, "not_run": counted}
    if page not in ("index", settings.get("paper"), *experiments):
        raise DeepgenError(
            f"report has no page {page!r}: name index, a paper or one of its experiments"
        )
    given: dict[str, dict[str, Path]] = defaultdict(dict)
    for role, path in inputs.items():
        kind, _, name = role.partition(":")
        given[kind][name] = path
    trained = experiments | settings["first_phases"]
    histories = {
        _training(label, trained): read(path, _history) for label, path in given["history"].items()
    }
    manifests = {label: load(path) for label, path in given["provenance"].items()}
    papers, rows = [paper["name"] for paper in settings["papers"]], settings["rows"]
    material = Material(
        measured(inputs, rows, published(papers, rows, settings["not_run"])),
        runs(histories, trained),
        costs(histories, manifests, experiments),
        _pictures(given, settings),
        manifests,
        {name: read(path, _classifier) for name, path in given["classifier"].items()},
        ablations(inputs, rows, settings.get("ablations", {})),
    )
    make = index if page == "index" else experiment
    if "paper" in settings:
        make = importlib.import_module(f"deepgen.papers.{settings['paper']}.page").page
    for name, text in make(material, settings).items():
        write_text(out / name, text)


def _with_operations(entry: dict[str, Any], inputs: dict[str, Path]) -> dict[str, Any]:
    """An experiment that was left out, with what its phases would take if they were counted."""
    if "phases" not in entry:
        return entry
    roles = [f"operations:{phase}" for phase in entry["phases"]]
    if missing := [role for role in roles if role not in inputs]:
        raise DeepgenError(f"report needs {missing[0]}: add it as an input")
    return entry | {"operations": [read(inputs[role], _operations) for role in roles]}


def _operations(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: content[key] for key in ("updates", "flop_per_update")}


def _pictures(given: dict[str, dict[str, Path]], settings: dict[str, Any]) -> dict[str, Picture]:
    """The figures of a page, in their order; a paper's own are of no data set."""
    titles = {name: chosen["dataset_title"] for name, chosen in settings["experiments"].items()}
    datasets = {name: titles.get(name.partition("/")[0], "") for name in settings["figures"]}
    for kind in ("figure", "caption"):
        if missing := sorted(set(datasets) - set(given[kind])):
            raise DeepgenError(f"report needs the {kind}s {', '.join(missing)}: add them as inputs")
    return {
        name: Picture(
            name,
            read(given["figure"][name], _png),
            load(given["caption"][name]).strip(),
            dataset,
            _evidence(given["data"][name], name, settings["run"]) if name in given["data"] else "",
        )
        for name, dataset in datasets.items()
    }


def _evidence(path: Path, figure: str, run: str) -> str:
    """Place below `results/<run>/` of the file behind a figure's caption."""
    owner = figure.partition("/")[0]
    _, inside, rest = path.as_posix().rpartition(f"/{run}/{owner}/")
    if not inside or not path.is_file():
        raise DeepgenError(
            f"report got {path} as data:{figure}: give a file of results/{run}/{owner}/"
        )
    return f"{owner}/{rest}"


def _png(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("not a PNG")
    return content


def _training(label: str, trained: dict[str, Any]) -> tuple[str, int]:
    """Experiment and seed of `<experiment>/seed-<s>`."""
    place, _ = Place.parse(label) or (Place(""), "")
    if label != str(Place(place.experiment, place.seed)) or place.experiment not in trained:
        raise DeepgenError(
            f"report does not know the training {label!r}: name it <experiment>/seed-<s>"
        )
    return place.experiment, place.seed


def _classifier(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: content[key] for key in ("test_accuracy", "standard_error", "num_test_examples")}


def _history(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    if "epoch" not in table or table.empty:
        raise ValueError("no epochs")
    return table

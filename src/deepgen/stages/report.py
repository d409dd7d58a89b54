"""Stage `report`: one HTML page from tables, figures, histories and provenance."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.files import write_text
from deepgen.reporting.contents import LongForms, index_tables, measured, own_tables
from deepgen.reporting.costs import costs
from deepgen.reporting.pictures import Picture
from deepgen.reporting.printed import to_latex, to_markdown
from deepgen.reporting.read import load, read
from deepgen.reporting.report import Material, render
from deepgen.reporting.runs import runs
from deepgen.reporting.scores import from_csv as scores_from_csv
from deepgen.reporting.tables import from_csv as table1_from_csv
from deepgen.reporting.tables import to_csv

KINDS = ("figure", "caption", "history", "provenance", "data", "classifier")


def report(inputs: dict[str, Path], out: Path, settings: dict[str, Any]) -> None:
    """Write one page; beside the index also `runs.csv`, `tables/costs.csv` and `tables/table2.*`.

    Links count on the page's place in `results/<run>/report/`, beside `figures/<experiment>/` and
    `tables/`.

    Args:
        inputs: For both kinds of page `figure:<experiment>/<figure>`, a PNG, and
            `caption:<experiment>/<figure>`, its text; `history:<experiment>/seed-<s>`, a
            `history.csv`; `provenance:<label>`, a `*.prov.json`. Also, if there are any,
            `data:<experiment>/<figure>`, the file in `results/<run>/<experiment>/` behind the
            numbers of a caption, and `classifier:<experiment>`, the `classifier.json` in whose
            features samples are compared. For the index `table1` and
            `scores`, the long forms that the stage `table` made, and figures of the experiment
            `theory` if there are any. For an experiment's page
            `<score>:<experiment>/<source>`, one JSON for each score of each of its rows.
        out: Receives `<page>.html`.
        settings: As for `deepgen.reporting.report.render`, and `order`, the experiments' names;
            for an experiment's page also `rows`, those of the stage `table` that are its own.

    Raises:
        DeepgenError: if a file is missing or damaged, a role is missing, or the page is not known.
    """
    page = settings["page"]
    experiments = {name: settings["experiments"][name] for name in settings["order"]}
    settings = settings | {"experiments": experiments}
    if page != "index" and page not in experiments:
        raise DeepgenError(f"report has no page {page!r}: name index or one of its experiments")
    trained = experiments | settings.get("earlier", {})
    roles = _by_kind(inputs)
    histories = {
        _training(label, trained): read(path, _history) for label, path in roles["history"].items()
    }
    manifests = {label: load(path) for label, path in roles["provenance"].items()}
    long = LongForms(
        *(_made(inputs) if page == "index" else measured(inputs, settings["rows"], load)),
        runs=runs(histories, trained),
        costs=costs(histories, manifests, experiments),
        classifiers={name: read(path, _classifier) for name, path in roles["classifier"].items()},
    )
    tables = (index_tables if page == "index" else own_tables)(long, manifests, settings)
    pictures = _pictures(roles, settings)
    material = Material(tables, long.table1, long.runs, pictures, manifests)
    write_text(out / f"{page}.html", render(material, settings))
    if page == "index":
        write_text(out / "runs.csv", to_csv(long.runs))
        write_text(out / "tables/costs.csv", to_csv(long.costs))
        write_text(out / "tables/table2.md", to_markdown(tables["table2"]))
        write_text(out / "tables/table2.tex", to_latex(tables["table2"]))


def _by_kind(inputs: dict[str, Path]) -> dict[str, dict[str, Path]]:
    """{"figure": {name: path}, ...} from roles `kind:name`."""
    kinds: dict[str, dict[str, Path]] = {kind: {} for kind in KINDS}
    for role, path in inputs.items():
        kind, _, name = role.partition(":")
        if kind in kinds:
            kinds[kind][name] = path
    return kinds


def _made(inputs: dict[str, Path]) -> list[pd.DataFrame]:
    """The long forms that the index shows."""
    readers = {"table1": table1_from_csv, "scores": scores_from_csv}
    if missing := [role for role in readers if role not in inputs]:
        raise DeepgenError(
            f"report needs {missing[0]}: add --input {missing[0]}=<{missing[0]}.csv>"
        )
    return [read(inputs[role], reader) for role, reader in readers.items()]


def _pictures(roles: dict[str, dict[str, Path]], settings: dict[str, Any]) -> dict[str, Picture]:
    """Every figure that the settings name, in their order, then those of the theory."""
    experiments = settings["experiments"].values()
    datasets = {f: e["dataset_title"] for e in experiments for f in e["figures"]}
    datasets |= {name: "" for name in roles["figure"] if name.startswith("theory/")}
    for kind in ("figure", "caption"):
        if missing := sorted(set(datasets) - set(roles[kind])):
            raise DeepgenError(f"report needs the {kind}s {', '.join(missing)}: add them as inputs")
    return {
        name: Picture(
            name,
            read(roles["figure"][name], _png),
            load(roles["caption"][name]).strip(),
            dataset,
            _evidence(roles["data"][name], name, settings["run"]) if name in roles["data"] else "",
        )
        for name, dataset in datasets.items()
    }


def _evidence(path: Path, figure: str, run: str) -> str:
    """Place below `results/<run>/` of the file behind a figure's caption."""
    experiment = figure.partition("/")[0]
    _, inside, rest = path.as_posix().rpartition(f"/{run}/{experiment}/")
    if not inside or not path.is_file():
        raise DeepgenError(
            f"report got {path} as data:{figure}: give a file of results/{run}/{experiment}/"
        )
    return f"{experiment}/{rest}"


def _png(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("not a PNG")
    return content


def _training(label: str, trained: dict[str, Any]) -> tuple[str, int]:
    """Experiment and seed of `<experiment>/seed-<s>`."""
    experiment, _, seed = label.partition("/seed-")
    if experiment not in trained or not seed.isdigit():
        raise DeepgenError(
            f"report does not know the training {label!r}: name it <experiment>/seed-<s>"
        )
    return experiment, int(seed)


def _classifier(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: content[key] for key in ("test_accuracy", "standard_error", "num_test_examples")}


def _history(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    if "epoch" not in table or table.empty:
        raise ValueError("no epochs")
    return table

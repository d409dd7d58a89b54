"""The run's main scores as a few lines, from the tables of its report. Imports no pandas."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from deepgen.columns import aligned
from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.report.wording import name_in_papers

Row = dict[str, str]
ESTIMATORS = (RELEASED_GRID, FINE_SIGMA)
# What makes two rows of likelihoods one number, whose standard errors are over different things
QUANTITY = ("dataset", "model", "selection", "kind", "estimator", "scale", "treatment")


def main_scores(report: Path) -> list[str]:
    """Parzen scores and likelihoods of the models that were kept, beside what papers printed.

    Args:
        report: `results/<run>/report`; a table that is not there has no lines.
    """
    epochs = _epochs(report / "runs.csv")
    parzen = _read(report / "tables" / "parzen.csv")
    likelihoods = _read(report / "tables" / "likelihoods.csv")
    rows = list(_parzen_rows(parzen, epochs))
    lines: list[str] = []
    if rows:
        head = ["Parzen score of test images (nats)", "epochs", "paper", "ours, grid", "fine sigma"]
        lines += aligned([head, *rows], left=1)
    if found := list(_likelihood_rows(likelihoods, epochs)):
        head = ["Log-likelihood of test images (nats)", "epochs", "ours", "how"]
        lines += [""] * bool(lines) + aligned([head, *found], left=1)
    return lines


def _parzen_rows(table: list[Row], epochs: dict[str, str]) -> Iterator[list[str]]:
    kept = [row for row in table if row["origin"] == "measured" and row["selection"] != "last"]
    models = dict.fromkeys((row["dataset"], row["model"]) for row in kept)
    for dataset, model in sorted(models, key=lambda key: not _trained(kept, *key)):
        own = [row for row in kept if _is(row, dataset, model)]
        space = own[0]["space"]
        published = [
            row
            for row in table
            if row["origin"] == "published"
            and _is(row, dataset, name_in_papers(model))
            and row["space"] == space
        ]
        mark = " (untrained)" if any(row.get("untrained") for row in own) else ""
        yield [
            f"{dataset}, {model}{mark}",
            _of(own[0], epochs),
            _published(published[0]) if published else "",
            *(_measured(row for row in own if row["estimator"] == name) for name in ESTIMATORS),
        ]


def _likelihood_rows(table: list[Row], epochs: dict[str, str]) -> Iterator[list[str]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in table:
        if row["origin"] == "measured" and row["selection"] != "last":
            found.setdefault(tuple(row[name] for name in QUANTITY), []).append(row)
    for rows in found.values():
        row = rows[0]
        name, how = f"{row['dataset']}, {row['model']}", f"{row['kind']}, {row['estimator']}"
        yield [name, _of(row, epochs), _measured(rows, 2), how]


def _trained(rows: list[Row], dataset: str, model: str) -> bool:
    return any(_is(row, dataset, model) and row["selection"] for row in rows)


def _is(row: Row, dataset: str, model: str) -> bool:
    return (row["dataset"], row["model"]) == (dataset, model)


def _of(row: Row, epochs: dict[str, str]) -> str:
    """The epochs of a row's training; none of a reference."""
    return epochs.get(row["source"].partition("/")[0], "") if row["selection"] else ""


def _published(row: Row) -> str:
    """A number as its paper prints it."""
    return " ± ".join(filter(None, (row["log_likelihood"], row["standard_error"])))


def _measured(rows: Iterable[Row], digits: int = 1) -> str:
    """A number with each of its standard errors, over examples and over seeds."""
    rows = list(rows)
    numbers = [row["log_likelihood"] for row in rows[:1]]
    numbers += [row["standard_error"] for row in rows if row["standard_error"]]
    return " ± ".join(f"{float(number):,.{digits}f}" for number in numbers)


def _epochs(runs: Path) -> dict[str, str]:
    """{experiment: epochs of its last seed}."""
    return {row["experiment"]: row.get("epochs", "") for row in _read(runs)}


def _read(path: Path) -> list[Row]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError:
        return []

"""What samples that are drawn in several ways are worth, as people read it."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.evaluation.readings import LAGS
from deepgen.places import Place
from deepgen.report.cells import EDGE, lines, score_cell, sources, starred
from deepgen.report.costs import Cost, job_seconds, mean_cost, measured, not_recorded
from deepgen.report.parzen import HEADINGS
from deepgen.report.printed import EMPTY, Cell, PrintedBlock, PrintedRow, PrintedTable, number, span

SECONDS = "Seconds a thousand samples"
Column = tuple[dict[str, str], Callable[[pd.DataFrame], Cell]]


def sampling_printed(
    table: pd.DataFrame, manifests: dict[str, dict[str, Any]] | None = None
) -> list[PrintedTable]:
    """One table a data set and scoring space: a line a model and way of drawing.

    Args:
        table: The long form `sampling`.
        manifests: {path label: manifest}, of which `<place>/sampling` has the times; without them
            there is no column of times.
    """
    parts = table.groupby(["dataset", "space"], sort=False)
    return [_printed(*names, rows, manifests) for names, rows in parts]


def lag_cell(rows: pd.DataFrame, lag: int) -> Cell:
    """An autocorrelation with its standard error, where there is one."""
    name = f"autocorrelation_{lag}"
    if rows.empty or pd.isna(rho := rows[name].iloc[0]):
        return EMPTY
    error = rows[f"{name}_error"].iloc[0]
    digits = 3 if pd.isna(error) or error <= 0 else max(2, -math.floor(math.log10(error)))
    said = "" if pd.isna(error) else f" ± {number(error, digits)}"
    return Cell(number(rho, digits) + said, sources(rows))


def effective_cell(rows: pd.DataFrame, of: int | None = None) -> Cell:
    """The effective sample size, of all samples or of so many."""
    if rows.empty:
        return EMPTY
    row = rows.iloc[0]
    size = row["effective_sample_size"] * (1 if of is None else of / row["num_samples"])
    return Cell(number(size, 0 if size >= 10 else 1), sources(rows))


def _printed(
    dataset: str, space: str, table: pd.DataFrame, manifests: dict[str, dict[str, Any]] | None
) -> PrintedTable:
    columns: list[tuple[str, Column]] = []
    if manifests is not None:
        columns.append((SECONDS, ({}, partial(_seconds, manifests=manifests))))
    for name in (RELEASED_GRID, FINE_SIGMA):
        cell = partial(score_cell, brief=True)
        columns.append((f"Parzen, {HEADINGS[name]} (nats)", ({"estimator": name}, cell)))
    for lag in LAGS:
        if table[f"autocorrelation_{lag}"].notna().any():
            columns.append((f"Autocorrelation, lag {lag}", ({}, partial(lag_cell, lag=lag))))
    columns.append(("Effective samples", ({}, effective_cell)))
    rows = lines(table, [column for _, column in columns], by=("model", "way"))
    times = [PrintedRow(row.label, row.cells[:1]) for row in rows] if manifests is not None else []
    unknown = not_recorded(times)
    return PrintedTable(
        f"Ways of drawing samples on {dataset} ({space})",
        ["Model, way of drawing", *(heading for heading, _ in columns)],
        [PrintedBlock("", rows)],
        _notes(table, manifests is not None) + unknown,
    )


def _seconds(rows: pd.DataFrame, manifests: dict[str, dict[str, Any]]) -> Cell:
    """The time of the drawing, of the seeds that are there their mean."""
    costs, files = [], []
    for file in sources(rows):
        place, _ = Place.parse(file) or (Place(""), "")
        cost = job_seconds(manifests.get(f"{place}/sampling", {}), rows["way"].iloc[0])
        if cost.value is not None:
            each = 1000.0 * cost.value / rows["num_samples"].iloc[0]
            costs.append(Cost(each, cost.wall))
            files.append(f"{place}/sampling.prov.json")
    return measured(mean_cost(costs), files)


def _notes(table: pd.DataFrame, timed: bool) -> list[str]:
    """How to read the cells; only what these tables need."""
    samples = span(table["num_samples"].min(), table["num_samples"].max())
    over = "folds" if (table["standard_error_over"] == "folds").all() else "test images"
    notes = [
        f"Selected checkpoint of the first seed, {samples} samples a way, all from the same seed. "
        f"For each way σ is chosen anew on validation images; ± of its Parzen score is over {over}."
    ]
    if table["autocorrelation_1"].notna().any():
        parts = " or ".join(sorted(set(table["autocorrelation_error_over"])))
        notes.append(
            "Autocorrelation of samples that follow each other in a chain, or in the order of "
            "their drawing, at that distance: 0 if they are independent, 1 if they are the same; ± "
            f"is a jackknife over {parts}. Lags that chains are too short for are left out."
        )
    notes.append(
        "Effective samples: n / (1 + 2 Σ (1 − lag / length of a chain) autocorrelation), by "
        "Geyer's initial positive sequence."
    )
    if timed:
        notes.append("Seconds are processor time, or wall-clock time (wall), with the burn-in.")
    return notes + [EDGE] * starred(table)

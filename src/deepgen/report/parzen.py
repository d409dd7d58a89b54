"""Parzen scores as people read them; two estimators never share a column."""

from collections.abc import Iterable
from functools import partial

import pandas as pd

from deepgen.evaluation.estimators import FINE_SIGMA, PUBLISHED, RELEASED_GRID
from deepgen.report.cells import (
    DIFFERENCE,
    EDGE,
    ERRORS,
    difference_cell,
    lines,
    pick,
    published_of,
    score_cell,
    starred,
)
from deepgen.report.printed import EMPTY, PrintedBlock, PrintedRow, PrintedTable, number
from deepgen.report.untrained import UNTRAINED
from deepgen.report.wording import listed, name_in_papers

HEADINGS = {
    PUBLISHED: "as published",
    RELEASED_GRID: "released default grid",
    FINE_SIGMA: "fine sigma",
}


def parzen_printed(table: pd.DataFrame) -> list[PrintedTable]:
    """One table a data set and scoring space: published models, ours, differences, references.

    Args:
        table: The long form `parzen`.
    """
    parts = table.groupby(["dataset", "space"], sort=False)
    return [_printed(*names, rows) for names, rows in parts if "measured" in set(rows["origin"])]


def _printed(dataset: str, space: str, table: pd.DataFrame) -> PrintedTable:
    measured, published = pick(table, origin="measured"), pick(table, origin="published")
    present = list(dict.fromkeys(table["estimator"]))
    # The three known estimators in this order, then any other
    names = [e for e in HEADINGS if e in present] + [e for e in present if e not in HEADINGS]
    columns = [({"estimator": name}, score_cell) for name in names]
    ours = measured[measured["selection"] != ""]
    # Which checkpoint a published number is of is not known, so it has a line of its own
    both = published["model"].isin(ours["model"])
    named = published.assign(
        model=published["model"].mask(both, published["model"] + " (published)")
    )
    difference = partial(difference_cell, published=published)
    compared = ours[ours["model"].map(name_in_papers).isin(published["model"])]
    blocks = [
        PrintedBlock("", lines(named, columns) + lines(ours, columns)),
        PrintedBlock(
            "Difference to the published",
            _differences(lines(compared, [(wanted, difference) for wanted, _ in columns])),
        ),
        PrintedBlock(
            "For comparison: no trained model", lines(pick(measured, selection=""), columns)
        ),
    ]
    return PrintedTable(
        f"Parzen window log-likelihood of the test images of {dataset} (nats, {space})",
        ["Model", *(f"{dataset}, {HEADINGS.get(name, name)}" for name in names)],
        [block for block in blocks if block.rows],
        _notes(measured, published, compared),
    )


def _differences(rows: list[PrintedRow]) -> list[PrintedRow]:
    """Without the lines of untrained models, which have none."""
    return [row for row in rows if any(cell != EMPTY for cell in row.cells)]


def implied_sigma(table: pd.DataFrame, published: Iterable[float]) -> str:
    """Which sigma of the released default grid published numbers imply, in two sentences.

    Even real training images reach them at some values of the grid only; nothing is said of one
    that they reach at none or at all.

    Args:
        table: Measured rows of one data set and space, the reference of training images among them.
        published: Nats.
    """
    real = table[table["source"].str.contains("/references/training-images/")]
    grid, fine = (pick(real, estimator=e) for e in (RELEASED_GRID, FINE_SIGMA))
    if grid.empty or fine.empty or not grid["grid_scores"].iloc[0]:
        return ""
    pairs = [pair.split("=") for pair in grid["grid_scores"].iloc[0].split(";")]
    scores = {sigma: float(nats) for sigma, nats in pairs}
    numbers: dict[tuple[str, ...], list[str]] = {}
    for nats in published:
        enough = tuple(sigma for sigma, reached in scores.items() if reached >= nats)
        if 0 < len(enough) < len(scores):
            numbers.setdefault(enough, []).append(f"{nats:,g}")
    clauses = []
    for enough, which in numbers.items():
        best = max((s for s in scores if s not in enough), key=scores.get)
        clauses.append(
            f"{listed(which)} a σ near {' or '.join(enough)} (at {best} these images reach only "
            f"{number(scores[best])})"
        )
    if not clauses:
        return ""
    return (
        f"Real training images reach {number(grid['log_likelihood'].iloc[0])} nats at the grid's "
        f"σ = {grid['sigma'].iloc[0]} and {number(fine['log_likelihood'].iloc[0])} at the fine "
        f"σ = {fine['sigma'].iloc[0]}. So, unless a model beat real images or its grid was finer, "
        f"a published number implies its σ: {'; '.join(clauses)}."
    )


def _notes(measured: pd.DataFrame, published: pd.DataFrame, compared: pd.DataFrame) -> list[str]:
    """How to read the cells; only what this table needs."""
    usual = measured["num_samples"].mode().iloc[0]
    others = measured[measured["num_samples"] != usual].drop_duplicates("model")
    counts = zip(others["model"], others["num_samples"], strict=True)
    notes = [
        f"Nats compare within this space only. {ERRORS}",
        "σ is chosen on validation images, from the few values of the released default grid or "
        "closely (fine sigma)."
        + " How the published one was chosen is not known."
        * len(published[:1]),
        "; ".join([f"Samples: {usual:,} a model and seed", *(f"{m}: {n:,}" for m, n in counts)])
        + ".",
    ]
    if (measured["standard_error_over"] == "folds").any():
        notes.append("Each fold has its own σ.")
    if (measured["selection"] != "").any():
        notes.append(
            "Selected: the checkpoint that the experiment's rule keeps, never by test images; "
            "last: the end of the training."
        )
    if (compared["standard_error_over"] == "seeds").any():
        notes.append(DIFFERENCE)
    theirs = published_of(compared, published)["log_likelihood"]
    notes += filter(None, [implied_sigma(measured, theirs)])
    notes += [UNTRAINED] * bool((measured["untrained"] != "").any())
    return notes + [EDGE] * starred(measured)

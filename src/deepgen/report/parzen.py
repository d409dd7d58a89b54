"""Parzen scores as people read them; two estimators never share a column."""

from functools import partial

import pandas as pd

from deepgen.report.cells import (
    DIFFERENCE,
    EDGE,
    ERRORS,
    FINE,
    PUBLISHED,
    RELEASED_GRID,
    difference_cell,
    lines,
    pick,
    score_cell,
    starred,
)
from deepgen.report.printed import PrintedBlock, PrintedTable

HEADINGS = {PUBLISHED: "as published", RELEASED_GRID: "released default grid", FINE: "fine sigma"}


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
    compared = pick(ours[ours["model"].isin(published["model"])], estimator=RELEASED_GRID)
    blocks = [
        PrintedBlock("", lines(named, columns) + lines(ours, columns)),
        PrintedBlock(
            "Difference to the published",
            lines(compared, [(wanted, difference) for wanted, _ in columns]),
        ),
        PrintedBlock(
            "For comparison: no trained model", lines(pick(measured, selection=""), columns)
        ),
    ]
    return PrintedTable(
        f"Parzen window log-likelihood of the test images of {dataset} (nats, {space})",
        ["Model", *(f"{dataset}, {HEADINGS.get(name, name)}" for name in names)],
        [block for block in blocks if block.rows],
        _notes(measured, len(published) > 0, compared),
    )


def _notes(measured: pd.DataFrame, published: bool, compared: pd.DataFrame) -> list[str]:
    """How to read the cells; only what this table needs."""
    usual = measured["num_samples"].mode().iloc[0]
    others = measured[measured["num_samples"] != usual].drop_duplicates("model")
    counts = zip(others["model"], others["num_samples"], strict=True)
    notes = [
        f"Nats compare within this space only. {ERRORS}",
        "Released default grid: σ is chosen from the few values of the setting parzen.grid. Fine "
        "sigma: it is searched closely. Both on validation images."
        + " Which σ the published numbers were given is not known."
        * published,
        "; ".join([f"Samples: {usual:,} a model and seed", *(f"{m}: {n:,}" for m, n in counts)])
        + ".",
    ]
    if (measured["standard_error_over"] == "folds").any():
        notes.append("Each fold has its own σ, chosen on its own validation images.")
    if (measured["selection"] != "").any():
        notes.append(
            "Selected checkpoint: the one that the settings choose, never by test images. Last "
            "checkpoint: the end of the training."
            + " Which one a published number is of is not known."
            * published
        )
    if (compared["standard_error_over"] == "seeds").any():
        notes.append(DIFFERENCE)
    return notes + [EDGE] * starred(measured)

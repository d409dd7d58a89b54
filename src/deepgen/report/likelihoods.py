"""Log-likelihoods of the models themselves, as people read them.

Another scale or treatment of the bytes never shares a table, another kind or estimator no column.
"""

from typing import Any

import pandas as pd

from deepgen.report.cells import ERRORS, lines, score_cell, sources
from deepgen.report.long_form import KIND
from deepgen.report.printed import DASH, EMPTY, Cell, PrintedBlock, PrintedTable, number

# How to read a number of each kind, in the order of columns
READING = {
    "exact": "Exact: the model's own likelihood, without an approximation.",
    "lower bound": "Lower bound: the likelihood is this or higher, by an amount that is not known "
    "and differs between models. A random one is a bound in expectation, and a single estimate may "
    "exceed it.",
    "estimate": "Estimate: the likelihood may lie on either side of it.",
}
DENSITY = "density over pixels in [0, 1]"
# What a number on each scale compares with
SCALES = {
    DENSITY: "A density over pixels in [0, 1], such as that of a mixture of Gaussians or a flow, "
    "compares with densities of the same images under the same noise; on another scale it differs "
    "by a constant a dimension, which bits per dimension do not.",
    "probability of discrete images": "A probability of discrete images compares with those of the "
    "same bits, drawn alike, and with no density.",
}
SAME_TABLE = ("scale", "treatment")  # of the columns KIND
# Estimators as a heading names them, and how to read them; others go without saying
ESTIMATORS = {
    "forward": (
        "AIS, forward",
        "AIS, forward: log Z from chains that are annealed from independent pixels to the model "
        "(annealed importance sampling), which is more often too small than too large, so that the "
        "likelihood is more often too high.",
    ),
    "reverse": (
        "AIS, reverse",
        "AIS, reverse: log Z from chains annealed the other way, from states of the model's own "
        "chain, which is more often too large.",
    ),
    "csl": (
        "CSL",
        "CSL: log of the mean probability of an image given states of the model's chain (the "
        "conservative sampling-based log-likelihood, Bengio et al. 2013), of the chains as they "
        "were drawn.",
    ),
}


def likelihoods_printed(table: pd.DataFrame) -> list[PrintedTable]:
    """One table a data set, scale and treatment: a line a model and checkpoint, a column a kind and
    estimator.

    Args:
        table: The long form `likelihoods`.
    """
    sets = table.groupby("dataset", sort=False)
    return [
        _printed(rows) for _, own in sets for _, rows in own.groupby(list(SAME_TABLE), sort=False)
    ]


def kinds(table: pd.DataFrame) -> list[dict[str, str]]:
    """The {"kind", "estimator", "scale", "treatment"} that a table has, exact ones first."""
    order = [*READING, *(kind for kind in table["kind"] if kind not in READING)]
    found = table[list(KIND)].drop_duplicates().to_dict("records")
    return sorted(found, key=lambda kind: order.index(kind["kind"]))


def named(kind: dict[str, str]) -> str:
    """What a column is: the kind, and the estimator where a reader must know it."""
    words, _ = ESTIMATORS.get(kind["estimator"], ("", ""))
    return ", ".join(filter(None, [kind["kind"], words]))


def likelihood_cell(rows: pd.DataFrame) -> Cell:
    """A mean with its standard errors and, apart from them, the error that all images share.

    Args:
        rows: Those of one model, checkpoint and estimator, which may be none.
    """
    cell = score_cell(rows, digits=",.2f")
    if rows.empty or pd.isna(rows["interval_low"].iloc[0]):
        return cell
    low, high = (f"{rows[f'interval_{end}'].iloc[0]:+.2f}" for end in ("low", "high"))
    return Cell(f"{cell.text}; shared {low} to {high}".replace("-", "−"), cell.sources)


def _printed(table: pd.DataFrame) -> PrintedTable:
    """Of rows that share a data set, a scale and a treatment.

    A density has its bits per dimension beside it, by which papers compare flows; for the bits of
    a discrete image nobody does, and its many estimators need the width.
    """
    dataset, scale, treatment = table[["dataset", *SAME_TABLE]].iloc[0]
    headings, columns = ["Model"], []
    for kind in kinds(table):
        name = named(kind)
        headings.append(f"{name[0].upper()}{name[1:]} (nats)")
        columns.append((kind, likelihood_cell))
        if scale == DENSITY:
            headings.append("The same in bits per dimension")
            columns.append((kind, _bits))
    rows = lines(table, columns)
    title = f"Log-likelihood of the test images of {dataset}: {scale}; {treatment}"
    return PrintedTable(title, headings, [PrintedBlock("", rows)], _notes(table))


def _bits(rows: pd.DataFrame) -> Cell:
    text = DASH if rows.empty else number(rows["bits_per_dimension"].iloc[0], 3)
    return EMPTY if text == DASH else Cell(text, sources(rows))


def _notes(table: pd.DataFrame) -> list[str]:
    """How to read the cells; only what this table needs."""
    present = set(table["kind"])
    notes = [text for kind, text in READING.items() if kind in present]
    notes += [text for name, (_, text) in ESTIMATORS.items() if name in set(table["estimator"])]
    notes += [text for scale, text in SCALES.items() if scale in set(table["scale"])]
    notes.append(f"Numbers compare within a column only, and never with a Parzen score. {ERRORS}")
    if table["interval_low"].notna().any():
        notes.append(
            "Shared: range of a term that all test images have in common, as −log Z, over redrawn "
            "chains, relative to the one used; too narrow where few of the chains count."
        )
    own = table[table["same_model"] != "selected"]
    for row in own.drop_duplicates(["model", "selection", *KIND]).to_dict("records"):
        facts = []
        if row["num_samples"] > 0:
            facts.append(f"{named(row)}, from {_counted(row)}")
        if row["draws"] > 1:
            facts.append(
                f"mean of {row['draws']:.0f} draws of the noise, whose means have a standard "
                f"deviation of {row['spread_over_draws']:.2g} nats"
            )
        if facts:
            notes.append(f"{row['model']}, {row['selection']} checkpoint: {'; '.join(facts)}.")
    return notes


def _counted(row: dict[str, Any]) -> str:
    """What the estimate is from; "shared" is what all images have in common."""
    count = f"{row['num_samples']:,}"
    if row["estimator"] == "csl":
        return f"{count} states, shared by all images"
    if row["estimator"] in ESTIMATORS and row["kind"] == "estimate":
        return f"{count} annealed chains, shared by all images"
    return f"{count} samples an image"

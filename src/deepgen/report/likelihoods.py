"""Log-likelihoods of the models themselves, as people read them.

Another kind, scale or treatment of the bytes never shares a column.
"""

import pandas as pd

from deepgen.report.cells import ERRORS, lines, pick, score_cell, sources
from deepgen.report.long_form import KIND
from deepgen.report.printed import DASH, EMPTY, Cell, PrintedBlock, PrintedTable, number

# How to read a number of each kind, in the order of columns
READING = {
    "exact": "Exact: the model's own likelihood, without an approximation.",
    "lower bound": "Lower bound: the likelihood is this or higher, by an unknown amount.",
    "estimate": "Estimate: the likelihood may lie on either side of it.",
}


def likelihoods_printed(table: pd.DataFrame) -> list[PrintedTable]:
    """One table a data set: a line a model and checkpoint, a column a kind, scale and treatment.

    Args:
        table: The long form `likelihoods`.
    """
    return [_printed(str(name), rows) for name, rows in table.groupby("dataset", sort=False)]


def kinds(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """{heading: {"kind", "scale", "treatment"}} of the columns that a table needs, in order."""
    order = [*READING, *(kind for kind in table["kind"] if kind not in READING)]
    found = table[list(KIND)].drop_duplicates().to_dict("records")
    return {
        f"{k['kind'].capitalize()} (nats): {k['scale']}; {k['treatment']}": k
        for k in sorted(found, key=lambda k: order.index(k["kind"]))
    }


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


def _printed(dataset: str, table: pd.DataFrame) -> PrintedTable:
    headings, columns = ["Model"], []
    for heading, kind in kinds(table).items():
        headings.append(heading)
        columns.append((kind, likelihood_cell))
        if pick(table, **kind)["bits_per_dimension"].notna().any():
            headings.append("The same in bits per dimension")
            columns.append((kind, _bits))
    # Two estimators of one kind would share a cell
    several = table.groupby(["model", "selection", *KIND])["estimator"].transform("nunique") > 1
    named = table.assign(part=table["estimator"].where(several, ""))
    rows = lines(named, columns, by=("model", "selection", "part"))
    title = f"Log-likelihood of the test images of {dataset}"
    return PrintedTable(title, headings, [PrintedBlock("", rows)], _notes(table))


def _bits(rows: pd.DataFrame) -> Cell:
    text = DASH if rows.empty else number(rows["bits_per_dimension"].iloc[0], 3)
    return EMPTY if text == DASH else Cell(text, sources(rows))


def _notes(table: pd.DataFrame) -> list[str]:
    """How to read the cells; only what this table needs."""
    present = set(table["kind"])
    notes = [text for kind, text in READING.items() if kind in present]
    notes.append(f"Numbers compare within a column only, and never with a Parzen score. {ERRORS}")
    if table["interval_low"].notna().any():
        notes.append(
            "Shared: lowest and highest value of a term that all test images have in common, as "
            "−log Z, relative to the one used."
        )
    own = table[table["same_model"] != "selected"]
    for row in own.drop_duplicates(["model", "selection", "estimator", *KIND]).to_dict("records"):
        facts = []
        if row["num_samples"] > 0:
            facts.append(f"{row['kind']} from {row['num_samples']:,} samples an image")
        if row["draws"] > 1:
            facts.append(
                f"mean of {row['draws']:.0f} draws of the noise, whose means have a standard "
                f"deviation of {row['spread_over_draws']:.2g} nats"
            )
        if facts:
            notes.append(f"{row['model']}, {row['selection']} checkpoint: {'; '.join(facts)}.")
    return notes

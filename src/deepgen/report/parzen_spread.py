"""What the ± of a Parzen score leaves out, as people read it."""

import pandas as pd

from deepgen.report.cells import lines, sources
from deepgen.report.parzen import HEADINGS
from deepgen.report.printed import EMPTY, Cell, PrintedBlock, PrintedTable, measure, span

ERRORS = {
    "standard_error": "±",
    "spread_over_samples": "SD over samples",
    "spread_over_validation": "SD over images for σ",
}


def parzen_spread_printed(table: pd.DataFrame) -> list[PrintedTable]:
    """One table a data set and scoring space: a line a model, three columns an estimator.

    Args:
        table: The long form `parzen_spread`.
    """
    parts = table.groupby(["dataset", "space"], sort=False)
    return [_printed(*names, rows) for names, rows in parts]


def _printed(dataset: str, space: str, table: pd.DataFrame) -> PrintedTable:
    headings, columns = ["Model"], []
    for estimator in dict.fromkeys(table["estimator"]):
        for column, error in ERRORS.items():
            headings.append(f"{HEADINGS.get(estimator, estimator)}: {error}")
            columns.append(({"estimator": estimator}, lambda rows, name=column: _cell(rows, name)))
    over = "folds" if (table["standard_error_over"] == "folds").all() else "test images"
    sets, resamples = (span(table[n].min(), table[n].max()) for n in ("sample_sets", "resamples"))
    return PrintedTable(
        f"What the ± of a Parzen score leaves out on {dataset} (nats, {space})",
        headings,
        [PrintedBlock("", lines(table, columns))],
        [
            f"Selected checkpoint of the first seed. ± over {over}; SD over {sets} sets of "
            f"samples, each with its own σ; SD over {resamples} choices of σ on other validation "
            "images."
        ],
    )


def _cell(rows: pd.DataFrame, error: str) -> Cell:
    return EMPTY if rows.empty else Cell(measure(rows[error].iloc[0]), sources(rows))

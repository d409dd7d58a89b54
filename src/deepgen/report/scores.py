"""The scores that compare samples with unseen images, as people read them."""

import math
from typing import Any

import pandas as pd

from deepgen.evaluation.readings import LEAST_IN_CELL, LEAST_VARIANCE, READINGS
from deepgen.report.cells import lines, pick, score_cell, sources
from deepgen.report.printed import EMPTY, Cell, PrintedBlock, PrintedTable

# Heading, unit of the printed number, decimals at least
HEADINGS = {
    "two_sample": ("Two-sample accuracy", 1.0, 3),
    "precision": ("Precision", 1.0, 3),
    "recall": ("Recall", 1.0, 3),
    "density": ("Density", 1.0, 3),
    "coverage": ("Coverage", 1.0, 3),
    "mmd": ("MMD² × 10,000", 1e-4, 2),
    "data_copying": ("Data copying", 1.0, 1),
}
CELLS = "Cells used, their images"
COLLAPSED = (
    f"† Near-constant samples: their variance is below {LEAST_VARIANCE:g} of that of test images, "
    "or they lie in more balls than any test image does. The numbers describe one picture, and "
    "their small errors no variety."
)
REPRESENTATIONS = {
    "pixels": "Pixels in [0, 1]",
    "contrast-normalised": "Contrast-normalised pixels",
    "features": "Features of a classifier trained on the same data set's labels",
}


def scores_printed(
    table: pd.DataFrame, classifiers: dict[str, dict[str, Any]] | None = None
) -> list[PrintedTable]:
    """One table a data set: models and references by scores, one block a representation.

    Args:
        table: The long form `scores`.
        classifiers: {experiment: content of `classifier.json`}, as far as they are known.
    """
    parts = table.groupby("dataset", sort=False)
    return [_printed(str(name), rows, classifiers or {}) for name, rows in parts]


def _printed(
    dataset: str, table: pd.DataFrame, classifiers: dict[str, dict[str, Any]]
) -> PrintedTable:
    present = set(table["score"])
    names = [name for name in HEADINGS if name in present] + sorted(present - set(HEADINGS))
    columns = [({"score": name}, _cell) for name in names]
    heads = [HEADINGS.get(name, (name,))[0] for name in names]
    if table["cells_used"].notna().any():
        columns.append(({"score": "data_copying"}, _cells_used))
        heads.append(CELLS)
    # Models before references, whatever the order of the experiments
    ordered = pd.concat([table[table["selection"] != ""], pick(table, selection="")])
    return PrintedTable(
        f"Samples compared with unseen images of {dataset}",
        ["Samples", *heads],
        [
            PrintedBlock(
                REPRESENTATIONS.get(representation, representation),
                lines(rows, columns),
            )
            for representation, rows in ordered.groupby("representation", sort=False)
        ],
        _notes(table) + _accuracies(pick(table, representation="features"), classifiers),
    )


def _cell(rows: pd.DataFrame) -> Cell:
    """A mean with its standard errors; as many decimals as show the smallest of them."""
    if rows.empty:
        return EMPTY
    score = rows["score"].iloc[0]
    _, unit, digits = HEADINGS.get(score, (score, 1.0, 3))
    rows = rows.assign(value=rows["value"] / unit, standard_error=rows["standard_error"] / unit)
    # A share of exactly 0 or 1 has a binomial error of 0, which says nothing
    known = rows[rows["standard_error"] > 0]
    mark = "†" if rows["collapsed"].iloc[0] > 0 else ""
    if known.empty:
        return Cell(f"{rows['value'].iloc[0]:.{digits}f}".replace("-", "−") + mark, sources(rows))
    wanted = -math.floor(math.log10(known["standard_error"].min()))
    digits = max(digits, min(wanted, 6))  # seeds may agree to the last bit
    cell = score_cell(known, "value", f".{digits}f", brief=True)
    return Cell(cell.text + mark, cell.sources)


def _cells_used(rows: pd.DataFrame) -> Cell:
    """How much of the data space C_T speaks of."""
    if rows.empty or rows["cells_used"].isna().any():
        return EMPTY
    row = rows.iloc[0]
    return Cell(
        f"{row['cells_used']:.3g} of {row['cells']:g} cells, {100 * row['held_out_share']:.0f} %",
        sources(rows),
    )


def _notes(table: pd.DataFrame) -> list[str | Cell]:
    """How to read each score that is shown."""
    present = set(table["score"])
    shown = {"precision_recall": {"precision", "recall", "density", "coverage"}}
    notes = [
        f"{reading.title}: {reading.text}"
        for name, reading in READINGS.items()
        if present & shown.get(name, {name})
    ]
    holds = [
        f"{reading.title.split(' (')[0].lower()}, {reading.holds}"
        for name, reading in READINGS.items()
        if present & shown.get(name, {name})
    ]
    if (table["collapsed"] > 0).any():
        notes.append(COLLAPSED)
    if table["cells_used"].notna().any():
        notes.append(
            f"C_T speaks of the cells with at least {LEAST_IN_CELL} samples and held-out images."
        )
    samples, images = table["num_samples"].max(), table["num_test_examples"].max()
    notes.append(
        f"At most {samples:,} samples and {images:,} unseen images. ± over images holds the model "
        f"fixed and, of {'; of '.join(holds)}; a share of all or none has none."
    )
    if (table["selection"] == "").any():
        notes.append(
            "Training images show what each score gives to real images, and C_T to copies."
        )
    features = pick(table, representation="features")
    if ((features["score"] == "data_copying") | (features["selection"] == "")).any():
        notes.append(
            "The classifier of the features was fitted to the training images: read their row, and "
            "C_T, with care."
        )
    return notes


def _accuracies(table: pd.DataFrame, classifiers: dict[str, dict[str, Any]]) -> list[str | Cell]:
    """How good the classifiers behind the features are; `table` holds features alone."""
    said: dict[str, list[str]] = {}
    for name in dict.fromkeys(table["source"].str.split("/").str[0]):
        if name in classifiers:
            said.setdefault(_accuracy(**classifiers[name]), []).append(name)
    return [
        Cell(
            f"The classifier of the features ({', '.join(names)}) is right about {text}.",
            tuple(f"{name}/classifier/classifier.json" for name in names),
        )
        for text, names in said.items()
    ]


def _accuracy(test_accuracy: float, standard_error: float, num_test_examples: int) -> str:
    right, error = 100.0 * test_accuracy, 100.0 * standard_error
    digits = max(0, -math.floor(math.log10(error))) if error > 0 else 1
    known = f" ± {error:.{digits}f}" if error > 0 else ""
    return f"{right:.{digits}f}{known} % of {num_test_examples:,} test images"

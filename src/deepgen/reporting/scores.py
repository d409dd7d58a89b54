"""The scores that compare samples with unseen images: in long form, and as people read them."""

import math
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.evaluation import data_copying, mmd, precision_recall, two_sample
from deepgen.reporting.printed import (
    EMPTY,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
)
from deepgen.reporting.score_cells import error, label, pick, sources
from deepgen.reporting.tables import by_seed, read_long
from deepgen.reporting.wording import listed

COLUMNS = [
    "model",
    "dataset",
    "origin",
    "selection",
    "score",
    "representation",
    "value",
    "standard_error",
    "standard_error_over",
    "num_seeds",
    "num_samples",
    "num_test_examples",
    "source",
]
NUMBERS = ("value", "standard_error")
MODULES = {
    "two_sample": two_sample,
    "precision_recall": precision_recall,
    "mmd": mmd,
    "data_copying": data_copying,
}
# Heading, unit of the printed number, decimals at least
HEADINGS = {
    "two_sample": ("Two-sample accuracy", 1.0, 3),
    "precision": ("Precision", 1.0, 3),
    "recall": ("Recall", 1.0, 3),
    "density": ("Density", 1.0, 3),
    "coverage": ("Coverage", 1.0, 3),
    "mmd": ("MMD² × 10,000", 1e-4, 2),
    "data_copying": ("C_T", 1.0, 1),
}
REPRESENTATIONS = {
    "pixels": "Pixels in [0, 1]",
    "contrast-normalised": "Contrast-normalised pixels",
    "features": "Features of a classifier trained on the same data set's labels",
}


def scores(results: list[tuple[dict[str, Any], str, dict[str, Any]]]) -> pd.DataFrame:
    """One row a model, data set, checkpoint, score, representation and kind of error.

    A model of several seeds has its mean over them twice, as in Table 1. The same reference of two
    experiments stands once.

    Args:
        results: (row, name of the score, content of its file): the row as for
            `deepgen.reporting.tables.table1`; the content {representation: result}, where a result
            has `value`, `standard_error`, `num_samples` and `num_test_examples`, or is a dict of
            such by the score's own name (precision, recall, density, coverage).

    Returns:
        The columns of `COLUMNS`; `source` as in Table 1.

    Raises:
        DeepgenError: if a result lacks a value, or two different ones would have the same row.
    """
    groups: dict[tuple, list[dict[str, Any]]] = {}
    paths: dict[tuple, list[str]] = {}
    for row, name, content in results:
        for representation, found in content.items():
            for score, result in ({name: found} if "value" in found else found).items():
                key = (row["model"], row["dataset"], row["experiment"], row["selection"])
                key += (score, representation)
                groups.setdefault(key, []).append(result)
                path = f"{row['experiment']}/{row['source']}/{name}.json"
                paths.setdefault(key, []).append(path)
    lines = [line for key, found in groups.items() for line in _lines(key, found, paths[key])]
    table = pd.DataFrame(lines, columns=COLUMNS).drop_duplicates(COLUMNS[:-1], ignore_index=True)
    twice = table[table.duplicated([*COLUMNS[:6], "standard_error_over"])]
    if len(twice):
        raise DeepgenError(
            f"{twice['score'].iloc[0]} has two different rows {twice['model'].iloc[0]!r} on "
            f"{twice['dataset'].iloc[0]}: give the experiments different titles"
        )
    for column in ("num_seeds", "num_samples", "num_test_examples"):
        table[column] = table[column].astype("Int64")
    return table


def from_csv(text: Any) -> pd.DataFrame:
    """The long form again, from the path or buffer of `deepgen.reporting.tables.to_csv`.

    Raises:
        DeepgenError: if its columns are others.
    """
    return read_long(text, COLUMNS, NUMBERS, "scores.csv")


def scores_printed(
    table: pd.DataFrame, classifiers: dict[str, dict[str, Any]] | None = None
) -> list[PrintedTable]:
    """One table a data set: models and references by scores, one block a representation.

    Args:
        table: Of `scores`.
        classifiers: {experiment: content of `classifier.json`}, for the notes; what is not given
            is not said.
    """
    parts = table.groupby("dataset", sort=False)
    return [_printed(str(name), rows, classifiers or {}) for name, rows in parts]


def _lines(key: tuple, results: list[dict[str, Any]], paths: list[str]) -> list[dict[str, Any]]:
    model, dataset, _, selection, score, representation = key
    names = {"model": model, "dataset": dataset, "origin": "measured", "selection": selection}
    names |= {"score": score, "representation": representation, "source": ";".join(paths)}
    try:
        counts = {name: results[0][name] for name in ("num_samples", "num_test_examples")}
        return [names | counts | line for line in by_seed(results, "value")]
    except KeyError as error:
        raise DeepgenError(
            f"the score {score} of {model} on {dataset} lacks {error}: run deepgen score again"
        ) from None


def _printed(
    dataset: str, table: pd.DataFrame, classifiers: dict[str, dict[str, Any]]
) -> PrintedTable:
    present = set(table["score"])
    columns = [name for name in HEADINGS if name in present]
    columns += sorted(present - set(HEADINGS))
    # Models before references, whatever the order of the experiments
    ordered = pd.concat([table[table["selection"] != ""], pick(table, selection="")])
    blocks = [
        PrintedBlock(REPRESENTATIONS.get(name, name), _rows(part, columns))
        for name, part in ordered.groupby("representation", sort=False)
    ]
    headings = [HEADINGS[name][0] if name in HEADINGS else name for name in columns]
    title = f"Samples compared with unseen images of {dataset}"
    notes, linked = _notes(table), _accuracies(table, classifiers)
    return PrintedTable(title, ["Samples", *headings], blocks, notes, linked_notes=linked)


def _rows(table: pd.DataFrame, columns: list[str]) -> list[PrintedRow]:
    """One line a model and checkpoint."""
    return [
        PrintedRow(label(*names), [_cell(pick(own, score=name), name) for name in columns])
        for names, own in table.groupby(["model", "selection"], sort=False)
    ]


def _cell(rows: pd.DataFrame, score: str) -> Cell:
    """A mean with its standard errors; as many decimals as show the smallest of them."""
    if rows.empty:
        return EMPTY
    _, unit, digits = HEADINGS.get(score, (score, 1.0, 3))
    rows = rows.assign(**{name: rows[name] / unit for name in NUMBERS})
    # A share of exactly 0 or 1 has a binomial error of 0, which says nothing
    known = rows[rows["standard_error"] > 0]
    if len(known):
        wanted = -math.floor(math.log10(known["standard_error"].min()))
        digits = max(digits, min(wanted, 6))  # seeds may agree to the last bit
    errors = [error(row, f".{digits}f", brief=True) for _, row in known.iterrows()]
    text = " ".join([f"{rows['value'].iloc[0]:.{digits}f}", *errors])
    return Cell(text.replace("-", "−"), sources(rows))


def _notes(table: pd.DataFrame) -> list[str]:
    """How to read each score that is shown, in the words of its own module."""
    present = set(table["score"])
    shown = {"precision_recall": {"precision", "recall", "density", "coverage"}}
    notes = [
        f"{module.TITLE}: {module.READING}"
        for name, module in MODULES.items()
        if present & shown.get(name, {name})
    ]
    samples, images = table["num_samples"].max(), table["num_test_examples"].max()
    notes.append(
        f"At most {samples:,} samples and {images:,} unseen images were compared. No score uses a "
        "network that was trained on other data. A standard error (±) is over the images, or where "
        "it says so over seeds: independent trainings, whose mean is given."
    )
    if (table["standard_error"] == 0).any():
        notes.append("A number without ± is a share of all or none, whose error is not known.")
    if (table["selection"] == "").any():
        notes.append(
            "Rows without a checkpoint are references. Training images show what each score gives "
            "to real images, and C_T to copies."
        )
    return notes + _about_features(pick(table, representation="features"))


def _about_features(table: pd.DataFrame) -> list[str]:
    """Which numbers in features the fit of the classifier touches; `table` holds these alone."""
    touched = []
    if "data_copying" in set(table["score"]):
        touched.append("C_T, which measures distances to them")
    if (table["selection"] == "").any():
        touched.append("the reference row that consists of them")
    if not touched:
        return []
    return [
        "In features the training images are not like unseen images, because the classifier was "
        f"fitted to them: read {listed(touched)} there with care."
    ]


def _accuracies(table: pd.DataFrame, classifiers: dict[str, dict[str, Any]]) -> list[Cell]:
    """How good the classifiers behind the features are, equal ones in one sentence."""
    paths = ";".join(pick(table, representation="features")["source"]).split(";")
    shown = [name for name in dict.fromkeys(p.split("/")[0] for p in paths) if name in classifiers]
    said: dict[str, list[str]] = {}
    for name in shown:
        said.setdefault(_accuracy(classifiers[name]), []).append(name)
    return [
        Cell(
            text + (f" ({listed(names)})." if len(said) > 1 else "."),
            tuple(f"{name}/classifier/classifier.json" for name in names),
        )
        for text, names in said.items()
    ]


def _accuracy(classifier: dict[str, Any]) -> str:
    right, error = (100.0 * classifier[key] for key in ("test_accuracy", "standard_error"))
    # A share of all or none has a binomial error of 0, which says nothing
    digits = max(0, -math.floor(math.log10(error))) if error > 0 else 1
    known = f" ± {error:.{digits}f}" if error > 0 else ""
    return (
        f"The features are those of a classifier that is right about {right:.{digits}f}{known} % "
        f"of {classifier['num_test_examples']:,} test images"
    )

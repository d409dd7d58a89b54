"""Ablations: what one changed choice does to the Parzen score, over several trainings of each."""

from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.evaluation.prediction import difference_interval, prediction_interval
from deepgen.report.cells import pick
from deepgen.report.parzen import HEADINGS
from deepgen.report.printed import EMPTY, Cell, PrintedBlock, PrintedRow, PrintedTable, number
from deepgen.report.read import load

NAMES = ("model", "dataset", "experiment", "ablation_of", "changed", "estimator", "space")
NUMBERS = (
    "log_likelihood",
    "standard_deviation",
    "prediction_low",
    "prediction_high",
    "difference",
    "difference_low",
    "difference_high",
)
COLUMNS = (*NAMES, *NUMBERS, "num_seeds", "num_samples", "num_test_examples", "seeds", "source")
HEAD = [
    "Model",
    "Changed",
    "Each seed",
    "Mean",
    "95 % prediction interval of one more training",
    "Difference of means",
    "its 95 % interval",
]
NOTE = (
    "Selected checkpoints. Each seed is a training of its own, so what parts the models must be "
    "held against what parts seeds: the prediction interval is mean ± t s sqrt(1 + 1/n), s over n "
    "seeds; the difference, to the first line, has Welch's interval for two means. Each line is a "
    "comparison, and none is corrected for their number."
)


def ablations(
    inputs: dict[str, Path], rows: list[dict[str, Any]], varied: dict[str, dict[str, Any]]
) -> pd.DataFrame:
    """The long form: one row an experiment and estimator, in the order of `rows`, each behind the
    one that it varies.

    Args:
        inputs: `parzen:<experiment>/<source>`: a file `parzen.json`, maybe among others.
        rows: As the stage `table` takes them.
        varied: {experiment: {"ablation_of": the experiment that it varies, or nothing where it is
            that one itself, "changed": words}}.

    Returns:
        `COLUMNS`. Scores are in nats: the mean over seeds of the selected checkpoints, its standard
        deviation (ddof 1), the 95 % prediction interval of one more training, the difference to the
        experiment that is varied, and its 95 % interval; what one seed cannot tell is missing.

    Raises:
        DeepgenError: if a score is not given, missing or damaged.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        chosen = row["selection"] == "selected" and "parzen" in row["scores"]
        if chosen and row["experiment"] in varied:
            _collect(inputs, row, found)
    lines = []
    order = list(dict.fromkeys(row["experiment"] for row in rows))
    present = [name for name in order if name in varied]
    for name in sorted(present, key=lambda name: varied[name]["ablation_of"] != ""):
        own = varied[name]
        for (experiment, estimator), result in found.items():
            if experiment == name:
                base = found.get((own["ablation_of"], estimator))
                compared = _compared(result["scores"], base and base["scores"])
                lines.append(own | result | compared | {"source": ";".join(result["files"])})
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(NUMBERS, float))


def _collect(
    inputs: dict[str, Path], row: dict[str, Any], found: dict[tuple[str, str], dict[str, Any]]
) -> None:
    role = f"parzen:{row['experiment']}/{row['source']}"
    if role not in inputs:
        raise DeepgenError(f"the tables need {role}: add --input {role}=<its parzen.json>")
    for estimator, result in load(inputs[role]).items():
        entry = found.setdefault(
            (row["experiment"], estimator),
            {
                "model": row["model"],
                "dataset": row["dataset"],
                "experiment": row["experiment"],
                "estimator": estimator,
                "scores": [],
                "files": [],
            }
            | {key: result[key] for key in ("space", "num_samples", "num_test_examples")},
        )
        entry["scores"].append(result["log_likelihood"])
        entry["files"].append(f"{row['experiment']}/{row['source']}/parzen.json")


def _compared(scores: list[float], base: list[float] | None) -> dict[str, Any]:
    mean, n = sum(scores) / len(scores), len(scores)
    line: dict[str, Any] = {"log_likelihood": mean, "num_seeds": n}
    line["seeds"] = ";".join(f"{score:.7g}" for score in scores)
    if n > 1:
        line["standard_deviation"] = deviation = float(pd.Series(scores).std(ddof=1))
        ends = prediction_interval(mean, deviation, n)
        line["prediction_low"], line["prediction_high"] = ends
    if base is not None:
        line["difference"] = mean - sum(base) / len(base)
        if min(n, len(base)) > 1:
            line["difference_low"], line["difference_high"] = difference_interval(scores, base)
    return line


def ablations_printed(table: pd.DataFrame) -> list[PrintedTable]:
    """One table a data set, scoring space and varied experiment, with a block an estimator.

    Args:
        table: As `ablations` makes it.
    """
    whose = table["ablation_of"].mask(table["ablation_of"] == "", table["experiment"])
    parts = table.groupby([table["dataset"], table["space"], whose], sort=False)
    return [_printed(dataset, space, rows) for (dataset, space, _), rows in parts]


def _printed(dataset: str, space: str, table: pd.DataFrame) -> PrintedTable:
    blocks = []
    present = list(dict.fromkeys(table["estimator"]))
    for estimator in sorted(present, key=lambda e: [*HEADINGS, *present].index(e)):
        rows = pick(table, estimator=estimator)
        lines = [PrintedRow(row["model"], _cells(row)) for row in rows.to_dict("records")]
        blocks.append(PrintedBlock(HEADINGS.get(estimator, estimator), lines))
    title = (
        f"Ablations: Parzen window log-likelihood of the test images of {dataset} (nats, {space})"
    )
    return PrintedTable(title, HEAD, blocks, [NOTE])


def _cells(row: dict[str, Any]) -> list[Cell]:
    files = tuple(row["source"].split(";"))
    seeds = ", ".join(number(float(score)) for score in row["seeds"].split(";"))
    varies = row["ablation_of"] != ""
    difference = number(row["difference"])
    if row["difference"] > 0:
        difference = f"+{difference}"
    return [
        Cell(row["changed"]) if varies else EMPTY,
        Cell(seeds, files),
        Cell(number(row["log_likelihood"])),
        _interval(row["prediction_low"], row["prediction_high"]),
        Cell(difference),
        _interval(row["difference_low"], row["difference_high"]),
    ]


def _interval(low: float, high: float) -> Cell:
    return EMPTY if pd.isna(low) else Cell(f"[{number(low)}, {number(high)}]")

"""The printed tables of each kind of page, from the long forms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.reporting.costs import costs_printed
from deepgen.reporting.printed import PrintedTable
from deepgen.reporting.scores import scores, scores_printed
from deepgen.reporting.summary import summary
from deepgen.reporting.table1_printed import details, table1_printed
from deepgen.reporting.table2 import table2_printed
from deepgen.reporting.tables import table1


@dataclass(frozen=True)
class LongForms:
    """What was measured: Table 1, the comparing scores (maybe no row), trainings and costs.

    `classifiers` has {experiment: content of `classifier.json`} of those in whose features samples
    were compared, as far as it is known.
    """

    table1: pd.DataFrame
    scores: pd.DataFrame
    runs: pd.DataFrame
    costs: pd.DataFrame
    classifiers: dict[str, dict[str, Any]] = field(default_factory=dict)


def index_tables(
    long: LongForms, manifests: dict[str, dict[str, Any]], settings: dict[str, Any]
) -> dict[str, list[PrintedTable]]:
    """Those of the index, by what they show.

    Args:
        long: Of the whole run.
        manifests: {path label: manifest}, for the times in Table 2.
        settings: As for `deepgen.reporting.report.render`.
    """
    experiments, not_run = settings["experiments"], settings["not_run"]
    return {
        "summary": [summary(long.table1, long.runs, experiments, not_run)],
        "table1": table1_printed(long.table1, not_run),
        "table2": table2_printed(long.costs, manifests, long.table1, experiments),
        "costs": [costs_printed(long.costs, experiments)],
        "scores": scores_printed(long.scores, long.classifiers),
    }


def own_tables(
    long: LongForms, manifests: dict[str, dict[str, Any]], settings: dict[str, Any]
) -> dict[str, list[PrintedTable]]:
    """Those of one experiment's page, as `index_tables`; `long` holds that experiment alone."""
    return {
        "table1": details(long.table1),
        "costs": [costs_printed(long.costs, settings["experiments"])],
        "scores": scores_printed(long.scores, long.classifiers),
    }


def measured(
    inputs: dict[str, Path], rows: list[dict[str, Any]], load: Callable[[Path], Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Long forms of Table 1 and of the comparing scores, from the files of some rows.

    Args:
        inputs: `<score>:<experiment>/<source>`: a file `<score>.json`.
        rows: As the stage `table` takes them.
        load: Reads a file.

    Raises:
        DeepgenError: if a row's score is not given, or as `load`.
    """
    found = []
    for row in rows:
        for score in row["scores"]:
            role = f"{score}:{row['experiment']}/{row['source']}"
            if role not in inputs:
                raise DeepgenError(f"report needs {role}: add --input {role}=<its .json>")
            found.append((row, score, load(inputs[role])))
    parzen = [(row, content) for row, score, content in found if score == "parzen"]
    first = table1([row for row, _ in parzen], [content for _, content in parzen])
    return first, scores([entry for entry in found if entry[1] != "parzen"])

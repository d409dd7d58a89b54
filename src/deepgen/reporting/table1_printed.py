"""Table 1 as people read it: the paper's own shape, then every detail of each data set.

Two estimators never share a column.
"""

from typing import Any

import pandas as pd

from deepgen.reporting.printed import Cell, PrintedBlock, PrintedRow, PrintedTable
from deepgen.reporting.published import (
    ERROR_OVER,
    MODELS,
    OURS,
    PIXELS,
    SOURCE,
    STAND_INS,
    published,
)
from deepgen.reporting.score_cells import (
    FINE,
    PAPER_GRID,
    PUBLISHED,
    difference_cell,
    label,
    pick,
    score_cell,
)
from deepgen.reporting.wording import listed

HEADINGS = {PUBLISHED: "as published", PAPER_GRID: "paper grid", FINE: "fine sigma"}


def paper_table(table: pd.DataFrame, not_run: list[dict[str, Any]]) -> PrintedTable:
    """Table 1 as the paper prints it, with our numbers beside the published ones.

    Ours is the selected checkpoint under the paper's grid. A model of ours that the paper does not
    have, on one of its data sets, follows below.

    Args:
        table: Long form of Table 1.
        not_run: What the run left out: `dataset_title` and `how_to_get` (a sentence).
    """
    columns, datasets = ["Model"], list(ERROR_OVER)
    for dataset in datasets:
        columns += [f"{dataset}, published", f"{dataset}, ours"]
    paper = pd.DataFrame(published(datasets)).assign(sigma="", source="")
    ours = pick(table, origin="measured", selection="selected", estimator=PAPER_GRID, space=PIXELS)
    ours = ours[ours["dataset"].isin(datasets)]
    rows = []
    for model in [*MODELS, *(m for m in dict.fromkeys(ours["model"]) if m not in MODELS)]:
        cells = []
        for dataset in datasets:
            mine = score_cell(pick(ours, model=model, dataset=dataset), brief=True)
            if model == OURS and dataset not in set(ours["dataset"]):
                mine = Cell("not run")
            theirs = score_cell(pick(paper, model=model, dataset=dataset), brief=True)
            cells += [theirs, mine]
        rows.append(PrintedRow(model, cells))
    title = "Table 1 of the paper: Parzen window log-likelihood of the test images (nats)"
    notes = [_about_paper_table(ours), *_left_out(datasets, ours, not_run), *_edge(ours)]
    return PrintedTable(title, columns, [PrintedBlock("", rows)], notes)


def details(table: pd.DataFrame) -> list[PrintedTable]:
    """One table a data set and scoring space: checkpoints, estimators, differences, references.

    Lines are the paper's models, ours (one a checkpoint), the difference to the paper, and the
    reference rows in a block of their own.

    Args:
        table: Long form of Table 1.
    """
    parts = table.groupby(["dataset", "space"], sort=False)
    return [_detail(*names, rows) for names, rows in parts if "measured" in set(rows["origin"])]


def table1_printed(table: pd.DataFrame, not_run: list[dict[str, Any]]) -> list[PrintedTable]:
    """`paper_table`, then `details`."""
    return [paper_table(table, not_run), *details(table)]


def _about_paper_table(ours: pd.DataFrame) -> str:
    text = f"Published: {SOURCE}."
    if len(ours):
        text += " Ours: the selected checkpoint, σ chosen from the values of the paper's code."
    kinds = listed([f"the {over} of {dataset}" for dataset, over in ERROR_OVER.items()])
    text += f" As in the paper, a standard error (±) is over {kinds}"
    if (ours["num_seeds"] > 1).any():
        text += "; a second one is over seeds, independent trainings whose mean is given"
    return text + "."


def _left_out(datasets: list[str], ours: pd.DataFrame, not_run: list[dict[str, Any]]) -> list[str]:
    """Which of the paper's data sets have no number of ours, and how to have one."""
    how = {entry["dataset_title"]: entry["how_to_get"] for entry in not_run}
    absent = [name for name in datasets if name not in set(ours["dataset"])]
    none = "no experiment of this run has its Parzen score, in pixels."
    return [
        f"{name}: not run. {how[name]}" if name in how else f"{name}: {none}" for name in absent
    ]


def _detail(dataset: str, space: str, table: pd.DataFrame) -> PrintedTable:
    measured, paper = pick(table, origin="measured"), pick(table, origin="published")
    present = list(dict.fromkeys(table["estimator"]))
    # The three known estimators in this order, then any other
    columns = [e for e in HEADINGS if e in present] + [e for e in present if e not in HEADINGS]
    ours = measured[measured["selection"] != ""]
    # The paper does not say which checkpoint it scored, so its number has a line of its own
    both = paper["model"].isin(ours["model"])
    named = paper.assign(model=paper["model"].where(~both, paper["model"] + " (published)"))
    references = pick(measured, selection="")
    blocks = [
        PrintedBlock("", _lines(named, columns) + _lines(ours, columns)),
        PrintedBlock("Difference to the paper", _differences(ours, paper, columns)),
        PrintedBlock("For comparison: no generative network", _lines(references, columns)),
    ]
    blocks = [block for block in blocks if block.rows]
    headings = [f"{dataset}, {HEADINGS.get(name, name)}" for name in columns]
    title = f"Parzen window log-likelihood of the test images of {dataset} (nats)"
    notes = _notes(space, measured, paper, blocks)
    return PrintedTable(title + _standing(dataset, space), ["Model", *headings], blocks, notes)


def _standing(dataset: str, space: str) -> str:
    """What a title says of scores that no number of the paper can stand beside."""
    if dataset in STAND_INS:
        text = f": not in the paper, an open stand-in for {STAND_INS[dataset]}"
    elif dataset not in ERROR_OVER:
        text = ": not in the paper's Table 1"
    else:
        text = ""
    # Another space has another unit of volume, so its nats mean nothing elsewhere
    other = "" if space == PIXELS else f"compare within this space only ({space})"
    return text + (f"{'; ' if text else ': '}{other}" if other else "")


def _lines(part: pd.DataFrame, columns: list[str]) -> list[PrintedRow]:
    """One line a model and checkpoint of `part`."""
    return [
        PrintedRow(
            label(model, selection), [score_cell(pick(rows, estimator=name)) for name in columns]
        )
        for (model, selection), rows in part.groupby(["model", "selection"], sort=False)
    ]


def _differences(ours: pd.DataFrame, paper: pd.DataFrame, columns: list[str]) -> list[PrintedRow]:
    """Ours less the paper's, in the column of the paper's own estimator."""
    lines = []
    for (model, selection), rows in ours.groupby(["model", "selection"], sort=False):
        mine, theirs = pick(rows, estimator=PAPER_GRID), pick(paper, model=model)
        if mine.empty or theirs.empty:
            continue
        cell = difference_cell(mine, theirs)
        cells = [cell if name == PAPER_GRID else Cell("") for name in columns]
        lines.append(PrintedRow(label(model, selection), cells))
    return lines


def _notes(
    space: str, measured: pd.DataFrame, paper: pd.DataFrame, blocks: list[PrintedBlock]
) -> list[str]:
    """How to read the cells; only what this table needs."""
    kinds = set(measured["standard_error_over"]) | set(paper["standard_error_over"])
    own = "folds" if "folds" in kinds else "examples"
    several = f" With several seeds, the error over {own} is the mean of the seeds' own errors."
    only = " Only the paper grid compares with the published numbers."
    notes = [
        f"Space: {space}. In brackets: what a standard error (±) is over. Examples are test "
        "images; folds are splits of the data set; seeds are independent trainings, whose mean is "
        f"given.{several if (measured['num_seeds'] > 1).any() else ''}",
        "Paper grid: σ is chosen from the few values of the paper's code. Fine sigma: it is "
        f"searched closely. Both on validation images.{only if len(paper) else ''}",
        _samples(measured),
    ]
    if (measured["standard_error_over"] == "folds").any():
        notes.append(
            "Each fold has its own σ, chosen on its own validation images; the score is the mean "
            "over the folds."
        )
    if (measured["selection"] != "").any():
        notes.append(
            "Selected checkpoint: the one that the experiment's settings choose, which may use "
            "validation images but never test images. Last checkpoint: the end of the training."
            + (" Which one the paper scored is not known." if len(paper) else "")
        )
    if same := _one_model(measured):
        notes.append(
            f"{listed(same)}: the two checkpoints gave the same samples. The last one is the "
            "selected one where the settings say so, where it scored best, or where training ended "
            "before the first score."
        )
    cells = [cell for block in blocks for row in block.rows for cell in row.cells]
    if any("standard error" in cell.text for cell in cells):
        notes.append(
            "Difference: (ours − paper) / sqrt(paper's error² + our seed error²); within two is "
            "consistent. The paper's error holds no variation between trainings."
        )
    return notes + _edge(measured)


def _one_model(measured: pd.DataFrame) -> list[str]:
    """Models whose two checkpoints agree in every number of every estimator."""
    keys = ["estimator", "standard_error_over"]
    numbers = [*keys, "log_likelihood", "standard_error", "sigma"]
    same = []
    for model, rows in measured.groupby("model", sort=False):
        chosen, last = (
            pick(rows, selection=name)[numbers].sort_values(keys).to_numpy().tolist()
            for name in ("selected", "last")
        )
        if chosen and chosen == last:
            same.append(str(model))
    return same


def _edge(measured: pd.DataFrame) -> list[str]:
    if not measured["sigma"].str.endswith("*").any():
        return []
    return [
        "* A chosen σ (of one seed or fold at least) is on the edge of its grid: a better one may "
        "lie beyond."
    ]


def _samples(measured: pd.DataFrame) -> str:
    """How many samples stand for a model, with the lines that have another number."""
    usual = measured["num_samples"].mode().iloc[0]
    text = f"Samples: {usual:,} a model and seed"
    others = measured[measured["num_samples"] != usual]
    for model, count in dict(zip(others["model"], others["num_samples"], strict=True)).items():
        text += f"; {model}: {count:,}"
    return text + "."

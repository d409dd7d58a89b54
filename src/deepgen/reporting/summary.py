"""The run in one table: the paper's value, ours, the difference, and what to know about it."""

from typing import Any

import pandas as pd

from deepgen.reporting.printed import (
    DASH,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    number,
    span,
)
from deepgen.reporting.published import ERROR_OVER, SAMPLES, STAND_INS, published
from deepgen.reporting.score_cells import (
    PAPER_GRID,
    errors_to_paper,
    nats_to_paper,
    pick,
    score_cell,
)

COLUMNS = ["Experiment", "The paper", "Ours", "Difference (nats)", "Epochs", "Seeds"]


def summary(
    table: pd.DataFrame,
    runs: pd.DataFrame,
    experiments: dict[str, Any],
    not_run: list[dict[str, Any]],
) -> PrintedTable:
    """One row an experiment, and one sentence on each in the notes, in the same order.

    Ours is the selected checkpoint under the paper's grid.

    Args:
        table: Long form of Table 1.
        runs: Of `deepgen.reporting.runs.runs`.
        experiments: {name: {"title", "dataset_title", "settings", "full_budget"}}, as the report's
            settings.
        not_run: What the run left out: `dataset_title`, `model` (title), `how_to_get` (a sentence).
    """
    rows, notes = [], []
    for name, experiment in experiments.items():
        title = f"{experiment['dataset_title']}, {experiment['title']}"
        trainings = runs[runs["experiment"] == name] if len(runs) else runs
        mine, paper = _ours(table, experiment), _paper(table, experiment)
        rows.append(PrintedRow(title, _cells(name, experiment, mine, paper, trainings)))
        notes.append(f"{title}: {_sentence(experiment, mine, paper, trainings)}")
    for entry in not_run:
        title = f"{entry['dataset_title']}, {entry['model']}"
        paper = _published(entry["model"], entry["dataset_title"])
        empty = [Cell(text) for text in ("not run", DASH, DASH, DASH)]
        rows.append(PrintedRow(title, [_paper_cell(paper), *empty]))
        notes.append(f"{title}: not run. {entry['how_to_get']}")
    return PrintedTable("The paper and this run", COLUMNS, [PrintedBlock("", rows)], notes)


def _ours(table: pd.DataFrame, experiment: dict[str, Any]) -> pd.DataFrame:
    names = {"model": experiment["title"], "dataset": experiment["dataset_title"]}
    return pick(table, **names, origin="measured", selection="selected", estimator=PAPER_GRID)


def _paper(table: pd.DataFrame, experiment: dict[str, Any]) -> pd.DataFrame:
    """The paper's row for a model, if it has one in the space of ours."""
    paper = _published(experiment["title"], experiment["dataset_title"])
    mine = _ours(table, experiment)
    return paper if mine.empty else paper[paper["space"] == mine["space"].iloc[0]]


def _published(model: str, dataset: str) -> pd.DataFrame:
    rows = pd.DataFrame(published([dataset] if dataset in ERROR_OVER else list(ERROR_OVER)))
    return pick(rows, model=model, dataset=dataset).assign(sigma="", source="")


def _paper_cell(paper: pd.DataFrame) -> Cell:
    return Cell("the paper has none") if paper.empty else score_cell(paper)


def _cells(
    name: str,
    experiment: dict[str, Any],
    mine: pd.DataFrame,
    paper: pd.DataFrame,
    trainings: pd.DataFrame,
) -> list[Cell]:
    ours = score_cell(mine)
    difference = DASH
    if len(mine) and len(paper):
        difference = f"{nats_to_paper(mine, paper):+.1f}".replace("-", "−")
    epochs, seeds = DASH, DASH
    histories: tuple[str, ...] = ()
    if len(trainings):
        ran, full = trainings["epochs"], _full_budget(experiment)
        epochs, seeds = f"{span(ran.min(), ran.max())} of {full:,}", str(len(trainings))
        histories = tuple(f"{name}/seed-{seed}/history.csv" for seed in trainings["seed"])
    return [
        _paper_cell(paper),
        ours,
        Cell(difference, ours.sources if difference != DASH else ()),
        Cell(epochs, histories),
        Cell(seeds),
    ]


def _sentence(
    experiment: dict[str, Any], mine: pd.DataFrame, paper: pd.DataFrame, trainings: pd.DataFrame
) -> str:
    """What the difference is, and the facts at hand that it must be read with."""
    dataset = experiment["dataset_title"]
    if mine.empty:
        return "no Parzen score was asked for, so there is nothing to compare."
    if paper.empty:
        stand_in = ""
        if dataset in STAND_INS:
            stand_in = f", which is an open stand-in for the paper's {STAND_INS[dataset]}"
        first = f"the paper has no number for this model on {dataset}{stand_in}"
        return "; ".join([first, _budget(experiment, trainings), _seeds(mine)]) + "."
    facts = [_verdict(mine, paper), _budget(experiment, trainings), _seeds(mine), *_samples(mine)]
    return "; ".join([*facts, "which checkpoint the paper scored is not known"]) + "."


def _verdict(mine: pd.DataFrame, paper: pd.DataFrame) -> str:
    nats = nats_to_paper(mine, paper)
    side = "above" if nats > 0 else "below"
    text = f"our score is {number(abs(nats))} nats {side} the paper's"
    if abs(nats) < 0.05:
        text = "our score equals the paper's"
    ratio = errors_to_paper(mine, paper)
    if ratio is None:
        return text
    verdict = "consistent with it" if abs(ratio) <= 2 else "not consistent with it"
    return f"{text}, {number(abs(ratio))} standard errors away and so {verdict}"


def _full_budget(experiment: dict[str, Any]) -> int:
    """Epochs of the experiment file, or of this run if it has more."""
    return max(experiment["full_budget"], experiment["settings"]["training"]["epochs"])


def _budget(experiment: dict[str, Any], trainings: pd.DataFrame) -> str:
    """Epochs run of the full budget, and why fewer if they are."""
    if not len(trainings):
        return "no history of a training was given"
    full, budget = _full_budget(experiment), experiment["settings"]["training"]["epochs"]
    ran, one = trainings["epochs"], len(trainings) == 1
    text = "the training ran" if one else "the trainings ran"
    if (ran == full).all():
        return f"{text} all {full:,} epochs of the full budget"
    text += f" {span(ran.min(), ran.max())} of the {full:,} epochs of the full budget"
    if budget < full:
        text += ", which this run shortens" + (f" to {budget:,}" if (ran < budget).any() else "")
    if stopped := int((ran < budget).sum()):
        who = "" if stopped == len(ran) else f" ({stopped} of {len(ran)} of them)"
        text += f", and ended early{who} because the validation score no longer rose"
    return text


def _seeds(mine: pd.DataFrame) -> str:
    count = int(mine["num_seeds"].iloc[0])
    if count == 1:
        return "one seed leaves the variation between trainings unknown"
    return f"the score is the mean of {count} seeds"


def _samples(mine: pd.DataFrame) -> list[str]:
    """A number of samples other than that of the released code, which moves the score."""
    count = int(mine["num_samples"].iloc[0])
    return [] if count == SAMPLES else [f"{count:,} samples were scored, not {SAMPLES:,}"]

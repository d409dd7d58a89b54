"""The run in one table: published value, ours, their difference, and likelihoods."""

from typing import Any

import pandas as pd

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.places import Place
from deepgen.report.cells import DIFFERENCE, EDGE, difference_cell, pick, score_cell
from deepgen.report.likelihoods import kinds, likelihood_cell, named
from deepgen.report.long_form import Measured
from deepgen.report.not_run import sources, state
from deepgen.report.printed import EMPTY, Cell, PrintedBlock, PrintedRow, PrintedTable, span
from deepgen.report.untrained import UNTRAINED
from deepgen.report.wording import name_in_papers

PARZEN = ["Parzen, published (nats)"]
LIKELIHOOD = "Log-likelihood (nats)"
DIFFERENT = (
    "A Parzen score and a log-likelihood are different quantities: never compare. Nor do "
    "likelihoods of another kind or scale; all that were taken stand in their own tables."
)
BUDGET = (
    "Epochs stand beside the budget of the experiment's file, which is our choice where the paper "
    "and its code have no rule that ends a training."
)
ALONE = []  # where nothing was published
for _name in ("released default grid", "fine sigma"):
    PARZEN += [f"Parzen, ours, {_name} (nats)", "Difference"]
    ALONE += [f"Parzen, {_name} (nats)"]


def summary(
    made: Measured,
    runs: pd.DataFrame,
    experiments: dict[str, Any],
    not_run: list[dict[str, Any]],
) -> PrintedTable:
    """One row an experiment, then one for each that was left out.

    Ours is the selected checkpoint, its Parzen score under both estimators. Without any Parzen
    score there are no columns of them, and without a published one none of differences. Of a
    model's likelihoods the first kind has a cell, with its name.

    Args:
        made: Long forms, in which what papers printed stands beside what was measured.
        runs: Of `deepgen.report.runs.runs`.
        experiments: {name: {"title", "dataset_title", "settings", "full_budget"}} and `paper`, if
            it has one, as the report's settings.
        not_run: What the run left out: `dataset_title`, `model` (title), and as `state` takes it.
    """
    likely, parzen = len(made.likelihoods) > 0, len(made.parzen) > 0
    of_papers = any(experiment.get("paper") for experiment in experiments.values())
    published = of_papers or (parzen and "published" in set(made.parzen["origin"]))
    rows: list[PrintedRow] = []
    notes: list[str | Cell] = []
    for name, experiment in experiments.items():
        names = {"model": experiment["title"], "dataset": experiment["dataset_title"]}
        cells = _parzen(made.parzen, names, bool(experiment.get("paper"))) if parzen else []
        cells = cells if published else cells[1::2]
        if likely:
            cells.append(_likelihood(pick(made.likelihoods, **names, selection="selected")))
        cells += _trainings(name, experiment, runs)
        rows.append(PrintedRow(f"{names['dataset']}, {names['model']}", cells))
    for entry in not_run:
        names = {"model": entry["model"], "dataset": entry["dataset_title"]}
        title = f"{names['dataset']}, {names['model']}"
        cells = [Cell("not run"), *[EMPTY] * (likely + 1)]
        if parzen:
            own = [score_cell(_published(made.parzen, names))] if published else []
            cells = [*own, *cells, *[EMPTY] * (4 if published else 2)]
        rows.append(PrintedRow(title, cells))
        text, files = " ".join([f"{title}:", *state(entry)]), sources(entry)
        notes.append(Cell(text, files) if files else text)
    texts = " ".join(cell.text for row in rows for cell in row.cells)
    notes += [DIFFERENCE] * ("prediction interval" in texts) + [EDGE] * ("*" in texts)
    notes += [UNTRAINED] * ("untrained" in texts) + [BUDGET] * (len(runs) > 0 and of_papers)
    notes += [DIFFERENT] * (parzen and likely)
    columns = (PARZEN if published else ALONE) if parzen else []
    headings = ["Experiment", *columns, *[LIKELIHOOD] * likely, "Epochs", "Seeds"]
    return PrintedTable("The experiments of this run", headings, [PrintedBlock("", rows)], notes)


def _parzen(table: pd.DataFrame, names: dict[str, str], paper: bool) -> list[Cell]:
    """Published, ours and their difference for both estimators.

    A published score in another space is none.
    """
    ours = pick(table, **names, origin="measured", selection="selected")
    theirs = _published(table, names)
    if len(ours):
        theirs = pick(theirs, space=ours["space"].iloc[0])
    none = Cell("its paper has none") if paper and theirs.empty else score_cell(theirs)
    cells = [none]
    for estimator in (RELEASED_GRID, FINE_SIGMA):
        own = pick(ours, estimator=estimator)
        cells += [score_cell(own), difference_cell(own, theirs)]
    return cells


def _likelihood(own: pd.DataFrame) -> Cell:
    """A model's likelihood of the first kind that it has, with the kind and its scale."""
    for kind in kinds(own):
        cell = likelihood_cell(pick(own, **kind))
        return Cell(f"{cell.text}; {named(kind)}, {kind['scale']}", cell.sources)
    return EMPTY


def _published(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """What a paper printed of an experiment's model, or of what that varies, on its data set."""
    wanted = names | {"model": name_in_papers(names["model"])}
    return pick(table, **wanted, origin="published")


def _trainings(name: str, experiment: dict[str, Any], runs: pd.DataFrame) -> list[Cell]:
    """Epochs of the full budget (or of this run's, if it is more), and seeds."""
    own = pick(runs, experiment=name)
    if own.empty:
        return [EMPTY, EMPTY]
    full = max(experiment["full_budget"], experiment["settings"]["training"]["epochs"])
    files = tuple(f"{Place(name, seed)}/history.csv" for seed in own["seed"])
    ran = span(own["epochs"].min(), own["epochs"].max())
    return [Cell(f"{ran} of {full:,}", files), Cell(str(len(own)))]

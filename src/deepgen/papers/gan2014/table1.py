"""Table 1 as the paper prints it, with ours beside it, and every detail below."""

from typing import Any

import pandas as pd

from deepgen.evaluation.estimators import RELEASED_GRID
from deepgen.papers.gan2014.published import (
    ERROR_OVER,
    MODELS,
    OURS,
    PIXELS,
    SAMPLES,
    SOURCE,
    STAND_INS,
    published,
)
from deepgen.report.cells import EDGE, pick, score_cell, starred
from deepgen.report.not_run import briefly
from deepgen.report.parzen import parzen_printed
from deepgen.report.printed import EMPTY, Cell, PrintedBlock, PrintedRow, PrintedTable
from deepgen.report.untrained import UNTRAINED
from deepgen.report.wording import listed, name_in_papers, stands_for


def table1_printed(table: pd.DataFrame, not_run: list[dict[str, Any]]) -> list[PrintedTable]:
    """`paper_table`, then one table a data set with every checkpoint, estimator and reference."""
    return [paper_table(table, not_run), *parzen_printed(table)]


def paper_table(table: pd.DataFrame, not_run: list[dict[str, Any]]) -> PrintedTable:
    """Table 1 as the paper prints it, with our numbers beside the published ones.

    Ours is the selected checkpoint under the released default grid. A model of ours stands beside
    the published one whose name it has, with or without "(ours)"; its variants, with more words
    behind a comma, follow in lines of their own, and models that the paper does not have come last.

    Args:
        table: The long form `parzen` of the paper's experiments.
        not_run: What the run left out: `dataset_title`, and as `report.not_run.state` takes it.
    """
    columns, datasets = ["Model"], list(ERROR_OVER)
    for dataset in datasets:
        columns += [f"{dataset}, published", f"{dataset}, ours"]
    paper = pd.DataFrame(published(datasets)).assign(source="", num_seeds=0)
    ours = pick(table[table["dataset"].isin(datasets)], origin="measured", selection="selected")
    ours = pick(ours, estimator=RELEASED_GRID, space=PIXELS)
    # The paper's own model is missed wherever it is missing
    unrun = {(OURS, dataset) for dataset in datasets} | {
        (m, e["dataset_title"]) for m in MODELS for e in not_run if stands_for(m, [e["model"]])
    }
    rows = []
    for label, title in _lines(list(dict.fromkeys(ours["model"]))):
        cells = []
        for dataset in datasets:
            mine = score_cell(pick(ours, model=title, dataset=dataset), brief=True)
            if mine == EMPTY and (label, dataset) in unrun:
                mine = Cell("not run")
            cells += [score_cell(pick(paper, model=label, dataset=dataset), brief=True), mine]
        rows.append(PrintedRow(label, cells))
    title = "Table 1 of the paper: Parzen window log-likelihood of the test images (nats)"
    notes = [_about(ours), *_recipes(ours), *_datasets(table, ours, not_run), *_samples(ours)]
    notes += [EDGE] * starred(ours) + [UNTRAINED] * bool((ours["untrained"] != "").any())
    return PrintedTable(title, columns, [PrintedBlock("", rows)], notes)


def _lines(titles: list[str]) -> list[tuple[str, str]]:
    """Label of every line, and the title of ours beside it; empty if there is none."""
    beside = {model: stands_for(model, titles) or "" for model in MODELS}
    others = [title for title in titles if title not in beside.values()]
    found = []
    for model in MODELS:
        variants = (title for title in others if name_in_papers(title) == model)
        found += [(model, beside[model]), *((title, title) for title in variants)]
    return found + [(title, title) for title in others if name_in_papers(title) not in MODELS]


def _recipes(ours: pd.DataFrame) -> list[str]:
    """The published models beside which a recipe of ours stands."""
    found = [m for m in MODELS if (stands_for(m, ours["model"]) or m) != m]
    return [f"Ours beside {listed(found)}: recipes of ours where no paper has one."] * bool(found)


def _about(ours: pd.DataFrame) -> str:
    text = f"Published: {SOURCE}."
    if len(ours):
        text += (
            " Ours: the selected checkpoint under the released script's default grid of σ; the "
            "paper says only that σ was cross-validated."
        )
    kinds = listed([f"the {over} of {dataset}" for dataset, over in ERROR_OVER.items()])
    return (
        f"{text} ± is over {kinds}, or over seeds where it says so. Which checkpoint the paper "
        "scored is not known."
    )


def _samples(ours: pd.DataFrame) -> list[str]:
    """A number of samples other than that of the released code, which moves the score."""
    other = ours[ours["num_samples"] != SAMPLES].drop_duplicates(["model", "dataset"])
    return [
        f"{row['dataset']}, {row['model']}: {row['num_samples']:,} samples were scored, not the "
        f"{SAMPLES:,} of the released code."
        for row in other.to_dict("records")
    ]


def _datasets(table: pd.DataFrame, ours: pd.DataFrame, not_run: list[dict[str, Any]]) -> list[str]:
    """Data sets without a number of ours, and those of ours that no published number is about."""
    how = {e["dataset_title"]: " ".join(briefly(e)) for e in not_run if e["model"] == OURS}
    none = f"no experiment of this run has a Parzen score of {OURS} there, in pixels."
    released = set(pick(ours, model=OURS)["dataset"])
    absent = [name for name in ERROR_OVER if name not in released]
    notes = {name: how.get(name, none) for name in absent}
    scored = pick(table, origin="measured", selection="selected")
    for dataset, space in scored[["dataset", "space"]].drop_duplicates().to_numpy().tolist():
        if dataset in STAND_INS:
            text = f"an open stand-in for {STAND_INS[dataset]}, which must be asked for"
        elif dataset not in ERROR_OVER:
            text = "not in the paper's Table 1"
        elif space != PIXELS:
            text = f"scored in another space ({space}), whose nats do not compare"
        else:
            continue
        notes[dataset] = f"{text}. Its scores are below."
    return [f"{name}: {text}" for name, text in notes.items()]

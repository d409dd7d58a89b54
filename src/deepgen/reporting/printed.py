"""Table 1 as people read it: one table a data set, one line a model, never two estimators a column.

Markdown, LaTeX and HTML render the same `PrintedTable`.
"""

from dataclasses import dataclass, field

import pandas as pd

PUBLISHED, PAPER_GRID, FINE = "parzen, as published", "parzen, paper grid", "parzen, fine sigma"
HEADINGS = {PUBLISHED: "as published", PAPER_GRID: "paper grid", FINE: "fine sigma"}
CHECKPOINTS = {"selected": "selected checkpoint", "last": "last checkpoint"}


@dataclass
class PrintedRow:
    """One line: its label and one text a column."""

    label: str
    cells: list[str]


@dataclass
class PrintedBlock:
    """Lines that belong together."""

    title: str
    rows: list[PrintedRow]


@dataclass
class PrintedTable:
    """The table of one data set."""

    title: str
    columns: list[str]
    blocks: list[PrintedBlock]
    notes: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Columns beside the labels."""
        return len(self.columns) - 1


def printed(table: pd.DataFrame) -> list[PrintedTable]:
    """The long form of table 1 as one printed table a data set.

    Lines are the paper's models, ours (one a checkpoint), the difference to the paper, and the
    reference rows in a block of their own.
    """
    return [_printed(str(name), rows) for name, rows in table.groupby("dataset", sort=False)]


def _printed(dataset: str, table: pd.DataFrame) -> PrintedTable:
    measured = table[table["origin"] == "measured"]
    present = list(dict.fromkeys(table["estimator"]))
    # The three known estimators in this order, then any other
    columns = [e for e in HEADINGS if e in present] + [e for e in present if e not in HEADINGS]
    ours = measured[measured["selection"] != ""]
    references = measured[measured["selection"] == ""]
    paper = table[table["origin"] == "published"]
    # The paper does not say which checkpoint it scored, so its number has a line of its own
    both = paper["model"].isin(ours["model"])
    paper = paper.assign(model=paper["model"].where(~both, paper["model"] + " (published)"))
    blocks = [
        PrintedBlock("", _lines(paper, columns) + _lines(ours, columns)),
        PrintedBlock("Difference to the paper", _differences(ours, table, columns)),
        PrintedBlock("For comparison: no generative network", _lines(references, columns)),
    ]
    blocks = [block for block in blocks if block.rows]
    headings = [f"{dataset}, {HEADINGS.get(name, name)}" for name in columns]
    title = f"Parzen window log-likelihood of the test images of {dataset} (nats)"
    return PrintedTable(title, ["Model", *headings], blocks, _notes(measured, blocks))


def _lines(part: pd.DataFrame, columns: list[str]) -> list[PrintedRow]:
    """One line a model and checkpoint of `part`."""
    lines = []
    for (model, selection), rows in part.groupby(["model", "selection"], sort=False):
        cells = [_cell(rows[rows["estimator"] == name]) for name in columns]
        lines.append(PrintedRow(_label(model, selection), cells))
    return lines


def _label(model: str, selection: str) -> str:
    return f"{model}, {CHECKPOINTS.get(selection, selection)}" if selection else model


def _cell(rows: pd.DataFrame) -> str:
    """A mean with every standard error that is known, each said over what."""
    if rows.empty:
        return "–"
    published = rows["origin"].iloc[0] == "published"
    text = f"{rows['log_likelihood'].iloc[0]:{'g' if published else '.1f'}}"
    for row in rows.itertuples():
        over = row.standard_error_over
        if over == "seeds":
            over += f", n = {row.num_seeds}"
        text += f" ± {row.standard_error:{'g' if published else '.1f'}} ({over})"
    return text.replace("-", "−") + ("*" if rows["sigma"].str.endswith("*").any() else "")


def _differences(ours: pd.DataFrame, table: pd.DataFrame, columns: list[str]) -> list[PrintedRow]:
    """Ours less the paper's, in the column of the paper's own estimator."""
    lines = []
    for model, selection in dict.fromkeys(zip(ours["model"], ours["selection"], strict=True)):
        paper = table[(table["model"] == model) & (table["origin"] == "published")]
        same = (ours["model"] == model) & (ours["selection"] == selection)
        mine = ours[same & (ours["estimator"] == PAPER_GRID)]
        if paper.empty or mine.empty:
            continue
        text = _difference(mine, paper["log_likelihood"].iloc[0], paper["standard_error"].iloc[0])
        cells = [text if name == PAPER_GRID else "" for name in columns]
        lines.append(PrintedRow(_label(model, selection), cells))
    return lines


def _difference(mine: pd.DataFrame, paper: float, paper_error: float) -> str:
    nats = mine["log_likelihood"].iloc[0] - paper
    text = f"{nats:+.1f} nats".replace("-", "−")
    seeds = mine[mine["standard_error_over"] == "seeds"]["standard_error"]
    if seeds.empty:
        return text + "; one seed, so the seed error is unknown"
    ratio = nats / (paper_error**2 + seeds.iloc[0] ** 2) ** 0.5
    side = "above" if ratio > 0 else "below"
    errors = f"{abs(ratio):.1f} standard errors {side}"
    return f"{text}; {errors}: {'' if abs(ratio) <= 2 else 'not '}consistent"


def _notes(measured: pd.DataFrame, blocks: list[PrintedBlock]) -> list[str]:
    """How to read the cells; only what this table needs."""
    spaces = " and ".join(dict.fromkeys(measured["space"]))
    several = " With several seeds, the error over examples is the mean of the seeds' own errors."
    notes = [
        f"Space: {spaces}. In brackets: what a standard error (±) is over. Examples are test "
        "images; folds are splits of the data set; seeds are independent trainings, whose mean is "
        f"given.{several if (measured['num_seeds'] > 1).any() else ''}",
        "Paper grid: σ is chosen from the few values of the paper's code. Fine sigma: it is "
        "searched closely. Both on validation images. Only the paper grid compares with the "
        "published numbers.",
        _samples(measured),
    ]
    if (measured["selection"] != "").any():
        notes.append(
            "Selected checkpoint: the one that the experiment's settings choose, which may use "
            "validation images but never test images. Last checkpoint: the end of the training. "
            "Which one the paper scored is not known."
        )
    if any(
        "standard error" in cell for block in blocks for row in block.rows for cell in row.cells
    ):
        notes.append(
            "Difference: (ours − paper) / sqrt(paper's error² + our seed error²); within two is "
            "consistent. The paper's error holds no variation between trainings."
        )
    if measured["sigma"].str.endswith("*").any():
        notes.append(
            "* The chosen σ of at least one seed is on the edge of its grid: a better one may lie "
            "beyond."
        )
    return notes


def _samples(measured: pd.DataFrame) -> str:
    """How many samples stand for a model, with the lines that have another number."""
    usual = measured["num_samples"].mode().iloc[0]
    text = f"Samples: {usual:,} a model and seed"
    others = measured[measured["num_samples"] != usual]
    for model, number in dict(zip(others["model"], others["num_samples"], strict=True)).items():
        text += f"; {model}: {number:,}"
    return text + "."

"""What the tables of all scores share: picking rows, and saying a number with its errors."""

from collections.abc import Callable

import pandas as pd

from deepgen.evaluation.prediction import prediction_interval
from deepgen.report.printed import EMPTY, Cell, PrintedRow, number
from deepgen.report.untrained import all_untrained, label
from deepgen.report.wording import name_in_papers

CHECKPOINTS = {"selected": "selected checkpoint", "last": "last checkpoint"}

ERRORS = (
    "±: a standard error over test images (examples) or splits of the set (folds), all else held "
    "fixed, or over independent trainings (seeds), whose mean is given."
)
DIFFERENCE = (
    "A paper shows one training: its number is held against the 95 % prediction interval of one "
    "more of ours, mean ± t s sqrt(1 + 1/n), s over n seeds. The published ± is over the same test "
    "images and is not added."
)
ONE_SEED = "no verdict from one seed"
EDGE = "* σ on the edge of its grid: a better one may lie beyond."


def pick(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Rows whose columns have these values."""
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


def sources(rows: pd.DataFrame) -> tuple[str, ...]:
    """Where the rows of one score come from."""
    return tuple(filter(None, rows["source"].iloc[0].split(";")))


def lines(
    table: pd.DataFrame,
    columns: list[tuple[dict[str, str], Callable[[pd.DataFrame], Cell]]],
    by: tuple[str, ...] = ("model", "selection"),
) -> list[PrintedRow]:
    """One line a model and checkpoint, or whatever `by` tells apart.

    Two checkpoints that are the same model share the line of the selected one.

    Args:
        table: A long form.
        columns: What each picks from a line's rows, and the cell that it makes of them.
        by: Columns that name a line.
    """
    found = []
    for names, rows in table.groupby(list(by), sort=False):
        words = dict(CHECKPOINTS)
        if same := rows["same_model"].iloc[0]:
            if same == "selected":
                continue
            words["selected"] = "selected and last checkpoint"
        title = ", ".join(words.get(name, name) for name in names if name)
        found.append(PrintedRow(title, [cell(pick(rows, **wanted)) for wanted, cell in columns]))
    return found


def score_cell(
    rows: pd.DataFrame, value: str = "log_likelihood", digits: str = ",.1f", brief: bool = False
) -> Cell:
    """A mean with every standard error that is known, each said over what, and a star of `sigma`.

    Args:
        rows: Those of one line and column, which may be none.
        value: Column of the number.
        digits: Format of ours; a published number stands as it was printed.
        brief: Whether only `seeds` are said, because a note says the rest.
    """
    if rows.empty:
        return EMPTY
    if rows["origin"].iloc[0] == "published":
        digits = ",g"
    text = f"{rows[value].iloc[0]:{digits}}"
    for row in rows.to_dict("records"):
        over, seeds = row["standard_error_over"], row["num_seeds"]
        said = f" (seeds, n = {seeds})" if over == "seeds" else f" ({over})" * (not brief)
        text += f" ± {row['standard_error']:{digits}}{said}"
    text = text.replace("-", "−") + "*" * starred(rows) + label(rows)
    return Cell(text, sources(rows))


def starred(table: pd.DataFrame) -> bool:
    """Whether a sigma is on the edge of its grid."""
    return "sigma" in table and bool(table["sigma"].str.endswith("*").any())


def published_of(mine: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """The published rows of the models that ours are, or vary."""
    return published[published["model"].isin(mine["model"].map(name_in_papers))]


def difference_cell(mine: pd.DataFrame, published: pd.DataFrame) -> Cell:
    """Ours less the published number and, with several seeds, where that lies among ours.

    An untrained model is compared with nothing.

    Args:
        mine: Our rows of one model, checkpoint and estimator, which may be none.
        published: Rows of a data set, in which the model, or what it varies, may be missing.
    """
    theirs = published_of(mine, published)
    if theirs.empty or all_untrained(mine):
        return EMPTY
    ours, paper = mine["log_likelihood"].iloc[0], theirs["log_likelihood"].iloc[0]
    text = f"{ours - paper:+,.1f} nats".replace("-", "−")
    seeds = pick(mine, standard_error_over="seeds")
    if seeds.empty:
        return Cell(f"{text}; {ONE_SEED}", sources(mine))
    n = int(seeds["num_seeds"].iloc[0])
    low, high = prediction_interval(ours, seeds["standard_error"].iloc[0] * n**0.5, n)
    side = "inside" if low <= paper <= high else "outside"
    interval = f"[{number(low)}, {number(high)}]"
    return Cell(
        f"{text}; {side} the 95 % prediction interval {interval} of one more training",
        sources(mine),
    )

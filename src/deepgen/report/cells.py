"""What the tables of all scores share: picking rows, and saying a number with its errors."""

from collections.abc import Callable

import pandas as pd

from deepgen.report.printed import EMPTY, Cell, PrintedRow, number

PUBLISHED, RELEASED_GRID, FINE = (
    "parzen, as published",
    "parzen, released default grid",
    "parzen, fine sigma",
)
CHECKPOINTS = {"selected": "selected checkpoint", "last": "last checkpoint"}

ERRORS = (
    "In brackets: what a standard error (±) is over: test images (examples), splits of the data "
    "set (folds) or independent trainings (seeds), whose mean is given with the mean of their own "
    "errors."
)
DIFFERENCE = (
    "Difference: (ours − published) / sqrt(published error² + our seed error²); within two is "
    "consistent. The published error holds no variation between trainings."
)
EDGE = "* A σ of one seed or fold at least is on the edge of its grid: a better one may lie beyond."


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

    Args:
        table: A long form.
        columns: What each picks from a line's rows, and the cell that it makes of them.
        by: Columns that name a line.
    """
    return [
        PrintedRow(
            ", ".join(CHECKPOINTS.get(name, name) for name in names if name),
            [cell(pick(rows, **wanted)) for wanted, cell in columns],
        )
        for names, rows in table.groupby(list(by), sort=False)
    ]


def score_cell(
    rows: pd.DataFrame, value: str = "log_likelihood", digits: str = ".1f", brief: bool = False
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
        digits = "g"
    text = f"{rows[value].iloc[0]:{digits}}"
    for row in rows.to_dict("records"):
        over, seeds = row["standard_error_over"], row["num_seeds"]
        said = f" (seeds, n = {seeds})" if over == "seeds" else f" ({over})" * (not brief)
        text += f" ± {row['standard_error']:{digits}}{said}"
    return Cell(text.replace("-", "−") + "*" * starred(rows), sources(rows))


def starred(table: pd.DataFrame) -> bool:
    """Whether a sigma is on the edge of its grid."""
    return "sigma" in table and bool(table["sigma"].str.endswith("*").any())


def difference_cell(mine: pd.DataFrame, published: pd.DataFrame) -> Cell:
    """Ours less the published number and, with a seed error, whether it is within two errors.

    Args:
        mine: Our rows of one model, checkpoint and estimator, which may be none.
        published: Rows of a data set, in which the model may be missing.
    """
    theirs = published[published["model"].isin(mine["model"])]
    if theirs.empty:
        return EMPTY
    nats = mine["log_likelihood"].iloc[0] - theirs["log_likelihood"].iloc[0]
    text = f"{nats:+.1f} nats".replace("-", "−")
    seeds = pick(mine, standard_error_over="seeds")["standard_error"]
    if seeds.empty:
        return Cell(f"{text}; one seed, so the seed error is unknown", sources(mine))
    ratio = nats / (theirs["standard_error"].iloc[0] ** 2 + seeds.iloc[0] ** 2) ** 0.5
    verdict = "consistent" if abs(ratio) <= 2 else "not consistent"
    side = "above" if ratio > 0 else "below"
    return Cell(f"{text}; {number(abs(ratio))} standard errors {side}: {verdict}", sources(mine))

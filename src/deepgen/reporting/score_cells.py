"""How Table 1 says one score: its cell, its label, and its difference to the paper's."""

import pandas as pd

from deepgen.reporting.printed import EMPTY, Cell, number

PUBLISHED, PAPER_GRID, FINE = "parzen, as published", "parzen, paper grid", "parzen, fine sigma"
CHECKPOINTS = {"selected": "selected checkpoint", "last": "last checkpoint"}


def pick(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Rows whose columns have these values."""
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


def label(model: str, selection: str) -> str:
    """A model with its checkpoint, if it has one."""
    return f"{model}, {CHECKPOINTS.get(selection, selection)}" if selection else model


def sources(rows: pd.DataFrame) -> tuple[str, ...]:
    """Where the rows of one score come from."""
    text = "" if rows.empty else rows["source"].iloc[0]
    return tuple(text.split(";")) if text else ()


def error(row: pd.Series, digits: str, brief: bool = False) -> str:
    """A standard error with what it is over in brackets.

    Args:
        row: `standard_error`, `standard_error_over` and `num_seeds`.
        digits: Format of the number.
        brief: Whether only `seeds` are said, because a note says the rest.
    """
    over = row["standard_error_over"]
    said = f" (seeds, n = {row['num_seeds']})" if over == "seeds" else f" ({over})" * (not brief)
    return f"± {row['standard_error']:{digits}}{said}"


def score_cell(rows: pd.DataFrame, brief: bool = False) -> Cell:
    """A mean with every standard error that is known, each said over what.

    Args:
        rows: Those of one model, checkpoint and estimator, which may be none.
        brief: As for `error`.
    """
    if rows.empty:
        return EMPTY
    digits = "g" if rows["origin"].iloc[0] == "published" else ".1f"
    errors = [error(row, digits, brief) for _, row in rows.iterrows()]
    text = " ".join([f"{rows['log_likelihood'].iloc[0]:{digits}}", *errors]).replace("-", "−")
    star = "*" if rows["sigma"].str.endswith("*").any() else ""
    return Cell(text + star, sources(rows))


def nats_to_paper(mine: pd.DataFrame, paper: pd.DataFrame) -> float:
    """Our mean less the paper's."""
    return float(mine["log_likelihood"].iloc[0] - paper["log_likelihood"].iloc[0])


def errors_to_paper(mine: pd.DataFrame, paper: pd.DataFrame) -> float | None:
    """(ours - paper) / sqrt(paper's error^2 + our seed error^2); None without a seed error.

    Args:
        mine: Our rows of one model, checkpoint and estimator.
        paper: The paper's row.
    """
    seeds = pick(mine, standard_error_over="seeds")["standard_error"]
    if seeds.empty:
        return None
    both = (paper["standard_error"].iloc[0] ** 2 + seeds.iloc[0] ** 2) ** 0.5
    return nats_to_paper(mine, paper) / both


def difference_cell(mine: pd.DataFrame, paper: pd.DataFrame) -> Cell:
    """The difference in nats and, with a seed error, whether it is within two errors."""
    text = f"{nats_to_paper(mine, paper):+.1f} nats".replace("-", "−")
    ratio = errors_to_paper(mine, paper)
    if ratio is None:
        return Cell(f"{text}; one seed, so the seed error is unknown", sources(mine))
    side = "above" if ratio > 0 else "below"
    verdict = "consistent" if abs(ratio) <= 2 else "not consistent"
    return Cell(f"{text}; {number(abs(ratio))} standard errors {side}: {verdict}", sources(mine))

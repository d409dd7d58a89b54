"""Table 1 in long form, and written as CSV, Markdown and LaTeX."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.reporting.printed import PrintedTable, printed
from deepgen.reporting.published import published

COLUMNS = [
    "model",
    "dataset",
    "origin",
    "log_likelihood",
    "standard_error",
    "standard_error_over",
    "num_seeds",
    "num_samples",
    "sigma",
    "estimator",
    "space",
    "selection",
]


def table1(rows: list[dict[str, Any]], scores: list[dict[str, Any]]) -> pd.DataFrame:
    """Published and measured scores, one row a model, data set, estimator and kind of error.

    A model of several seeds has its mean over them twice: with the standard error over `seeds`
    (of the mean of the seeds' scores) and over `examples` (the mean of the seeds' own errors).

    Args:
        rows: What each score belongs to: `model` and `dataset` (titles), `experiment`,
            `selection` (`selected`, `last`, or empty for a reference), `seed`, `kind`.
        scores: The content of each row's `parzen.json`, {estimator: {...}}, in the same order.

    Returns:
        The columns of `COLUMNS`; log-likelihoods in nats. `sigma` is text: one value, or the
        lowest and highest of several seeds, with `*` if one lies on its grid's edge.

    Raises:
        DeepgenError: if rows and scores differ in number, a score lacks a value, or two different
            results would have the same row.
    """
    if len(rows) != len(scores):
        raise DeepgenError(f"table1 got {len(rows)} rows and {len(scores)} scores: give one each")
    datasets = list(dict.fromkeys(row["dataset"] for row in rows))
    lines = [*published(datasets), *_measured(rows, scores)]
    table = pd.DataFrame(lines, columns=COLUMNS).drop_duplicates(ignore_index=True)
    for column in ("num_seeds", "num_samples"):
        table[column] = table[column].astype("Int64")
    table = table.fillna({"sigma": "", "selection": ""})
    names = ["model", "dataset", "origin", "selection", "estimator", "standard_error_over"]
    twice = table[table.duplicated(names)]
    if len(twice):
        raise DeepgenError(
            f"table 1 has two different rows {twice['model'].iloc[0]!r} on "
            f"{twice['dataset'].iloc[0]}: give the experiments different titles"
        )
    return table


def to_csv(table: pd.DataFrame) -> str:
    """The long form as CSV; seven significant digits."""
    return table.to_csv(index=False, lineterminator="\n", float_format="%.7g")


def from_csv(text: Any) -> pd.DataFrame:
    """The long form again, from the path or buffer of `to_csv`.

    Raises:
        DeepgenError: if its columns are others.
    """
    kinds = {"num_seeds": "Int64", "num_samples": "Int64"}
    words = {c: str for c in COLUMNS if c not in kinds and c not in COLUMNS[3:5]}
    table = pd.read_csv(text, dtype=kinds | words)
    if list(table.columns) != COLUMNS:
        raise DeepgenError("table1.csv does not have the columns of table 1: make it again")
    return table.fillna(dict.fromkeys(words, ""))


def to_markdown(table: pd.DataFrame) -> str:
    """One Markdown table a data set, with its notes."""
    return "\n".join(_markdown(part) for part in printed(table))


def to_latex(table: pd.DataFrame) -> str:
    """One LaTeX table a data set for `\\usepackage{booktabs}`, with its notes."""
    return "\n".join(_latex(part) for part in printed(table))


def _measured(rows: list[dict[str, Any]], scores: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row, score in zip(rows, scores, strict=True):
        for estimator, result in score.items():
            key = (row["model"], row["dataset"], row["experiment"], row["selection"], estimator)
            groups.setdefault(key, []).append(result)
    for (model, dataset, _, selection, estimator), results in groups.items():
        names = {"model": model, "dataset": dataset, "origin": "measured"}
        names |= {"estimator": estimator, "selection": selection}
        try:
            yield from (names | line for line in _summaries(results))
        except KeyError as error:
            raise DeepgenError(
                f"a score of {model} on {dataset} lacks {error}: run deepgen score again"
            ) from None


def _summaries(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One group's row with the error over examples and, if there are several seeds, over seeds."""
    frame = pd.DataFrame(results)
    mean, errors = frame["log_likelihood"].mean(), frame["standard_error"]
    common = {
        "log_likelihood": mean,
        "num_seeds": len(frame),
        "num_samples": frame["num_samples"].iloc[0],
        "sigma": _sigma(frame),
        "space": frame["space"].iloc[0],
    }
    folds = results[0].get("per_fold")
    over = "folds" if folds and len(folds) > 1 else "examples"
    lines = [common | {"standard_error": errors.mean(), "standard_error_over": over}]
    if len(frame) > 1:
        error = frame["log_likelihood"].std(ddof=1) / len(frame) ** 0.5
        lines.append(common | {"standard_error": error, "standard_error_over": "seeds"})
    return lines


def _sigma(frame: pd.DataFrame) -> str:
    low, high = f"{frame['sigma'].min():.4g}", f"{frame['sigma'].max():.4g}"
    return (low if low == high else f"{low} to {high}") + (
        "*" if frame["on_grid_edge"].any() else ""
    )


def _markdown(part: PrintedTable) -> str:
    def safe(text: str) -> str:
        return "".join(f"\\{c}" if c in "\\|*_<`" else c for c in text)

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    head = [line([safe(name) for name in part.columns]), line(["---"] + ["---:"] * part.width)]
    body = []
    for block in part.blocks:
        if block.title:
            body.append(line([f"*{safe(block.title)}*"] + [""] * part.width))
        body += [line([safe(cell) for cell in (row.label, *row.cells)]) for row in block.rows]
    notes = [f"- {safe(note)}" for note in part.notes]
    return "\n".join([f"**{safe(part.title)}**", "", *head, *body, "", *notes, ""])


_LATEX = {
    "\\": r"\textbackslash{}",
    "±": r"$\pm$",
    "σ": r"$\sigma$",
    "–": "--",
    "−": "$-$",
    "²": "$^2$",
}
_LATEX |= {character: f"\\{character}" for character in "&%$#_{}"}
_LATEX |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _latex(part: PrintedTable) -> str:
    def safe(text: str) -> str:
        return "".join(_LATEX.get(character, character) for character in text)

    def line(cells: list[str]) -> str:
        return " & ".join(safe(cell) for cell in cells) + r" \\"

    lines = [r"\begin{table}", r"\centering", rf"\caption{{{safe(part.title)}}}"]
    lines += [rf"\begin{{tabular}}{{l{'r' * part.width}}}", r"\toprule", line(part.columns)]
    for block in part.blocks:
        lines.append(r"\midrule")
        if block.title:
            lines.append(
                rf"\multicolumn{{{part.width + 1}}}{{l}}{{\emph{{{safe(block.title)}}}}} \\"
            )
        lines += [line([row.label, *row.cells]) for row in block.rows]
    lines += [r"\bottomrule", r"\end{tabular}", "", r"\footnotesize"]
    lines += [safe(note) + r"\par" for note in part.notes]
    return "\n".join([*lines, r"\end{table}", ""])

"""Table 1 in long form: one row a model, data set, estimator and kind of error."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from deepgen.errors import DeepgenError
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
    "num_test_examples",
    "sigma",
    "estimator",
    "space",
    "selection",
    "source",
]
NUMBERS = ("log_likelihood", "standard_error")
COUNTS = ("num_seeds", "num_samples", "num_test_examples")


def table1(rows: list[dict[str, Any]], scores: list[dict[str, Any]]) -> pd.DataFrame:
    """Published and measured scores, one row a model, data set, estimator and kind of error.

    A model of several seeds has its mean over them twice: with the standard error over `seeds`
    (of the mean of the seeds' scores) and over `examples` or `folds` (the mean of the seeds' own
    errors). The same reference of two experiments stands once.

    Args:
        rows: What each score belongs to: `model` and `dataset` (titles), `experiment`,
            `selection` (`selected`, `last`, or empty for a reference), `source` (its folder below
            the experiment's, as `seed-1/selected`).
        scores: The content of each row's `parzen.json`, {estimator: {...}}, in the same order.

    Returns:
        The columns of `COLUMNS`; log-likelihoods in nats. `sigma` is text: one value, or the
        lowest and highest of several seeds or folds, with `*` if one lies on its grid's edge.
        `source` is text: files relative to `results/<run>/`, joined by `;`, empty if published.

    Raises:
        DeepgenError: if rows and scores differ in number, a score lacks a value, or two different
            results would have the same row.
    """
    if len(rows) != len(scores):
        raise DeepgenError(f"table1 got {len(rows)} rows and {len(scores)} scores: give one each")
    datasets = list(dict.fromkeys(row["dataset"] for row in rows))
    lines = [*published(datasets), *_measured(rows, scores)]
    table = pd.DataFrame(lines, columns=COLUMNS).drop_duplicates(COLUMNS[:-1], ignore_index=True)
    for column in COUNTS:
        table[column] = table[column].astype("Int64")
    table = table.fillna({"sigma": "", "selection": "", "source": ""})
    names = ["model", "dataset", "space", "origin", "selection", "estimator"]
    twice = table[table.duplicated([*names, "standard_error_over"])]
    if len(twice):
        raise DeepgenError(
            f"table 1 has two different rows {twice['model'].iloc[0]!r} on "
            f"{twice['dataset'].iloc[0]}: give the experiments different titles"
        )
    return table


def to_csv(table: pd.DataFrame) -> str:
    """A long form as CSV; seven significant digits."""
    return table.to_csv(index=False, lineterminator="\n", float_format="%.7g")


def from_csv(text: Any) -> pd.DataFrame:
    """The long form again, from the path or buffer of `to_csv`.

    Raises:
        DeepgenError: if its columns are others.
    """
    return read_long(text, COLUMNS, NUMBERS, "table1.csv")


def read_long(text: Any, columns: list[str], numbers: tuple[str, ...], name: str) -> pd.DataFrame:
    """A long form with these columns: `numbers` are numbers, `COUNTS` counts, the others text.

    Raises:
        DeepgenError: if its columns are others.
    """
    words = {c: str for c in columns if c not in COUNTS and c not in numbers}
    table = pd.read_csv(text, dtype=dict.fromkeys(COUNTS, "Int64") | words)
    if list(table.columns) != columns:
        raise DeepgenError(f"{name} does not have the columns of this version: make it again")
    return table.fillna(dict.fromkeys(words, ""))


def by_seed(results: list[dict[str, Any]], value: str) -> Iterator[dict[str, Any]]:
    """The mean over seeds with each kind of standard error that is known.

    Args:
        results: One a seed: `standard_error`, `standard_error_over` and the number named `value`.
        value: Key of the number.

    Yields:
        `num_seeds`, the mean under `value`, `standard_error` and `standard_error_over`: first the
        mean of the seeds' own errors; then, of several seeds, the standard error of their mean
        (ddof 1), over `seeds`.
    """
    values = pd.Series([result[value] for result in results], dtype=float)
    errors = pd.Series([result["standard_error"] for result in results], dtype=float)
    common = {"num_seeds": len(values), value: values.mean()}
    over = results[0].get("standard_error_over", "examples")
    yield common | {"standard_error": errors.mean(), "standard_error_over": over}
    if len(values) > 1:
        error = values.std(ddof=1) / len(values) ** 0.5
        yield common | {"standard_error": error, "standard_error_over": "seeds"}


def _measured(rows: list[dict[str, Any]], scores: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple, list[dict[str, Any]]] = {}
    sources: dict[tuple, list[str]] = {}
    for row, score in zip(rows, scores, strict=True):
        for estimator, result in score.items():
            key = (row["model"], row["dataset"], row["experiment"], row["selection"], estimator)
            groups.setdefault(key, []).append(result)
            path = f"{row['experiment']}/{row['source']}/parzen.json"
            sources.setdefault(key, []).append(path)
    for key, results in groups.items():
        model, dataset, _, selection, estimator = key
        names = {"model": model, "dataset": dataset, "origin": "measured"}
        names |= {"estimator": estimator, "selection": selection, "source": ";".join(sources[key])}
        try:
            common = {
                "num_samples": results[0]["num_samples"],
                "num_test_examples": results[0]["num_test_examples"],
                "sigma": _sigma(results),
                "space": results[0]["space"],
            }
            yield from (names | common | line for line in by_seed(results, "log_likelihood"))
        except KeyError as error:
            raise DeepgenError(
                f"a score of {model} on {dataset} lacks {error}: run deepgen score again"
            ) from None


def _sigma(results: list[dict[str, Any]]) -> str:
    """The sigma of all seeds and, where a set has them, of all folds."""
    sigmas = [s for result in results for s in result.get("sigmas") or [result["sigma"]]]
    low, high = f"{min(sigmas):.4g}", f"{max(sigmas):.4g}"
    edge = "*" if any(result["on_grid_edge"] for result in results) else ""
    return (low if low == high else f"{low} to {high}") + edge

"""The scores of a run as long forms: one row a model, data set, checkpoint, score and error."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from deepgen.errors import DeepgenError
from deepgen.evaluation.readings import LAGS
from deepgen.report.read import load
from deepgen.report.roles import per_image, roles
from deepgen.report.same_model import mark_same_models
from deepgen.report.untrained import compared_with_constant

NAMES = ("model", "dataset", "origin", "selection")
ERROR = ("standard_error", "standard_error_over")
COUNTS = ("num_seeds", "num_samples", "num_test_examples")
KIND = ("kind", "estimator", "scale", "treatment")  # what log-likelihoods of one column share
INTERVAL = ("interval_low", "interval_high")
# Row of the stage `table`, name of a score, content of its file
Result = tuple[dict[str, Any], str, dict[str, Any]]


class Form(NamedTuple):
    """Columns of one long form beside those that all have.

    Attributes:
        value: The number itself.
        keys: Text that tells the results of one model apart.
        text: Further text.
        means: Further numbers; of several seeds their mean.
        optional: The same, of scores that have them.
        joined: Text that is made of the results of all seeds.
    """

    value: str
    keys: tuple[str, ...]
    text: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """All of them; the last, `source`, says which files a number comes from."""
        own = (*self.keys, *self.text, *self.means, *self.optional, *self.joined)
        return [*NAMES, self.value, *ERROR, *COUNTS, *own, "same_model", "source"]

    @property
    def words(self) -> list[str]:
        """Columns of text."""
        own = (*self.keys, *self.text, *self.joined)
        return [*NAMES, "standard_error_over", *own, "same_model", "source"]

    def typed(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with counts as integers that may be missing, and other numbers as floats."""
        numbers = dict.fromkeys((self.value, "standard_error", *self.means, *self.optional), float)
        return table.astype(numbers | dict.fromkeys(COUNTS, "Int64"))


FORMS = {
    "parzen": Form(
        "log_likelihood",
        ("estimator", "space"),
        ("sigma",),
        optional=("constant_image",),
        joined=("untrained", "grid_scores"),
    ),
    "likelihoods": Form(
        "log_likelihood",
        KIND,
        ("space",),
        (*INTERVAL, "bits_per_dimension", "draws", "spread_over_draws"),
    ),
    "scores": Form(
        "value",
        ("score", "representation"),
        optional=("collapsed", "relative_variance", "cells", "cells_used", "held_out_share"),
    ),
    "parzen_spread": Form(
        "log_likelihood",
        ("estimator", "space"),
        means=("spread_over_samples", "sample_sets", "spread_over_validation", "resamples"),
    ),
    "sampling": Form(
        "log_likelihood",
        ("way", "estimator", "space"),
        ("sigma", "autocorrelation_error_over"),
        ("chains", "effective_sample_size"),
        tuple(f"autocorrelation_{lag}{end}" for lag in LAGS for end in ("", "_error")),
    ),
}
OWN_FORM = {"likelihood": "likelihoods"} | {
    name: name for name in ("parzen", "parzen_spread", "sampling")
}


class Measured(NamedTuple):
    """The long forms of a run, each maybe without a row."""

    parzen: pd.DataFrame
    likelihoods: pd.DataFrame
    scores: pd.DataFrame
    parzen_spread: pd.DataFrame
    sampling: pd.DataFrame


def measured(
    inputs: dict[str, Path], rows: list[dict[str, Any]], published: list[dict[str, Any]]
) -> Measured:
    """The long forms of some rows' score files: of a run's, or of those that a page shows.

    Args:
        inputs: `<score>:<experiment>/<source>`: a file `<score>.json`, and the roles of
            `deepgen.report.roles.per_image`, maybe among others.
        rows: As the stage `table` takes them.
        published: Parzen scores that papers printed; a column that is not known is left out.

    Raises:
        DeepgenError: if a row's score is not given, or a file is missing, damaged or lacks a value.
    """
    found: dict[str, list[Result]] = {name: [] for name in FORMS}
    results = [
        (row, score, load(_given(inputs, role, f"{score}.json")))
        for role, (row, score) in roles(rows).items()
    ]
    for row, score, content in mark_same_models(results):
        found[OWN_FORM.get(score, "scores")].append((row, score, content))
    judged = {
        role.partition(":")[2]: load(_given(inputs, role, "parzen.npy")) for role in per_image(rows)
    }
    found["parzen"] = compared_with_constant(found["parzen"], judged)
    others = {"parzen": published}
    return Measured(*(long_form(name, own, others.get(name, ())) for name, own in found.items()))


def _given(inputs: dict[str, Path], role: str, file: str) -> Path:
    if role not in inputs:
        raise DeepgenError(f"the tables need {role}: add --input {role}=<its {file}>")
    return inputs[role]


def long_form(
    name: str, results: list[Result], published: Iterable[dict[str, Any]] = ()
) -> pd.DataFrame:
    """Published and measured results; several seeds of an experiment share a row.

    Args:
        name: Of `FORMS`.
        results: For each file its content: {estimator: result} of `parzen` and `likelihood`, the
            list of all ways of `sampling`, {representation: result} of the others, where a result
            may be a dict of several by their names (precision, recall, density, coverage).
        published: Further rows.

    Returns:
        The columns of the form, with the mean over seeds. Several seeds have two rows: one with the
        mean of their own errors, over `examples` or `folds`, and one with the standard error of
        their mean (ddof 1), over `seeds`. Log-likelihoods are in nats. `sigma` is text: one value,
        or the lowest and highest of all seeds and folds, with `*` if one lies on its grid's edge.
        `grid_scores`, as `0.1=12.5;1=-700`, is the mean score at each sigma of the grid;
        `constant_image` the score of one constant image, and `untrained` those of `source` that are
        not better by three standard errors of the difference. `collapsed` is the share of seeds
        whose samples are next to constant.
        `same_model` names the other checkpoint where both are one model (`mark_same_models`).
        `interval_*` is lowest and highest value of a term that all images share, relative to the
        one used. `autocorrelation_<lag>` has its standard error beside it, over chains or runs.
        `source` joins files below `results/<run>/` by `;`. The same reference of two experiments
        stands once.

    Raises:
        DeepgenError: if a result lacks a value, or two different ones would have the same row.
    """
    form = FORMS[name]
    lines = [dict.fromkeys(form.words, "") | row for row in published]
    lines += _lines(form, results)
    table = form.typed(pd.DataFrame(lines, columns=form.columns))
    table = table.drop_duplicates(form.columns[:-1], ignore_index=True)
    twice = table[table.duplicated([*NAMES, "standard_error_over", *form.keys])]
    if len(twice):
        raise DeepgenError(
            f"a table has two different rows {twice['model'].iloc[0]!r} on "
            f"{twice['dataset'].iloc[0]}: give the experiments different titles"
        )
    return table


def to_csv(table: pd.DataFrame) -> str:
    """A table as CSV; seven significant digits."""
    return table.to_csv(index=False, lineterminator="\n", float_format="%.7g")


def _lines(form: Form, results: list[Result]) -> Iterator[dict[str, Any]]:
    """One line a model, data set, checkpoint, key and kind of error."""
    needed = (form.value, "standard_error", *COUNTS[1:], *form.keys, *form.text, *form.means)
    groups: dict[tuple, tuple[dict[str, Any], list[dict[str, Any]], list[str]]] = {}
    for row, score, content in results:
        names = {"model": row["model"], "dataset": row["dataset"], "origin": "measured"}
        names |= {"selection": row["selection"], "same_model": row.get("same_model", "")}
        for result in _parts(form, score, content):
            if missing := [name for name in needed if name not in result]:
                raise DeepgenError(
                    f"a score of {row['model']} on {row['dataset']} lacks {missing[0]!r}: "
                    "run deepgen score again"
                )
            own = names | {key: result[key] for key in form.keys}
            _, found, files = groups.setdefault((row["experiment"], *own.values()), (own, [], []))
            found.append(result)
            files.append(f"{row['experiment']}/{row['source']}/{score}.json")
    for names, found, files in groups.values():
        columns = [form.value, "standard_error", *form.means, *form.optional]
        numbers = pd.DataFrame(found).reindex(columns=columns).astype(float)
        line = names | {name: found[0][name] for name in (*form.text, *COUNTS[1:])}
        line |= numbers.mean().to_dict() | {"num_seeds": len(found), "source": ";".join(files)}
        if "sigma" in line:
            line["sigma"], line["grid_scores"] = _sigma(found), _grid_scores(found)
            bad = (file for own, file in zip(found, files, strict=True) if own.get("untrained"))
            line["untrained"] = ";".join(bad)
        yield line | {"standard_error_over": found[0].get("standard_error_over", "examples")}
        if len(found) > 1:
            error = numbers[form.value].std(ddof=1) / len(found) ** 0.5
            yield line | {"standard_error": error, "standard_error_over": "seeds"}


def _parts(form: Form, score: str, content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The results of a file, each with its keys as far as the file's structure tells them."""
    if "way" in form.keys:
        yield from _ways(content["ways"])
        return
    for name, own in content.items():
        if "estimator" in form.keys:
            interval = own.get("interval") or (None, None)
            yield own | dict(zip(INTERVAL, interval, strict=True)) | {"estimator": name}
        else:
            for key, result in ({score: own} if "value" in own else own).items():
                yield result | {"score": key, "representation": name}


def _ways(ways: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The results of `sampling.json`: one a way and estimator, with the way's autocorrelation."""
    for way in ways:
        own = way["autocorrelation"]
        common = {key: own[key] for key in ("chains", "effective_sample_size")}
        common |= {"way": way["way"], "autocorrelation_error_over": own["standard_error_over"]}
        for lag, found in own["lags"].items():
            common[f"autocorrelation_{lag}"] = found["rho"]
            common[f"autocorrelation_{lag}_error"] = found["standard_error"]
        for estimator, result in way["parzen"].items():
            yield result | common | {"estimator": estimator}


def _grid_scores(results: list[dict[str, Any]]) -> str:
    """The score at each sigma of the grid, the mean over seeds, as `sigma=nats;...`."""
    curves = [result.get("grid_scores") or [] for result in results]
    return ";".join(f"{sigma:.4g}={nats:.7g}" for sigma, nats in np.mean(curves, axis=0))


def _sigma(results: list[dict[str, Any]]) -> str:
    """The sigma of all seeds and, where a set has them, of all folds."""
    sigmas = [s for result in results for s in result.get("sigmas") or [result["sigma"]]]
    low, high = f"{min(sigmas):.4g}", f"{max(sigmas):.4g}"
    edge = "*" if any(result["on_grid_edge"] for result in results) else ""
    return (low if low == high else f"{low} to {high}") + edge

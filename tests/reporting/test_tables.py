"""Table 1: numbers against hand computation, and what its printed forms say."""

import io
import json
import math

import pandas as pd
import pytest

from deepgen.errors import DeepgenError
from deepgen.reporting.printed import printed
from deepgen.reporting.tables import COLUMNS, from_csv, table1, to_csv, to_latex, to_markdown
from deepgen.stages.table import table as table_stage


def _result(log_likelihood, error=2.0, sigma=0.1668, edge=False, samples=10_000):
    return {
        "log_likelihood": log_likelihood,
        "standard_error": error,
        "sigma": sigma,
        "grid": [0.1, 1.0],
        "num_samples": samples,
        "num_test_examples": 10_000,
        "space": "pixels in [0, 1]",
        "per_fold": None,
        "on_grid_edge": edge,
    }


def _score(paper, fine, **how):
    return {"parzen, paper grid": _result(paper, **how), "parzen, fine sigma": _result(fine, **how)}


def _row(selection, seed, model="Adversarial nets", kind="model", experiment="mnist"):
    return {
        "model": model,
        "dataset": "MNIST",
        "experiment": experiment,
        "selection": selection,
        "seed": seed,
        "kind": kind,
    }


REFERENCE = _row("", None, "k-means centroids", "reference")
ROWS = [_row("selected", 1), _row("selected", 2), _row("last", 1), _row("last", 2), REFERENCE]
SCORES = [
    _score(220.0, 224.0, error=1.8),
    _score(224.0, 229.0, error=2.2),
    _score(150.0, 160.0),
    _score(170.0, 175.0, edge=True, sigma=0.1),
    _score(300.0, 313.0, samples=1000),
]


def _pick(table, **wanted):
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_published_rows_are_those_of_the_paper():
    table = table1(ROWS, SCORES)
    assert list(table.columns) == COLUMNS
    rows = table[table["origin"] == "published"]
    assert rows[["model", "log_likelihood", "standard_error"]].values.tolist() == [
        ["DBN", 138, 2],
        ["Stacked CAE", 121, 1.6],
        ["Deep GSN", 214, 1.1],
        ["Adversarial nets", 225, 2],
    ]
    assert set(rows["standard_error_over"]) == {"examples"}
    tfd = table1([row | {"dataset": "TFD"} for row in ROWS], SCORES)
    gan = _pick(tfd, model="Adversarial nets", origin="published")
    assert (gan["log_likelihood"], gan["standard_error"]) == (2057, 26)
    assert gan["standard_error_over"] == "folds"


def test_two_seeds_give_an_error_over_examples_and_one_over_seeds():
    table = table1(ROWS, SCORES)
    name = {"selection": "selected", "estimator": "parzen, paper grid"}
    examples = _pick(table, **name, standard_error_over="examples")
    seeds = _pick(table, **name, standard_error_over="seeds")
    assert examples["log_likelihood"] == seeds["log_likelihood"] == 222.0
    assert math.isclose(examples["standard_error"], 2.0)
    # std of (220, 224) with ddof 1 is sqrt(8); over sqrt(2) seeds it is 2
    assert math.isclose(seeds["standard_error"], 2.0)
    assert seeds["num_seeds"] == 2


def test_one_seed_has_no_error_over_seeds_and_no_verdict():
    table = table1([ROWS[0]], [SCORES[0]])
    assert set(table["standard_error_over"]) == {"examples"}
    text = to_markdown(table)
    assert "−5.0 nats; one seed, so the seed error is unknown" in text
    assert "consistent" not in text.replace("within two is consistent", "")
    assert "mean of the seeds' own errors" not in text


def test_printed_cells_differences_and_edges():
    text = to_markdown(table1(ROWS, SCORES))
    lines = [line for line in text.splitlines() if line.startswith("| Adversarial nets")]
    assert lines[0] == "| Adversarial nets (published) | 225 ± 2 (examples) | – | – |"
    assert lines[1] == (
        "| Adversarial nets, selected checkpoint | – "
        "| 222.0 ± 2.0 (examples) ± 2.0 (seeds, n = 2) "
        "| 226.5 ± 2.0 (examples) ± 2.5 (seeds, n = 2) |"
    )
    # (222 - 225) / sqrt(2^2 + 2^2) = -1.06; (160 - 225) / sqrt(2^2 + 10^2) = -6.37
    assert "−3.0 nats; 1.1 standard errors below: consistent" in text
    assert "−65.0 nats; 6.4 standard errors below: not consistent" in text
    assert "160.0 ± 2.0 (examples) ± 10.0 (seeds, n = 2)\\*" in text
    assert "- \\* The chosen σ" in text
    assert "k-means centroids: 1,000" in text
    assert "the error over examples is the mean of the seeds' own errors" in text
    assert "Selected checkpoint: the one that the experiment's settings choose" in text


def test_estimators_never_share_a_column_and_references_stand_apart():
    (part,) = printed(table1(ROWS, SCORES))
    assert part.columns == [
        "Model",
        "MNIST, as published",
        "MNIST, paper grid",
        "MNIST, fine sigma",
    ]
    models, differences, references = part.blocks
    assert [row.label for row in models.rows] == [
        "DBN",
        "Stacked CAE",
        "Deep GSN",
        "Adversarial nets (published)",
        "Adversarial nets, selected checkpoint",
        "Adversarial nets, last checkpoint",
    ]
    assert [row.cells[0] for row in models.rows][-3:] == ["225 ± 2 (examples)", "–", "–"]
    assert all(cells == ["", cells[1], ""] for cells in (row.cells for row in differences.rows))
    assert [row.label for row in references.rows] == ["k-means centroids"]


def test_csv_can_be_read_back():
    table = table1(ROWS, SCORES)
    again = from_csv(io.StringIO(to_csv(table)))
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    assert to_markdown(again) == to_markdown(table)
    edge = _pick(
        table, selection="last", estimator="parzen, fine sigma", standard_error_over="seeds"
    )
    assert edge["sigma"] == "0.1 to 0.1668*"


def test_latex_escapes_what_latex_would_read():
    rows = [_row("", None, "50% & \\more_", "reference")]
    text = to_latex(table1(rows, SCORES[:1]))
    assert "50\\% \\& \\textbackslash{}more\\_" in text
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 1
    assert "±" not in text


def test_the_same_reference_of_two_experiments_stands_once_but_a_clash_is_refused():
    other = REFERENCE | {"experiment": "other"}
    table = table1([REFERENCE, other], [SCORES[4], SCORES[4]])
    assert len(table[table["origin"] == "measured"]) == 2
    with pytest.raises(DeepgenError, match="different titles"):
        table1([REFERENCE, other], [SCORES[4], SCORES[3]])


def test_rows_and_scores_must_agree():
    with pytest.raises(DeepgenError, match="2 rows and 1 scores"):
        table1(ROWS[:2], SCORES[:1])
    bare = {"log_likelihood": 1.0, "standard_error": 1.0, "num_samples": 1}
    with pytest.raises(DeepgenError, match="lacks 'sigma'"):
        table1(ROWS[:1], [{"parzen, paper grid": bare}])


def test_stage_writes_three_files_and_names_a_damaged_score(tmp_path):
    paths = []
    for number, score in enumerate(SCORES):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(score))
    table_stage(paths, tmp_path / "tables", {"rows": ROWS})
    first = {p.name: p.read_bytes() for p in (tmp_path / "tables").iterdir()}
    assert sorted(first) == ["table1.csv", "table1.md", "table1.tex"]
    table_stage(paths, tmp_path / "tables", {"rows": ROWS})
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "tables").iterdir()}
    paths[2].write_text("{")
    with pytest.raises(DeepgenError, match=r"2\.json is damaged"):
        table_stage(paths, tmp_path / "tables", {"rows": ROWS})

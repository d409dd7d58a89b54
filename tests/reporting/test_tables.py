"""Table 1 in long form: numbers against hand computation; and the stage that writes it."""

import io
import json
import math

import pandas as pd
import pytest

from deepgen.errors import DeepgenError
from deepgen.reporting.table1_printed import details
from deepgen.reporting.tables import COLUMNS, from_csv, table1, to_csv
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
        "source": f"seed-{seed}/{selection}" if seed else "references/kmeans",
        "scores": ["parzen"],
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


def test_one_seed_has_no_error_over_seeds():
    assert set(table1([ROWS[0]], [SCORES[0]])["standard_error_over"]) == {"examples"}


def test_every_measured_number_names_its_files():
    table = table1(ROWS, SCORES)
    both = "mnist/seed-1/selected/parzen.json;mnist/seed-2/selected/parzen.json"
    assert set(table[table["selection"] == "selected"]["source"]) == {both}
    reference = table[table["model"] == "k-means centroids"]
    assert set(reference["source"]) == {"mnist/references/kmeans/parzen.json"}
    assert set(table[table["origin"] == "published"]["source"]) == {""}


def _folds(score, sigmas):
    folds = {"standard_error_over": "folds", "sigmas": sigmas, "sigma": sum(sigmas) / len(sigmas)}
    per_fold = [{"fold": k, "sigma": sigma} for k, sigma in enumerate(sigmas, 1)]
    return {"parzen, paper grid": _result(score, error=26.0) | folds | {"per_fold": per_fold}}


def test_folds_give_an_error_over_folds_and_all_their_sigmas():
    rows = [row | {"dataset": "TFD"} for row in ROWS[:2]]
    table = table1(rows, [_folds(2000.0, [0.1, 0.13]), _folds(2010.0, [0.11, 0.2])])
    ours = table[table["origin"] == "measured"]
    assert ours["standard_error_over"].tolist() == ["folds", "seeds"]
    assert ours["standard_error"].tolist() == [26.0, 5.0]
    assert set(ours["sigma"]) == {"0.1 to 0.2"}


def test_csv_can_be_read_back():
    table = table1(ROWS, SCORES)
    again = from_csv(io.StringIO(to_csv(table)))
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    assert details(again) == details(table)
    with pytest.raises(DeepgenError, match=r"table1\.csv does not have the columns"):
        from_csv(io.StringIO("model,dataset\n"))
    edge = _pick(
        table, selection="last", estimator="parzen, fine sigma", standard_error_over="seeds"
    )
    assert edge["sigma"] == "0.1 to 0.1668*"


def test_the_same_reference_of_two_experiments_stands_once_but_a_clash_is_refused():
    other = REFERENCE | {"experiment": "other"}
    table = table1([REFERENCE, other], [SCORES[4], SCORES[4]])
    assert len(table[table["origin"] == "measured"]) == 2
    with pytest.raises(DeepgenError, match="different titles"):
        table1([REFERENCE, other], [SCORES[4], SCORES[3]])


def test_rows_and_scores_must_agree():
    with pytest.raises(DeepgenError, match="2 rows and 1 scores"):
        table1(ROWS[:2], SCORES[:1])
    bare = {"log_likelihood": 1.0, "standard_error": 1.0, "num_samples": 1, "num_test_examples": 1}
    with pytest.raises(DeepgenError, match="lacks 'sigma'"):
        table1(ROWS[:1], [{"parzen, paper grid": bare}])


@pytest.fixture
def stage_inputs(tmp_path):
    """Files of `ROWS` by role; the selected checkpoint of seed 1 has a comparing score, too."""
    rows = [ROWS[0] | {"scores": ["parzen", "two_sample"]}, *ROWS[1:]]
    compared = {"value": 0.9, "standard_error": 0.01, "num_samples": 10, "num_test_examples": 10}
    places = [f"parzen:{row['experiment']}/{row['source']}" for row in rows]
    contents = dict(zip(places, SCORES, strict=True))
    contents["two_sample:mnist/seed-1/selected"] = {"pixels": compared}
    inputs = {}
    for number, (role, content) in enumerate(contents.items()):
        inputs[role] = tmp_path / f"{number}.json"
        inputs[role].write_text(json.dumps(content))
    return inputs, {"rows": rows}


def test_stage_writes_both_tables_in_three_forms(stage_inputs, tmp_path):
    inputs, settings = stage_inputs
    table_stage(inputs, tmp_path / "tables", settings)
    first = {p.name: p.read_bytes() for p in (tmp_path / "tables").iterdir()}
    kinds = ("csv", "md", "tex")
    assert sorted(first) == [f"{t}.{kind}" for t in ("scores", "table1") for kind in kinds]
    assert b"222.0" in first["table1.md"]
    assert b"0.900" in first["scores.md"]
    assert b"mnist/seed-1/selected/two_sample.json" in first["scores.csv"]
    table_stage(dict(reversed(inputs.items())), tmp_path / "tables", settings)
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "tables").iterdir()}


def test_stage_names_an_input_that_is_damaged_missing_or_of_no_row(stage_inputs, tmp_path):
    inputs, settings = stage_inputs
    with pytest.raises(DeepgenError, match="no row for the input mmd:mnist/seed-1/last"):
        table_stage(inputs | {"mmd:mnist/seed-1/last": tmp_path / "x"}, tmp_path, settings)
    inputs["parzen:mnist/seed-2/last"].write_text("{")
    with pytest.raises(DeepgenError, match=r"3\.json is damaged"):
        table_stage(inputs, tmp_path, settings)
    del inputs["two_sample:mnist/seed-1/selected"]
    with pytest.raises(DeepgenError, match="table needs two_sample:mnist/seed-1/selected"):
        table_stage(inputs, tmp_path, settings)


def test_stage_of_one_score_leaves_the_other_table_empty(stage_inputs, tmp_path):
    inputs, _ = stage_inputs
    role = "two_sample:mnist/seed-1/selected"
    rows = [ROWS[0] | {"scores": ["two_sample"]}]
    table_stage({role: inputs[role]}, tmp_path / "one", {"rows": rows})
    assert (tmp_path / "one/table1.csv").read_text().count("\n") == 1
    assert "no experiment of this run" in (tmp_path / "one/table1.md").read_text()
    rows = [ROWS[0] | {"scores": ["parzen"]}]
    role = "parzen:mnist/seed-1/selected"
    table_stage({role: inputs[role]}, tmp_path / "two", {"rows": rows})
    assert (tmp_path / "two/scores.csv").read_text().count("\n") == 1
    assert (tmp_path / "two/scores.md").read_text() == ""

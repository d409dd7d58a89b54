"""Parzen scores in long form: numbers against hand computation."""

import math

import pytest
from made_scores import REFERENCE, ROWS, SCORES, folded, table_of

from deepgen.errors import DeepgenError
from deepgen.report.long_form import FORMS, long_form
from deepgen.report.parzen import parzen_printed

COLUMNS = FORMS["parzen"].columns


def _pick(table, **wanted):
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_published_rows_stand_beside_the_measured():
    table = table_of(ROWS, SCORES)
    assert list(table.columns) == COLUMNS
    rows = table[table["origin"] == "published"]
    assert rows[["model", "log_likelihood", "standard_error"]].values.tolist() == [
        ["DBN", 138, 2],
        ["Stacked CAE", 121, 1.6],
        ["Deep GSN", 214, 1.1],
        ["Adversarial nets", 225, 2],
    ]
    assert set(rows["standard_error_over"]) == {"examples"}
    tfd = table_of([row | {"dataset": "TFD"} for row in ROWS], SCORES)
    gan = _pick(tfd, model="Adversarial nets", origin="published")
    assert (gan["log_likelihood"], gan["standard_error"]) == (2057, 26)
    assert gan["standard_error_over"] == "folds"


def test_two_seeds_give_an_error_over_examples_and_one_over_seeds():
    table = table_of(ROWS, SCORES)
    name = {"selection": "selected", "estimator": "parzen, released default grid"}
    examples = _pick(table, **name, standard_error_over="examples")
    seeds = _pick(table, **name, standard_error_over="seeds")
    assert examples["log_likelihood"] == seeds["log_likelihood"] == 222.0
    assert math.isclose(examples["standard_error"], 2.0)
    # std of (220, 224) with ddof 1 is sqrt(8); over sqrt(2) seeds it is 2
    assert math.isclose(seeds["standard_error"], 2.0)
    assert seeds["num_seeds"] == 2


def test_a_run_without_a_parzen_score_has_an_empty_table():
    empty = long_form("parzen", [])
    assert list(empty.columns) == COLUMNS
    assert parzen_printed(empty) == []


def test_one_seed_has_no_error_over_seeds():
    assert set(table_of([ROWS[0]], [SCORES[0]])["standard_error_over"]) == {"examples"}


def test_every_measured_number_names_its_files():
    table = table_of(ROWS, SCORES)
    both = "mnist/seed-1/selected/parzen.json;mnist/seed-2/selected/parzen.json"
    assert set(table[table["selection"] == "selected"]["source"]) == {both}
    reference = table[table["model"] == "k-means centroids"]
    assert set(reference["source"]) == {"mnist/references/kmeans/parzen.json"}
    assert set(table[table["origin"] == "published"]["source"]) == {""}


def test_folds_give_an_error_over_folds_and_all_their_sigmas():
    rows = [row | {"dataset": "TFD"} for row in ROWS[:2]]
    table = table_of(rows, [folded(2000.0, [0.1, 0.13]), folded(2010.0, [0.11, 0.2])])
    ours = table[table["origin"] == "measured"]
    assert ours["standard_error_over"].tolist() == ["folds", "seeds"]
    assert ours["standard_error"].tolist() == [26.0, 5.0]
    assert set(ours["sigma"]) == {"0.1 to 0.2"}


def test_the_same_reference_of_two_experiments_stands_once_but_a_clash_is_refused():
    other = REFERENCE | {"experiment": "other"}
    table = table_of([REFERENCE, other], [SCORES[4], SCORES[4]])
    assert len(table[table["origin"] == "measured"]) == 2
    with pytest.raises(DeepgenError, match="different titles"):
        table_of([REFERENCE, other], [SCORES[4], SCORES[3]])


def test_a_score_that_lacks_a_value_is_refused():
    bare = {"log_likelihood": 1.0, "standard_error": 1.0, "num_samples": 1}
    bare |= {"num_test_examples": 1, "space": "pixels in [0, 1]"}
    with pytest.raises(DeepgenError, match="lacks 'sigma'"):
        table_of(ROWS[:1], [{"parzen, released default grid": bare}])

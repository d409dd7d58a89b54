"""The table of ablations: every number against another way to it, and what one seed cannot tell."""

import json
import math

import pytest
from scipy import stats

from deepgen.errors import DeepgenError
from deepgen.report.ablations import ablations, ablations_printed

VARIED = {
    "base": {"ablation_of": "", "changed": ""},
    "other": {"ablation_of": "base", "changed": "objective.k 2 (1)"},
}


@pytest.fixture
def scored(tmp_path):
    """Score files by role and their rows: {experiment: a score a seed} of the released grid."""

    def make(scores):
        inputs, rows = {}, []
        for name, values in scores.items():
            for seed, value in enumerate(values, 1):
                source = f"seed-{seed}/selected"
                rows.append(
                    {
                        "experiment": name,
                        "dataset": "MNIST",
                        "model": name.title(),
                        "selection": "selected",
                        "scores": ["parzen"],
                        "source": source,
                    }
                )
                result = {"log_likelihood": value, "space": "pixels", "num_samples": 10}
                path = tmp_path / f"{name}-{seed}.json"
                path.write_text(json.dumps({"grid": result | {"num_test_examples": 5}}))
                inputs[f"parzen:{name}/{source}"] = path
        return inputs, rows

    return make


def test_numbers_are_those_of_scipy(scored):
    base, other = [30.0, 42.0, 35.5], [50.25, 61.0, 58.0]
    table = ablations(*scored({"other": other, "base": base}), VARIED)
    first, second = table.to_dict("records")
    mean, sd = sum(other) / 3, stats.tstd(other)
    assert second["log_likelihood"] == pytest.approx(mean)
    assert second["standard_deviation"] == pytest.approx(sd)
    ends = stats.t.interval(0.95, 2, mean, sd * (4 / 3) ** 0.5)
    assert (second["prediction_low"], second["prediction_high"]) == pytest.approx(ends)
    welch = stats.ttest_ind(other, base, equal_var=False).confidence_interval(0.95)
    assert second["difference"] == pytest.approx(mean - sum(base) / 3)
    assert (second["difference_low"], second["difference_high"]) == pytest.approx(tuple(welch))
    assert math.isnan(first["difference"])
    assert second["num_seeds"] == 3
    assert second["source"].split(";")[2] == "other/seed-3/selected/parzen.json"


def test_lines_have_the_order_of_the_run_behind_what_they_vary(scored):
    names = ["zero", "other", "base"]
    varied = VARIED | {"zero": VARIED["other"]}
    table = ablations(*scored({name: [1.0, 2.0] for name in names}), dict(sorted(varied.items())))
    assert list(table["experiment"]) == ["base", "zero", "other"]


def test_a_table_shows_every_seed_and_what_was_changed(scored):
    table = ablations(*scored({"base": [30.0, 42.0], "other": [50.25, 61.0]}), VARIED)
    (printed,) = ablations_printed(table)
    assert "MNIST" in printed.title
    (block,) = printed.blocks
    one, two = ([cell.text for cell in row.cells] for row in block.rows)
    assert one[:3] == ["–", "30.0, 42.0", "36.0"]
    assert one[4:] == ["–", "–"]
    assert two[:3] == ["objective.k 2 (1)", "50.2, 61.0", "55.6"]
    assert two[4] == "+19.6"
    assert len(printed.columns) == len(one) + 1


def test_one_seed_or_none_to_compare_with_tells_no_interval(scored):
    inputs, rows = scored({"base": [30.0], "other": [50.0, 60.0]})
    table = ablations(inputs, rows, VARIED)
    assert table[["prediction_low", "difference_low"]].isna().to_numpy().tolist() == [
        [True, True],
        [False, True],
    ]
    alone = ablations(inputs, rows, {"other": VARIED["other"]})
    assert alone["difference"].isna().all()
    (printed,) = ablations_printed(alone)
    assert [cell.text for cell in printed.blocks[0].rows[0].cells[-2:]] == ["–", "–"]


def test_without_ablations_there_is_no_table_and_a_missing_score_is_named(scored):
    inputs, rows = scored({"base": [30.0]})
    assert ablations_printed(ablations(inputs, rows, {})) == []
    with pytest.raises(DeepgenError, match="need parzen:base/seed-1/selected"):
        ablations({}, rows, VARIED)

"""The stage `table`: its files, and inputs that do not fit its rows."""

import json

import numpy as np
import pandas as pd
import pytest
from made_run import parzen_spread
from made_scores import ROWS, SCORES, likelihood, sampling

from deepgen.errors import DeepgenError
from deepgen.report.long_form import FORMS
from deepgen.report.roles import per_image
from deepgen.stages.table import table as table_stage


@pytest.fixture
def stage_inputs(tmp_path):
    """Files of `ROWS` by role; the selected checkpoint of seed 1 has other scores, too."""
    rows = [
        ROWS[0] | {"scores": ["parzen", "two_sample", "likelihood", "parzen_spread", "sampling"]},
        *ROWS[1:],
    ]
    compared = {"value": 0.9, "standard_error": 0.01, "num_samples": 10, "num_test_examples": 10}
    places = [f"parzen:{row['experiment']}/{row['source']}" for row in rows]
    contents = dict(zip(places, SCORES, strict=True))
    contents["two_sample:mnist/seed-1/selected"] = {"pixels": compared}
    contents["likelihood:mnist/seed-1/selected"] = likelihood(-85.0)
    contents["parzen_spread:mnist/seed-1/selected"] = parzen_spread(SCORES[0])
    ways = ("means, every step (as set)", 220.0, 224.0, 0.5), ("draws, every step", 150, 160, 0.25)
    contents["sampling:mnist/seed-1/selected"] = sampling(*ways)
    inputs = {}
    for number, (role, content) in enumerate(contents.items()):
        inputs[role] = tmp_path / f"{number}.json"
        inputs[role].write_text(json.dumps(content))
    return inputs, {"rows": rows, "not_run": [], "papers": ["gan2014"]}


def test_stage_writes_every_table_in_three_forms(stage_inputs, tmp_path):
    inputs, settings = stage_inputs
    table_stage(inputs, tmp_path / "tables", settings)
    first = {p.name: p.read_bytes() for p in (tmp_path / "tables").iterdir()}
    kinds = ("csv", "md", "tex")
    names = ("ablations", "likelihoods", "parzen", "parzen_spread", "sampling", "scores")
    assert sorted(first) == [f"{name}.{kind}" for name in names for kind in kinds]
    assert b"222.0" in first["parzen.md"]
    assert "225 ± 2" in first["parzen.md"].decode()
    assert b",-85,0.25,examples," in first["likelihoods.csv"]
    assert "−85.00 ± 0.25" in first["likelihoods.md"].decode()
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
    with pytest.raises(DeepgenError, match="tables need two_sample:mnist/seed-1/selected"):
        table_stage(inputs, tmp_path, settings)


def test_one_constant_image_judges_the_models_of_its_experiment(stage_inputs, tmp_path):
    inputs, settings = stage_inputs
    constant = ROWS[4] | {"source": "references/constant-image", "model": "one constant image"}
    inputs["parzen:mnist/references/constant-image"] = inputs["parzen:mnist/seed-1/last"]
    settings = settings | {"rows": [*settings["rows"], constant]}
    with pytest.raises(DeepgenError, match="tables need per_image:mnist/seed-1/selected: add"):
        table_stage(inputs, tmp_path / "tables", settings)
    for number, role in enumerate(per_image(settings["rows"])):
        inputs[role] = tmp_path / f"{number}.npy"
        # The selected models are 50 nats better than the constant image, the last no better
        np.save(inputs[role], np.full((2, 10), 50.0 if "selected" in role else 0.0))
    table_stage(inputs, tmp_path / "tables", settings)
    table = pd.read_csv(tmp_path / "tables/parzen.csv", keep_default_na=False)
    rows = table[table["model"] == "Adversarial nets"].set_index("selection")["untrained"]
    assert set(rows["selected"]) == {""}
    assert set(rows["last"]) == {"mnist/seed-1/last/parzen.json;mnist/seed-2/last/parzen.json"}


@pytest.mark.parametrize(
    ("score", "made"),
    [
        ("two_sample", "scores"),
        ("parzen", "parzen"),
        ("likelihood", "likelihoods"),
        ("parzen_spread", "parzen_spread"),
        ("sampling", "sampling"),
    ],
)
def test_stage_of_one_score_leaves_the_other_tables_empty_but_readable(
    stage_inputs, tmp_path, score, made
):
    inputs, _ = stage_inputs
    role = f"{score}:mnist/seed-1/selected"
    rows = [ROWS[0] | {"scores": [score]}]
    table_stage({role: inputs[role]}, tmp_path / "one", {"rows": rows, "papers": []})
    for name in FORMS:
        table = pd.read_csv(tmp_path / f"one/{name}.csv")
        assert list(table.columns) == FORMS[name].columns
        assert (len(table) > 0) == (name == made), name
        for kind in ("md", "tex"):
            written = (tmp_path / f"one/{name}.{kind}").read_text()
            assert (written != "") == (name == made), name


def test_published_rows_are_there_for_a_data_set_that_was_not_run(stage_inputs, tmp_path):
    inputs, settings = stage_inputs
    left_out = [{"dataset_title": "TFD", "model": "Adversarial nets", "how_to_get": "Ask."}]
    table_stage(inputs, tmp_path / "a", settings | {"not_run": left_out})
    table_stage(inputs, tmp_path / "b", settings | {"papers": []})
    with_tfd, without = ((tmp_path / x / "parzen.csv").read_text() for x in "ab")
    assert "Adversarial nets,TFD,published,,2057,26,folds" in with_tfd
    assert "published" not in without
    assert "TFD" not in (tmp_path / "a/parzen.md").read_text()

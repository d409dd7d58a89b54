"""The comparing scores: numbers against hand computation, and cells that say something."""

import pytest

from deepgen.errors import DeepgenError
from deepgen.evaluation.readings import READINGS
from deepgen.report.long_form import FORMS, long_form
from deepgen.report.printed import Cell, to_markdown
from deepgen.report.scores import CELLS, COLLAPSED, scores_printed


def _row(source, model="Adversarial nets", experiment="mnist", dataset="MNIST"):
    folder, _, name = source.partition("/")
    selection = "" if folder == "references" else name
    names = {"model": model, "dataset": dataset, "experiment": experiment}
    return names | {"selection": selection, "source": source}


def _result(value, error=0.01):
    return {
        "value": value,
        "standard_error": error,
        "standard_error_over": "examples",
        "num_samples": 10_000,
        "num_test_examples": 10_000,
    }


TRAINING = _row("references/training-images", "10,000 training images")
FOUR = {name: _result(0.5) for name in ("coverage", "density", "precision", "recall")}
RESULTS = [
    (TRAINING, "mmd", {"pixels": _result(-1.3e-6, 8e-7)}),
    (TRAINING, "two_sample", {"pixels": _result(0.502, 0.005)}),
    *(
        (_row(f"seed-{seed}/{name}"), "mmd", {"pixels": _result(value, 4e-6)})
        for seed, name, value in [
            (1, "selected", 2e-4),
            (2, "selected", 3e-4),
            (1, "last", 9e-4),
            (2, "last", 9e-4),
        ]
    ),
    (
        _row("seed-1/selected"),
        "two_sample",
        {"features": _result(1.0, 0.0), "pixels": _result(0.99993, 0.00008)},
    ),
    (_row("seed-1/selected"), "precision_recall", {"pixels": FOUR}),
    (_row("seed-1/selected"), "data_copying", {"pixels": _result(-12.34, 0.35)}),
]


def _rows(part, block=0):
    rows = part.blocks[block].rows
    return {row.label: dict(zip(part.columns[1:], row.cells, strict=True)) for row in rows}


def test_seeds_are_averaged_and_keep_both_errors():
    table = long_form("scores", RESULTS)
    assert list(table.columns) == FORMS["scores"].columns
    mine = table[(table["score"] == "mmd") & (table["selection"] == "selected")]
    assert mine["value"].tolist() == pytest.approx([2.5e-4] * 2)
    assert mine["standard_error_over"].tolist() == ["examples", "seeds"]
    # std of (2, 3) with ddof 1 is sqrt(1 / 2); over sqrt(2) seeds it is 1 / 2
    assert mine["standard_error"].tolist() == pytest.approx([4e-6, 0.5e-4])
    assert set(mine["num_seeds"]) == {2}
    files = ";".join(f"mnist/seed-{seed}/selected/mmd.json" for seed in (1, 2))
    assert set(mine["source"]) == {files}


def test_precision_and_recall_come_from_one_file():
    table = long_form("scores", RESULTS)
    rows = table[table["score"].isin(FOUR)]
    assert sorted(rows["score"]) == sorted(FOUR)
    assert set(rows["source"]) == {"mnist/seed-1/selected/precision_recall.json"}


def test_one_block_a_representation_with_references_last():
    (part,) = scores_printed(long_form("scores", RESULTS))
    assert part.columns == [
        "Samples",
        "Two-sample accuracy",
        "Precision",
        "Recall",
        "Density",
        "Coverage",
        "MMD² × 10,000",
        "Data copying",
    ]
    assert [block.title.split()[0] for block in part.blocks] == ["Pixels", "Features"]
    assert list(_rows(part)) == [
        "Adversarial nets, selected checkpoint",
        "Adversarial nets, last checkpoint",
        "10,000 training images",
    ]


def test_no_cell_hides_its_error():
    (part,) = scores_printed(long_form("scores", RESULTS))
    mine = _rows(part)["Adversarial nets, selected checkpoint"]
    assert mine["MMD² × 10,000"].text == "2.50 ± 0.04 ± 0.50 (seeds, n = 2)"
    assert mine["Two-sample accuracy"].text == "0.99993 ± 0.00008"
    assert mine["Data copying"].text == "−12.3 ± 0.3"
    assert mine["Data copying"].sources == ("mnist/seed-1/selected/data_copying.json",)
    training = _rows(part)["10,000 training images"]
    assert training["MMD² × 10,000"].text == "−0.013 ± 0.008"
    assert training["Data copying"].text == "–"
    # Equal seeds have no error over seeds, a share of all has none over examples
    last = _rows(part)["Adversarial nets, last checkpoint"]
    assert last["MMD² × 10,000"].text == "9.00 ± 0.04"
    features = _rows(part, 1)["Adversarial nets, selected checkpoint"]
    assert features["Two-sample accuracy"].text == "1.000"


def test_cells_of_the_copying_test_and_collapsed_samples_are_told():
    cells = {"cells": 10, "cells_used": 7, "held_out_share": 0.642}
    four = {name: r | {"collapsed": True, "relative_variance": 1e-6} for name, r in FOUR.items()}
    selected = _row("seed-1/selected")
    results = [
        (selected, "data_copying", {"pixels": _result(-12.34, 0.35) | cells}),
        (selected, "precision_recall", {"pixels": four}),
        (TRAINING, "precision_recall", {"pixels": FOUR}),
    ]
    (part,) = scores_printed(long_form("scores", results))
    rows = _rows(part)
    mine = rows["Adversarial nets, selected checkpoint"]
    assert mine[CELLS].text == "7 of 10 cells, 64 %"
    assert mine[CELLS].sources == mine["Data copying"].sources
    assert mine["Density"].text == "0.500 ± 0.010†"
    assert rows["10,000 training images"]["Density"].text == "0.500 ± 0.010"
    assert COLLAPSED in part.notes
    (usual,) = scores_printed(long_form("scores", RESULTS))
    assert COLLAPSED not in usual.notes
    assert CELLS not in usual.columns
    assert "holds the model fixed and, of precision, recall, density and" in str(part.notes)


def test_each_shown_score_says_how_to_read_it():
    (part,) = scores_printed(long_form("scores", RESULTS))
    for reading in READINGS.values():
        assert f"{reading.title}: {reading.text}" in part.notes
    (only,) = scores_printed(long_form("scores", RESULTS[:1]))
    assert not any(READINGS["data_copying"].text in note for note in only.notes)
    assert any("Training images show" in note for note in only.notes)
    assert "10,000 samples and 10,000 unseen images" in to_markdown([only])


def test_in_features_only_what_the_fit_touches_has_a_warning():
    def warnings(results):
        (part,) = scores_printed(long_form("scores", results))
        return [note for note in part.notes if str(note).startswith("The classifier")]

    assert warnings(RESULTS) == []
    copying = (_row("seed-1/selected"), "data_copying", {"features": _result(-1.0)})
    training = (TRAINING, "mmd", {"features": _result(1e-4)})
    for touched in ([copying], [training], [copying, training]):
        (note,) = warnings([*RESULTS, *touched])
        assert "read their row, and C_T, with care" in note


def test_each_classifier_behind_features_is_told_once():
    def classifier(accuracy, error):
        return {"test_accuracy": accuracy, "standard_error": error, "num_test_examples": 400}

    results = [
        (_row("seed-1/last", name.upper(), name), "mmd", {"features": _result(1e-4)})
        for name in ("a", "b")
    ]

    def said(a, b):
        known = {"a": a, "b": b, "unseen": classifier(0.1, 0.1)}
        (part,) = scores_printed(long_form("scores", results), known)
        linked = [note for note in part.notes if isinstance(note, Cell)]
        assert all(note.text in to_markdown([part]) for note in linked)
        return {note.text.partition("features ")[2]: note.sources for note in linked}

    files = tuple(f"{name}/classifier/classifier.json" for name in ("a", "b"))
    same = classifier(0.6, 0.0245)
    assert said(same, same) == {"(a, b) is right about 60 ± 2 % of 400 test images.": files}
    assert said(same, classifier(1.0, 0.0)) == {
        "(a) is right about 60 ± 2 % of 400 test images.": files[:1],
        "(b) is right about 100.0 % of 400 test images.": files[1:],
    }


def test_two_models_of_a_data_set_share_its_table_and_its_references():
    results = [
        (_row("seed-1/last", "A", "a"), "mmd", {"pixels": _result(1e-4)}),
        (TRAINING | {"experiment": "a"}, "mmd", {"pixels": _result(2e-4)}),
        (_row("seed-1/last", "B", "b"), "mmd", {"pixels": _result(3e-4)}),
        (TRAINING | {"experiment": "b"}, "mmd", {"pixels": _result(2e-4)}),
    ]
    (part,) = scores_printed(long_form("scores", results))
    assert list(_rows(part)) == [
        "A, last checkpoint",
        "B, last checkpoint",
        "10,000 training images",
    ]
    results[-1][2]["pixels"]["value"] = 5e-4
    with pytest.raises(DeepgenError, match="different titles"):
        long_form("scores", results)


def test_a_result_without_its_error_is_refused():
    with pytest.raises(DeepgenError, match="lacks 'standard_error'"):
        long_form("scores", [(TRAINING, "mmd", {"pixels": {"value": 1.0, "num_samples": 1,
                                              "num_test_examples": 1}})])  # fmt: skip

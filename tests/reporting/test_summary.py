"""The summary: its values, and sentences that are true of the run at hand."""

import pandas as pd
import pytest
from test_table1_printed import HOW, NOT_RUN
from test_tables import ROWS, SCORES, _folds, _score

from deepgen.reporting.runs import runs
from deepgen.reporting.summary import summary
from deepgen.reporting.tables import table1


def _history(epochs):
    return pd.DataFrame({"epoch": range(1, epochs + 1), "loss_model": 1.0})


def _experiment(budget, full, **how):
    names = {"title": "Adversarial nets", "dataset_title": "MNIST"}
    return names | {"settings": {"training": {"epochs": budget}}, "full_budget": full} | how


def _one(epochs, budget, full, rows=ROWS[:1], scores=SCORES[:1], **how):
    """Cells and sentence of one experiment whose trainings ran so many epochs."""
    experiments = {"mnist": _experiment(budget, full, **how)}
    histories = {("mnist", seed): _history(count) for seed, count in enumerate(epochs, 1)}
    part = summary(table1(rows, scores), runs(histories, experiments), experiments, [])
    (row,), (note,) = part.blocks[0].rows, part.notes
    return row.cells, note


def test_a_shortened_run_of_one_seed():
    cells, note = _one([8], 8, 1500)
    assert [cell.text for cell in cells] == [
        "225 ± 2 (examples)",
        "220.0 ± 1.8 (examples)",
        "−5.0",
        "8 of 1,500",
        "1",
    ]
    assert cells[1].sources == cells[2].sources == ("mnist/seed-1/selected/parzen.json",)
    assert cells[3].sources == ("mnist/seed-1/history.csv",)
    assert note == (
        "MNIST, Adversarial nets: our score is 5.0 nats below the paper's; the training ran 8 of "
        "the 1,500 epochs of the full budget, which this run shortens; one seed leaves the "
        "variation between trainings unknown; which checkpoint the paper scored is not known."
    )


def test_a_full_run_of_several_seeds_has_a_verdict():
    cells, note = _one([1500, 1500], 1500, 1500, ROWS[:2], SCORES[:2])
    assert cells[4].text == "2"
    # (222 - 225) / sqrt(2^2 + 2^2) = -1.06
    assert "3.0 nats below the paper's, 1.1 standard errors away and so consistent" in note
    assert "the trainings ran all 1,500 epochs of the full budget;" in note
    assert "shortens" not in note
    assert "ended early" not in note
    assert "the score is the mean of 2 seeds" in note


def test_a_score_above_the_paper_is_not_called_below():
    _, note = _one([1500] * 2, 1500, 1500, ROWS[:2], [_score(300.0, 1.0), _score(301.0, 1.0)])
    assert "75.5 nats above the paper's" in note
    assert "not consistent with it" in note


@pytest.mark.parametrize(
    ("epochs", "said"),
    [
        ([600, 700], "ended early because"),
        ([600, 1500], "ended early (1 of 2 of them) because"),
    ],
)
def test_trainings_that_ended_early(epochs, said):
    cells, note = _one(epochs, 1500, 1500, ROWS[:2], SCORES[:2])
    assert cells[3].text == f"{epochs[0]} to {epochs[1]:,} of 1,500"
    assert said in note


def test_fewer_samples_than_the_released_code_are_told():
    assert (
        "2,000 samples were scored" in _one([8], 8, 8, scores=[_score(1.0, 1.0, samples=2000)])[1]
    )
    assert "samples" not in _one([8], 8, 8)[1]


@pytest.mark.parametrize("dataset", ["CIFAR-10", "LFW faces"])
def test_where_the_paper_has_no_number(dataset):
    rows = [ROWS[0] | {"dataset": dataset}]
    cells, note = _one([22], 22, 22, rows, dataset_title=dataset)
    assert [cell.text for cell in cells][:3] == [
        "the paper has none",
        "220.0 ± 1.8 (examples)",
        "–",
    ]
    assert "the paper has no number for this model" in note
    assert ("stand-in for the paper's TFD" in note) == (dataset == "LFW faces")


def test_another_space_has_no_difference():
    score = {e: r | {"space": "contrast-normalised"} for e, r in SCORES[0].items()}
    cells, _ = _one([8], 8, 8, scores=[score])
    assert [cells[0].text, cells[2].text] == ["the paper has none", "–"]


def test_folds_and_what_was_not_run():
    rows = [ROWS[0] | {"dataset": "TFD"}]
    cells, note = _one([22], 22, 22, rows, [_folds(2000.0, [0.1, 0.2])], dataset_title="TFD")
    assert [cell.text for cell in cells][:3] == [
        "2057 ± 26 (folds)",
        "2000.0 ± 26.0 (folds)",
        "−57.0",
    ]
    assert "57.0 nats below" in note
    part = summary(table1([], []), runs({}, {}), {}, NOT_RUN)
    assert [cell.text for cell in part.blocks[0].rows[0].cells][:2] == [
        "2057 ± 26 (folds)",
        "not run",
    ]
    assert part.notes == [f"TFD, Adversarial nets: not run. {HOW}"]


def test_without_a_score_or_a_history_nothing_is_claimed():
    cells, note = _one([8], 8, 8, [], [])
    assert [cell.text for cell in cells][1:3] == ["–", "–"]
    assert "nothing to compare" in note
    cells, note = _one([], 8, 8)
    assert [cell.text for cell in cells][3:] == ["–", "–"]
    assert "no history of a training was given" in note

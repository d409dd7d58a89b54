"""The summary: its values, and notes that are true of the run at hand."""

import pandas as pd
import pytest
from made_scores import ROWS, SCORES, folded, likelihood, score, table_of

from deepgen.report.cells import DIFFERENCE
from deepgen.report.long_form import Measured, long_form
from deepgen.report.runs import runs
from deepgen.report.summary import BUDGET, summary

HOW = "Ask its authors for the file, then set data.tfd.file."
NOT_RUN = [{"dataset_title": "TFD", "model": "Adversarial nets", "how_to_get": HOW}]


def _made(rows, scores, datasets=None, likely=()):
    return Measured(
        table_of(rows, scores, datasets),
        long_form("likelihoods", list(likely)),
        long_form("scores", []),
        long_form("parzen_spread", []),
        long_form("sampling", []),
    )


def _history(epochs):
    return pd.DataFrame({"epoch": range(1, epochs + 1), "loss_model": 1.0})


def _experiment(budget, full, **how):
    names = {"title": "Adversarial nets", "dataset_title": "MNIST", "paper": "gan2014"}
    return names | {"settings": {"training": {"epochs": budget}}, "full_budget": full} | how


def _one(epochs, budget, full, rows=ROWS[:1], scores=SCORES[:1], **how):
    """Cells of one experiment whose trainings ran so many epochs, and all notes."""
    experiments = {"mnist": _experiment(budget, full, **how)}
    histories = {("mnist", seed): _history(count) for seed, count in enumerate(epochs, 1)}
    made = _made(rows, scores, [how.get("dataset_title", "MNIST")])
    part = summary(made, runs(histories, experiments), experiments, [])
    (row,) = part.blocks[0].rows
    return row.cells, part.notes


def test_a_shortened_run_of_one_seed():
    cells, notes = _one([8], 8, 1500)
    assert [cell.text for cell in cells] == [
        "225 ± 2 (examples)",
        "220.0 ± 1.8 (examples)",
        "−5.0 nats; no verdict from one seed",
        "224.0 ± 1.8 (examples)",
        "−1.0 nats; no verdict from one seed",
        "8 of 1,500",
        "1",
    ]
    assert cells[1].sources == cells[2].sources == ("mnist/seed-1/selected/parzen.json",)
    assert cells[5].sources == ("mnist/seed-1/history.csv",)
    assert notes == [BUDGET]


def test_a_full_run_of_several_seeds_has_a_verdict():
    cells, notes = _one([1500, 1500], 1500, 1500, ROWS[:2], SCORES[:2])
    # 222 ± t_1(0.975) sqrt(8) sqrt(1.5), with t_1(0.975) = 12.706
    interval = "[178.0, 266.0]"
    assert cells[2].text == (
        f"−3.0 nats; inside the 95 % prediction interval {interval} of one more training"
    )
    assert [cell.text for cell in cells][5:] == ["1,500 of 1,500", "2"]
    assert notes == [DIFFERENCE, BUDGET]


def test_a_score_far_from_the_paper_lies_outside():
    cells, _ = _one([1500] * 2, 1500, 1500, ROWS[:2], [score(300.0, 1.0), score(301.0, 1.0)])
    assert cells[2].text.startswith("+75.5 nats; outside the 95 % prediction interval [289.5, ")


def test_trainings_that_ended_early():
    cells, _ = _one([600, 1500], 1500, 1500, ROWS[:2], SCORES[:2])
    assert cells[5].text == "600 to 1,500 of 1,500"


def test_a_sigma_on_the_edge_has_a_star_and_a_note():
    cells, (note, _) = _one([8], 8, 8, scores=[score(220.0, 1.0, edge=True)])
    assert cells[1].text == "220.0 ± 2.0 (examples)*"
    assert note.startswith("* ")


@pytest.mark.parametrize("dataset", ["CIFAR-10", "LFW faces"])
def test_where_the_paper_has_no_number(dataset):
    rows = [ROWS[0] | {"dataset": dataset}]
    cells, _ = _one([22], 22, 22, rows, dataset_title=dataset)
    assert [cell.text for cell in cells][:3] == [
        "its paper has none",
        "220.0 ± 1.8 (examples)",
        "–",
    ]


def test_an_experiment_without_a_paper_is_not_told_that_it_has_no_published_number():
    rows = [ROWS[0] | {"model": "A flow"}]
    cells, notes = _one([22], 22, 22, rows, title="A flow", paper=None)
    assert [cell.text for cell in cells][:3] == ["–", "220.0 ± 1.8 (examples)", "–"]
    assert notes == []


def test_where_nothing_was_published_no_column_speaks_of_a_paper():
    experiments = {"cats": _experiment(22, 22, title="A flow", dataset_title="Cats", paper=None)}
    rows = [ROWS[0] | {"model": "A flow", "dataset": "Cats", "experiment": "cats"}]
    made = _made(rows, SCORES[:1], [])
    part = summary(made, runs({("cats", 1): _history(22)}, experiments), experiments, NOT_RUN)
    grid, fine = "Parzen, released default grid (nats)", "Parzen, fine sigma (nats)"
    assert part.columns == ["Experiment", grid, fine, "Epochs", "Seeds"]
    texts = [[cell.text for cell in row.cells] for row in part.blocks[0].rows]
    assert texts == [
        ["220.0 ± 1.8 (examples)", "224.0 ± 1.8 (examples)", "22 of 22", "1"],
        ["not run", "–", "–", "–"],
    ]


def test_a_likelihood_names_its_kind_and_scale():
    flow, vae = (ROWS[0] | {"model": name, "experiment": name} for name in ("flow", "vae"))
    bound = {"kind": "lower bound", "num_samples": 50}
    likely = [
        # Of two kinds the first in the order exact, lower bound, estimate
        (
            flow,
            "likelihood",
            {"csl": likelihood(1.0, kind="estimate")["direct"], **likelihood(900.0)},
        ),
        (flow | {"selection": "last", "source": "seed-1/last"}, "likelihood", likelihood(1.0)),
        (vae, "likelihood", likelihood(800.0, **bound)),
    ]
    experiments = {n: _experiment(5, 5, title=n, paper=None) for n in ("flow", "vae")}
    histories = {(name, 1): _history(5) for name in experiments}
    made = _made([], [], [], likely)
    part = summary(made, runs(histories, experiments), experiments, NOT_RUN)
    # No Parzen score, so no column of them
    assert part.columns == ["Experiment", "Log-likelihood (nats)", "Epochs", "Seeds"]
    scale = "density over pixels in [0, 1]"
    texts = [[cell.text for cell in row.cells] for row in part.blocks[0].rows]
    assert texts == [
        [f"900.00 ± 0.25 (examples); exact, {scale}", "5 of 5", "1"],
        [f"800.00 ± 0.25 (examples); lower bound, {scale}", "5 of 5", "1"],
        ["not run", "–", "–"],
    ]
    variant = {"dataset_title": "MNIST", "model": "Adversarial nets, longer"}
    mixed = summary(_made(ROWS[:1], SCORES[:1]), runs({}, {}), {}, [variant])
    (row,) = mixed.blocks[0].rows
    assert [cell.text for cell in row.cells] == ["225 ± 2 (examples)", "not run", *["–"] * 5]
    assert len(row.cells) + 1 == len(mixed.columns)
    beside = summary(_made(ROWS[:1], SCORES[:1], likely=likely), runs({}, {}), experiments, [])
    assert len(beside.columns) == 9
    assert "different quantities" in beside.notes[-1]
    assert not any("different quantities" in note for note in part.notes)
    assert [cell.text for cell in beside.blocks[0].rows[0].cells][:2] == ["–", "–"]


def test_another_space_has_no_difference():
    score = {e: r | {"space": "contrast-normalised"} for e, r in SCORES[0].items()}
    cells, _ = _one([8], 8, 8, scores=[score])
    assert [cells[0].text, cells[2].text] == ["its paper has none", "–"]


def test_folds_and_what_was_not_run():
    rows = [ROWS[0] | {"dataset": "TFD"}]
    cells, _ = _one([22], 22, 22, rows, [folded(2000.0, [0.1, 0.2])], dataset_title="TFD")
    assert [cell.text for cell in cells][:3] == [
        "2,057 ± 26 (folds)",
        "2,000.0 ± 26.0 (folds)",
        "−57.0 nats; no verdict from one seed",
    ]
    part = summary(_made([], [], ["TFD"]), runs({}, {}), {}, NOT_RUN)
    assert [cell.text for cell in part.blocks[0].rows[0].cells][:2] == [
        "2,057 ± 26 (folds)",
        "not run",
    ]
    assert part.notes == [f"TFD, Adversarial nets: not run. {HOW}"]


def test_without_a_score_or_a_history_nothing_is_claimed():
    cells, _ = _one([8], 8, 8, [], [])
    assert [cell.text for cell in cells][1:3] == ["–", "–"]
    cells, _ = _one([], 8, 8)
    assert [cell.text for cell in cells][5:] == ["–", "–"]

"""Printed Parzen scores: cells, notes, and what never shares a column."""

import pytest
from made_scores import ROWS, SCORES, folded, table_of

from deepgen.report.parzen import parzen_printed
from deepgen.report.printed import to_markdown


def texts(row):
    return [cell.text for cell in row.cells]


def test_one_seed_has_no_verdict():
    text = to_markdown(parzen_printed(table_of([ROWS[0]], [SCORES[0]])))
    assert "| −5.0 nats; no verdict from one seed | −1.0 nats; no verdict from one seed |" in text
    assert "interval" not in text


def test_a_variant_is_compared_with_what_it_varies():
    variant = ROWS[0] | {"model": "Adversarial nets, annealed (ours)"}
    (part,) = parzen_printed(table_of([variant], [SCORES[0]]))
    models, differences, *_ = part.blocks
    assert [row.label for row in models.rows][-2:] == [
        "Adversarial nets",
        "Adversarial nets, annealed (ours), selected checkpoint",
    ]
    assert texts(differences.rows[0])[1] == "−5.0 nats; no verdict from one seed"
    (other,) = parzen_printed(table_of([ROWS[0] | {"model": "Mixture, annealed"}], [SCORES[0]]))
    assert "Difference to the published" not in [block.title for block in other.blocks]


def test_printed_cells_differences_and_edges():
    text = to_markdown(parzen_printed(table_of(ROWS, SCORES)))
    lines = [line for line in text.splitlines() if line.startswith("| Adversarial nets")]
    assert lines[0] == "| Adversarial nets (published) | 225 ± 2 (examples) | – | – |"
    assert lines[1] == (
        "| Adversarial nets, selected checkpoint | – "
        "| 222.0 ± 2.0 (examples) ± 2.0 (seeds, n = 2) "
        "| 226.5 ± 2.0 (examples) ± 2.5 (seeds, n = 2) |"
    )
    # t_1(0.975) = 12.706: 222 ± 12.706 sqrt(8) sqrt(1.5), and sqrt(12.5) for the fine sigma
    said = "the 95 % prediction interval"
    assert f"−3.0 nats; inside {said} \\[178.0, 266.0\\] of one more training" in text
    assert f"+1.5 nats; inside {said} \\[171.5, 281.5\\] of one more training" in text
    assert "A paper shows one training" in text
    assert "160.0 ± 2.0 (examples) ± 10.0 (seeds, n = 2)\\*" in text
    assert "- \\* σ on" in text
    assert "k-means centroids: 1,000" in text
    assert "over independent trainings (seeds), whose mean is given" in text
    assert "Selected: the checkpoint that the experiment's rule keeps" in text


def test_estimators_never_share_a_column_and_references_stand_apart():
    (part,) = parzen_printed(table_of(ROWS, SCORES))
    assert part.columns == [
        "Model",
        "MNIST, as published",
        "MNIST, released default grid",
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
    assert [texts(row)[0] for row in models.rows][-3:] == ["225 ± 2 (examples)", "–", "–"]
    assert [texts(row)[0] for row in differences.rows] == ["–", "–"]
    assert all("nats" in text for row in differences.rows for text in texts(row)[1:])
    assert [row.label for row in references.rows] == ["k-means centroids"]


def test_measured_numbers_link_their_files_and_published_ones_none():
    (part,) = parzen_printed(table_of(ROWS, SCORES))
    models, differences, references = part.blocks
    files = tuple(f"mnist/seed-{seed}/selected/parzen.json" for seed in (1, 2))
    assert [cell.sources for cell in models.rows[4].cells] == [(), files, files]
    assert [cell.sources for cell in differences.rows[0].cells] == [(), files, files]
    assert references.rows[0].cells[1].sources == ("mnist/references/kmeans/parzen.json",)
    assert not any(cell.sources for row in models.rows[:4] for cell in row.cells)


@pytest.mark.parametrize(
    ("dataset", "space"),
    [("LFW faces", "pixels in [0, 1]"), ("CIFAR-10", "contrast-normalised, scale 55")],
)
def test_a_title_names_the_space_and_without_a_published_number_there_is_no_column(dataset, space):
    score = {e: result | {"space": space} for e, result in SCORES[0].items()}
    (part,) = parzen_printed(table_of([ROWS[0] | {"dataset": dataset}], [score]))
    assert part.title.endswith(f"of {dataset} (nats, {space})")
    assert part.columns[1:] == [f"{dataset}, released default grid", f"{dataset}, fine sigma"]
    assert "Nats compare within this space only." in part.notes[0]
    assert not any("published" in note for note in part.notes)


def test_a_score_in_another_space_never_stands_beside_the_published_one():
    score = {e: result | {"space": "contrast-normalised"} for e, result in SCORES[0].items()}
    (part,) = parzen_printed(table_of([ROWS[0]], [score]))
    assert [row.label for row in part.blocks[0].rows] == ["Adversarial nets, selected checkpoint"]


def test_what_was_published_on_a_set_without_scores_makes_no_table():
    (part,) = parzen_printed(table_of(ROWS[:1], SCORES[:1], ["MNIST", "TFD"]))
    assert "MNIST" in part.title


def test_folds_are_explained():
    tfd = [row | {"dataset": "TFD"} for row in ROWS[:2]]
    scores = [folded(2000.0, [0.1, 0.13]), folded(2010.0, [0.11, 0.2])]
    (part,) = parzen_printed(table_of(tfd, scores))
    assert "2,005.0 ± 26.0 (folds) ± 5.0 (seeds, n = 2)" in to_markdown([part])
    assert any("Each fold has its own σ" in note for note in part.notes)

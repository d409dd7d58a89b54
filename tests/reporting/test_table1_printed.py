"""What the printed forms of Table 1 say."""

import pytest
from test_tables import ROWS, SCORES, _folds

from deepgen.data.registry import DATASETS
from deepgen.models.spaces import Pixels
from deepgen.reporting.printed import to_markdown
from deepgen.reporting.published import ERROR_OVER, PIXELS, STAND_INS
from deepgen.reporting.table1_printed import details, paper_table
from deepgen.reporting.tables import table1

HOW = "Ask its authors for the file, then set data.tfd.file."
NOT_RUN = [{"dataset_title": "TFD", "model": "Adversarial nets", "how_to_get": HOW}]


def _texts(row):
    return [cell.text for cell in row.cells]


def test_one_seed_has_no_verdict():
    text = to_markdown(details(table1([ROWS[0]], [SCORES[0]])))
    assert "−5.0 nats; one seed, so the seed error is unknown" in text
    assert "consistent" not in text
    assert "mean of the seeds' own errors" not in text


def test_printed_cells_differences_and_edges():
    text = to_markdown(details(table1(ROWS, SCORES)))
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
    assert "- \\* A chosen σ" in text
    assert "k-means centroids: 1,000" in text
    assert "the error over examples is the mean of the seeds' own errors" in text
    assert "Selected checkpoint: the one that the experiment's settings choose" in text


def test_checkpoints_that_are_one_model_are_named():
    (part,) = details(table1([ROWS[0], ROWS[2]], [SCORES[0], SCORES[0]]))
    (note,) = [note for note in part.notes if "same samples" in note]
    assert note.startswith("Adversarial nets: the two checkpoints gave the same samples.")
    other = SCORES[0] | {"parzen, fine sigma": SCORES[1]["parzen, fine sigma"]}
    for rows, scores in [(ROWS, SCORES), ([ROWS[0], ROWS[2]], [SCORES[0], other])]:
        (part,) = details(table1(rows, scores))
        assert not any("same samples" in note for note in part.notes)


def test_estimators_never_share_a_column_and_references_stand_apart():
    (part,) = details(table1(ROWS, SCORES))
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
    assert [_texts(row)[0] for row in models.rows][-3:] == ["225 ± 2 (examples)", "–", "–"]
    assert all(t == ["", t[1], ""] for t in (_texts(row) for row in differences.rows))
    assert [row.label for row in references.rows] == ["k-means centroids"]


def test_measured_numbers_link_their_files_and_published_ones_none():
    (part,) = details(table1(ROWS, SCORES))
    models, differences, references = part.blocks
    files = tuple(f"mnist/seed-{seed}/selected/parzen.json" for seed in (1, 2))
    assert [cell.sources for cell in models.rows[4].cells] == [(), files, files]
    assert [cell.sources for cell in differences.rows[0].cells] == [(), files, ()]
    assert references.rows[0].cells[1].sources == ("mnist/references/kmeans/parzen.json",)
    assert not any(cell.sources for row in models.rows[:4] for cell in row.cells)


def test_paper_table_has_the_papers_rows_with_ours_beside():
    part = paper_table(table1(ROWS, SCORES), NOT_RUN)
    assert part.columns[1:] == ["MNIST, published", "MNIST, ours", "TFD, published", "TFD, ours"]
    rows = {row.label: _texts(row) for row in part.blocks[0].rows}
    assert list(rows) == ["DBN", "Stacked CAE", "Deep GSN", "Adversarial nets"]
    assert rows["DBN"] == ["138 ± 2", "–", "1909 ± 66", "–"]
    assert rows["Adversarial nets"] == [
        "225 ± 2",
        "222.0 ± 2.0 ± 2.0 (seeds, n = 2)",
        "2057 ± 26",
        "not run",
    ]
    assert f"TFD: not run. {HOW}" in part.notes
    assert not any(note.startswith("MNIST") for note in part.notes)


def test_paper_table_shows_tfd_when_it_was_run_and_says_so_when_nothing_was():
    tfd = [row | {"dataset": "TFD", "experiment": "tfd"} for row in ROWS[:1]]
    part = paper_table(table1(tfd, [_folds(2001.0, [0.1, 0.13])]), [])
    assert _texts(part.blocks[0].rows[-1])[1:] == [
        "not run",
        "2057 ± 26",
        "2001.0 ± 26.0",
    ]
    assert any(note.startswith("MNIST: no experiment of this run") for note in part.notes)
    part = paper_table(table1([], []), NOT_RUN)
    assert _texts(part.blocks[0].rows[-1])[1::2] == ["not run", "not run"]
    assert not any("Ours" in note for note in part.notes)


def test_titles_are_those_that_the_run_uses():
    assert Pixels.title == PIXELS
    assert {*ERROR_OVER, *STAND_INS} <= {dataset.title for dataset in DATASETS.values()}


def test_a_model_that_the_paper_lacks_has_a_row_of_its_own():
    rows = [ROWS[0] | {"model": "Adversarial nets, minimax"}]
    *_, known, own = paper_table(table1(rows, SCORES[:1]), []).blocks[0].rows
    assert _texts(known)[:2] == ["225 ± 2", "–"]
    assert own.label == "Adversarial nets, minimax"
    assert _texts(own)[:2] == ["–", "220.0 ± 1.8"]


@pytest.mark.parametrize(
    ("dataset", "space", "said"),
    [
        ("LFW faces", "pixels in [0, 1]", "(nats): not in the paper, an open stand-in for TFD"),
        (
            "CIFAR-10",
            "contrast-normalised, scale 55",
            "(nats): not in the paper's Table 1; compare within this space only "
            "(contrast-normalised, scale 55)",
        ),
    ],
)
def test_other_data_sets_are_marked_and_have_no_published_column(dataset, space, said):
    score = {e: result | {"space": space} for e, result in SCORES[0].items()}
    (part,) = details(table1([ROWS[0] | {"dataset": dataset}], [score]))
    assert part.title.endswith(said)
    assert part.columns[1:] == [f"{dataset}, paper grid", f"{dataset}, fine sigma"]
    assert not any("published" in note or "the paper scored" in note for note in part.notes)


def test_a_score_in_another_space_never_stands_beside_the_published_one():
    score = {e: result | {"space": "contrast-normalised"} for e, result in SCORES[0].items()}
    table = table1([ROWS[0]], [score])
    assert _texts(paper_table(table, []).blocks[0].rows[-1])[:2] == [
        "225 ± 2",
        "not run",
    ]
    (part,) = details(table)
    assert "compare within this space only (contrast-normalised)" in part.title
    assert [row.label for row in part.blocks[0].rows] == ["Adversarial nets, selected checkpoint"]


def test_folds_are_explained():
    tfd = [row | {"dataset": "TFD"} for row in ROWS[:2]]
    scores = [_folds(2000.0, [0.1, 0.13]), _folds(2010.0, [0.11, 0.2])]
    (part,) = details(table1(tfd, scores))
    assert "2005.0 ± 26.0 (folds) ± 5.0 (seeds, n = 2)" in to_markdown([part])
    assert any("Each fold has its own σ" in note for note in part.notes)
    assert any("the error over folds is the mean of the seeds' own" in note for note in part.notes)

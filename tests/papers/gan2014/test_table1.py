"""Table 1 in the paper's shape: its numbers, ours, and what cannot stand beside them."""

import pytest
from made_scores import ROWS, SCORES, folded, table_of

from deepgen.data.registry import DATASETS
from deepgen.data.spaces.pixels import Pixels
from deepgen.papers.gan2014.published import ERROR_OVER, PIXELS, STAND_INS
from deepgen.papers.gan2014.table1 import paper_table, table1_printed

HOW = "Ask its authors for the file, then set data.tfd.file."
NOT_RUN = [{"dataset_title": "TFD", "model": "Adversarial nets", "how_to_get": HOW}]


def texts(row):
    return [cell.text for cell in row.cells]


def test_paper_table_has_the_papers_rows_with_ours_beside():
    part = paper_table(table_of(ROWS, SCORES), NOT_RUN)
    assert part.columns[1:] == ["MNIST, published", "MNIST, ours", "TFD, published", "TFD, ours"]
    rows = {row.label: texts(row) for row in part.blocks[0].rows}
    assert list(rows) == ["DBN", "Stacked CAE", "Deep GSN", "Adversarial nets"]
    assert rows["DBN"] == ["138 ± 2", "–", "1,909 ± 66", "–"]
    assert rows["Adversarial nets"] == [
        "225 ± 2",
        "222.0 ± 2.0 ± 2.0 (seeds, n = 2)",
        "2,057 ± 26",
        "not run",
    ]
    assert f"TFD: not run. {HOW}" in part.notes
    assert not any(note.startswith("MNIST") for note in part.notes)


def test_paper_table_shows_tfd_when_it_was_run_and_says_so_when_nothing_was():
    tfd = [row | {"dataset": "TFD", "experiment": "tfd"} for row in ROWS[:1]]
    part = paper_table(table_of(tfd, [folded(2001.0, [0.1, 0.13])]), [])
    assert texts(part.blocks[0].rows[-1])[1:] == [
        "not run",
        "2,057 ± 26",
        "2,001.0 ± 26.0",
    ]
    assert any(note.startswith("MNIST: no experiment of this run") for note in part.notes)
    part = paper_table(table_of([], []), NOT_RUN)
    assert texts(part.blocks[0].rows[-1])[1::2] == ["not run", "not run"]
    assert not any("Ours" in note for note in part.notes)


def test_titles_are_those_that_the_run_uses():
    assert Pixels.title == PIXELS
    assert {*ERROR_OVER, *STAND_INS} <= {dataset.title for dataset in DATASETS.values()}


def test_a_model_that_the_paper_lacks_has_a_row_of_its_own():
    rows = [ROWS[0] | {"model": "Adversarial nets, minimax"}]
    part = paper_table(table_of(rows, SCORES[:1]), [])
    assert any(note.startswith("MNIST: no experiment of this run") for note in part.notes)
    *_, known, own = part.blocks[0].rows
    assert texts(known)[:2] == ["225 ± 2", "not run"]
    assert own.label == "Adversarial nets, minimax"
    assert texts(own)[:2] == ["–", "220.0 ± 1.8"]


RIVALS = ["DBN (ours)", "Adversarial nets", "Deep GSN, one chain (ours)", "RBM", "DBN, deep (ours)"]


def test_rivals_of_ours_stand_beside_the_published_ones_and_variants_behind_them():
    rows = [ROWS[0] | {"model": title, "experiment": str(i)} for i, title in enumerate(RIVALS)]
    part = paper_table(table_of(rows, [SCORES[0]] * 5), [])
    found = {row.label: texts(row)[:2] for row in part.blocks[0].rows}
    assert list(found.items()) == [
        ("DBN", ["138 ± 2", "220.0 ± 1.8"]),
        ("DBN, deep (ours)", ["–", "220.0 ± 1.8"]),
        ("Stacked CAE", ["121 ± 1.6", "–"]),
        ("Deep GSN", ["214 ± 1.1", "–"]),
        ("Deep GSN, one chain (ours)", ["–", "220.0 ± 1.8"]),
        ("Adversarial nets", ["225 ± 2", "220.0 ± 1.8"]),
        ("RBM", ["–", "220.0 ± 1.8"]),
    ]
    assert "Ours beside DBN: recipes of ours where no paper has one." in part.notes


def test_a_rival_that_the_run_leaves_out_is_said_to_be():
    left_out = [{"dataset_title": "TFD", "model": "Stacked CAE (ours)", "how_to_get": HOW}]
    part = paper_table(table_of(ROWS, SCORES), left_out)
    rows = {row.label: texts(row) for row in part.blocks[0].rows}
    assert rows["Stacked CAE"] == ["121 ± 1.6", "–", "2,110 ± 50", "not run"]
    assert rows["DBN"][3] == "–"
    assert not any("recipes of ours" in note for note in part.notes)


def test_a_score_in_another_space_never_stands_beside_the_published_one():
    score = {e: result | {"space": "contrast-normalised"} for e, result in SCORES[0].items()}
    table = table_of([ROWS[0]], [score])
    assert texts(paper_table(table, []).blocks[0].rows[-1])[:2] == [
        "225 ± 2",
        "not run",
    ]
    part = paper_table(table, [])
    assert "MNIST: scored in another space (contrast-normalised), whose nats do not compare." in (
        note.removesuffix(" Its scores are below.") for note in part.notes
    )


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ("LFW faces", "LFW faces: an open stand-in for TFD, which must be asked for."),
        ("CIFAR-10", "CIFAR-10: not in the paper's Table 1."),
    ],
)
def test_other_data_sets_are_marked_and_stand_below(dataset, said):
    table = table_of([ROWS[0] | {"dataset": dataset}], SCORES[:1])
    first, below = table1_printed(table, [])
    assert f"{said} Its scores are below." in first.notes
    assert dataset not in "".join(first.columns)
    assert dataset in below.title


def test_fewer_samples_than_the_released_code_are_told():
    few = {e: result | {"num_samples": 2000} for e, result in SCORES[0].items()}
    (note,) = [n for n in paper_table(table_of(ROWS[:1], [few]), []).notes if "were scored" in n]
    assert note == (
        "MNIST, Adversarial nets: 2,000 samples were scored, not the 10,000 of the released code."
    )
    usual = paper_table(table_of(ROWS[:1], SCORES[:1]), [])
    assert not any("were scored" in note for note in usual.notes)

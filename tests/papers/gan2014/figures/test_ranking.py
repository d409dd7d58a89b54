"""The figure of orders: its lines, numbers and words."""

import pytest
from made_tables import MODELS, TITLES, read_again, tables

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.papers.gan2014.figures.ranking import caption, draw
from deepgen.stages.figure import figure

SETTINGS = {"dataset_title": "MNIST", "titles": TITLES}


@pytest.fixture
def inputs(tmp_path):
    return read_again(tables(), tmp_path)


def test_the_stage_draws_it_from_the_tables_of_the_run(tmp_path):
    read_again(tables(), tmp_path)
    paths = {name: tmp_path / f"{name}.csv" for name in ("parzen", "scores", "likelihoods")}
    settings = SETTINGS | {"figure": "papers.gan2014.figures.ranking", "output": "ranking"}
    for turn in ("a", "b"):
        figure(paths, tmp_path / turn, settings)
    first, second = ((tmp_path / turn / "ranking.png").read_bytes() for turn in ("a", "b"))
    assert first == second
    assert len(first) > 30_000


def test_lines_run_through_the_ranks_and_every_point_has_its_number(inputs):
    axes = draw(inputs, SETTINGS).axes[0]
    lines = {line.get_label(): line for line in axes.lines if line.get_label()[0] != "_"}
    assert list(lines) == ["DBN", "Stacked CAE", "Deep GSN", "Adversarial nets", "RBM"]
    assert list(lines["Deep GSN"].get_ydata()) == [2, 2, 2, 2, 1, 2, 4, 2]
    assert len(lines["RBM"].get_xdata()) == 8  # its likelihood is joined to nothing
    assert lines["RBM"].get_ydata()[0] != lines["RBM"].get_ydata()[0]  # not published
    texts = [text.get_text() for text in axes.texts]
    assert len(texts) == 4 + 7 * 5 + 2
    for text in ("138.0\n± 2.0", "225.0\n± 2.6", "−180.0\n± 2.0", "19.00\n± 3.00", "−5.2\n± 0.3"):
        assert text in texts
    bars = [line for line in axes.lines if line.get_linewidth() == 9]
    assert [list(bar.get_xdata()) for bar in bars] == [[1, 1], [2, 2], [4, 4], [4, 4]]
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[0] == "Parzen\npublished\n↑ nats"
    assert labels[3:5] == ["Two-sample\naccuracy\n→ 0.5", "MMD² × 10,000\n↓"]


def test_the_caption_counts_pairs_and_claims_no_more(inputs):
    text = caption(inputs, SETTINGS)
    for fact in (
        "Adversarial nets (3 seeds)",
        "DBN (ours) (1 seed)",
        "10,000 samples of each",
        "2,000 samples are compared with images in features of a classifier",
        "Parzen, ours, released grid: 5 of 6 (τ = 0.67; 1)",
        "Recall: 5 of 6 (τ = 0.67; 0)",
        "Of 4 models a random order has all pairs right once in 24",
        "does not say which is right",
        "Without a published number: RBM",
        "no line joins",
    ):
        assert fact in text
    assert "annealed" not in text
    assert "Not in this run" not in text
    assert "Untrained" not in text


def test_models_that_are_missing_or_untrained_are_named(tmp_path):
    two = {title: MODELS[title] for title in ("Adversarial nets", "Deep GSN (ours)")}
    made = tables(two, likely=())
    bad = made["parzen"]["model"] == "Deep GSN (ours)"
    made["parzen"].loc[bad, "untrained"] = "model-1/seed-1/selected/parzen.json"
    text = caption(read_again(made, tmp_path), SETTINGS | {"titles": list(two)})
    assert "Not in this run: DBN and Stacked CAE." in text
    assert "Untrained, no better than one constant image: Deep GSN (ours)." in text
    assert "no line joins" not in text


def test_without_other_scores_the_parzen_scores_are_compared(tmp_path):
    made = tables(likely=())
    made["scores"] = made["scores"][:0]
    inputs = read_again(made, tmp_path)
    style.save(draw(inputs, SETTINGS), tmp_path / "a.png", "png")
    assert len(draw(inputs, SETTINGS).axes[0].get_xticklabels()) == 3
    assert "compared with images" not in caption(inputs, SETTINGS)


def test_one_model_is_refused(inputs):
    with pytest.raises(DeepgenError, match="two of the paper's models on MNIST"):
        draw(inputs, SETTINGS | {"titles": ["RBM"]})

"""`deepgen compare --plot`: the curves of two runs in one picture."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from deepgen.cli import main
from deepgen.figures import style
from deepgen.figures.two_runs import draw


def history(scores, **columns):
    epochs = np.arange(1, len(scores) + 1)
    return pd.DataFrame({"epoch": epochs, "selection_score": scores} | columns)


def rgb(figure_path):
    return np.asarray(Image.open(figure_path).convert("RGB")).reshape(-1, 3)


@pytest.fixture
def runs(tmp_path):
    """Two runs of one experiment, with losses; A also has one that B lacks."""
    for name, shift in (("a", 0.0), ("b", 5.0)):
        for experiment in ("mnist", "lfw") if name == "a" else ("mnist",):
            path = tmp_path / f"results/{name}/{experiment}/seed-1/history.csv"
            path.parent.mkdir(parents=True)
            rows = history([1.0, np.nan, 3.0 + shift], loss_model=1.0, loss_objective=0.5 + shift)
            path.write_text(rows.to_csv(index=False))
    return [str(tmp_path / f"results/{name}") for name in "ab"]


def curves(axes):
    """[colour, dashes, x, y] of every line of a panel with more than one point."""
    return [
        (line.get_color(), line.get_linestyle(), *map(list, line.get_data()))
        for line in axes.lines
        if len(line.get_xdata()) > 1
    ]


def words(figure):
    legends = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def test_both_runs_lie_in_one_panel_each_in_its_colour():
    a = {"mnist": {1: history([1.0, np.nan, 3.0], loss_model=2.0, loss_objective=1.0, d_real=0.5)}}
    b = {"mnist": {1: history([2.0, 5.0, 4.0], loss_model=3.0)}, "lfw": {1: history([0.0])}}
    figure = draw(("results/a", "results/b"), (a, b))
    scores, losses = figure.axes
    assert curves(scores) == [
        (style.BLUE, "-", [1, 3], [1.0, 3.0]),
        (style.VERMILION, "-", [1, 2, 3], [2.0, 5.0, 4.0]),
    ]
    points = [line.get_data() for line in scores.lines if len(line.get_xdata()) == 1]
    assert [(x[0], y[0]) for x, y in points] == [(3, 3.0), (2, 5.0)]
    assert [line[:2] for line in curves(losses)] == [
        (style.BLUE, "-"),
        (style.BLUE, "--"),
        (style.VERMILION, "-"),
    ]
    assert words(figure)[:2] == ["A: results/a", "B: results/b"]
    assert {"generator", "discriminator"} < set(words(figure))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["mnist: validation score (nats)", "mnist: losses (nats)"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"epoch"}


def test_every_seed_is_a_line_and_each_shared_experiment_a_row():
    side = {name: {s: history([1.0, s]) for s in (1, 2)} for name in ("mnist", "lfw")}
    figure = draw(("a", "b"), (side, side))
    assert len(figure.axes) == 4
    assert len(curves(figure.axes[0])) == 4


def test_early_scores_far_below_do_not_flatten_the_rest():
    scores = [-1e6, *np.linspace(100.0, 200.0, 39)]
    figure = draw(("a", "b"), ({"mnist": {1: history(scores)}}, {"mnist": {1: history(scores)}}))
    low, high = figure.axes[0].get_ylim()
    assert 0 < low < 130
    assert 200 < high < 220


def test_a_training_of_its_first_moment_alone_is_a_point():
    side = {"mnist": {1: pd.DataFrame({"epoch": [0.0], "selection_score": [7.0]})}}
    assert draw(("a", "b"), (side, side)).axes[0].get_ylim() == (6, 8)


def test_what_was_not_recorded_is_said():
    side = {"mnist": {1: pd.DataFrame({"epoch": [1.0], "learning_rate": [0.1]})}}
    figure = draw(("a", "b"), (side, side))
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert said == ["no validation score", "no losses"]


def test_the_picture_is_written_beside_the_text(runs, tmp_path, capsys):
    path = tmp_path / "out.png"
    assert main(["compare", *runs, "--plot", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(path)
    pixels = rgb(path)
    for colour in (style.BLUE, style.VERMILION):
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(pixels.astype(int) - wanted).max(1) <= 2).sum() > 500


@pytest.mark.parametrize(
    "damage", ["epoch,selection_score\n1,inf\n", "epoch\n", "epoch,loss_model\nx,y\n"]
)
def test_a_damaged_history_is_named(runs, damage, tmp_path, capsys):
    (tmp_path / "results/b/mnist/seed-1/history.csv").write_text(damage)
    assert main(["compare", *runs, "--plot", str(tmp_path / "out.png")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "mnist/seed-1/history.csv in " in line
    assert " is damaged" in line


def test_runs_without_a_common_experiment_are_refused(runs, tmp_path, capsys):
    (tmp_path / "results/b/mnist").rename(tmp_path / "results/b/faces")
    assert main(["compare", *runs, "--plot", str(tmp_path / "out.png")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "A and B share no experiment with a history (A has lfw, mnist; B has faces)" in line
    assert not (tmp_path / "out.png").exists()

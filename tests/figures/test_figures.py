"""Every figure: drawn from made data, twice the same, described in words."""

import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest
from figure_inputs import CHAIN, SETTINGS, history, inputs_of

import deepgen.figures
from deepgen.errors import DeepgenError
from deepgen.figures import (
    chain,
    interpolation,
    learning_curve,
    previews,
    samples,
    sigma_curve,
    style,
    training_curves,
)
from deepgen.figures.catalogue import FIGURES as CATALOGUE
from deepgen.papers import figures_of

MODULES = [module.name for module in pkgutil.iter_modules(deepgen.figures.__path__)]
# The last two are not of a report: they draw what a person asks for
NO_FIGURES = ("style", "catalogue", "grid", "two_runs")
FIGURES = [name for name in MODULES if name not in NO_FIGURES]


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_drawn_the_same_twice_and_captioned(name, tmp_path):
    module = importlib.import_module(f"deepgen.figures.{name}")
    settings = SETTINGS | {"figure": name} | ({"sampler": CHAIN} if name == "chain" else {})
    assert set(module.INPUTS) == set(inputs_of(name))
    for kind in ("png", "pdf"):
        for turn in ("first", "second"):
            drawn = module.draw(inputs_of(name), settings)
            style.save(drawn, tmp_path / f"{turn}.{kind}", kind)
        first, second = ((tmp_path / f"{turn}.{kind}").read_bytes() for turn in ("first", "second"))
        assert first == second
        assert len(first) > 3000
    width, height = drawn.get_size_inches()
    assert 4 < width < 8
    assert 1 < height < 10
    text = module.caption(inputs_of(name), settings)
    assert "seed 7" in text
    assert "Adversarial nets on MNIST" in text


@pytest.mark.parametrize("name", ["samples", "interpolation", "sigma_curve"])
def test_captions_say_which_checkpoint_the_rule_kept(name):
    module = importlib.import_module(f"deepgen.figures.{name}")
    text = module.caption(inputs_of(name), SETTINGS)
    best = "best Parzen score on validation images, scored every 5 epochs: epoch 60 of 60."
    assert best in text
    for other in ({"selection": {"rule": "last"}}, {"checkpoint": "last"}):
        text = module.caption(inputs_of(name), SETTINGS | other)
        assert "seed 7, the last checkpoint, after 60 epochs." in text
        assert "score on validation" not in text


def test_captions_do_not_speak_of_a_score_that_was_never_taken():
    text = samples.caption(inputs_of("samples") | {"history": history(4)}, SETTINGS)
    assert "the last checkpoint, because training ended before the first score, after 4 ep" in text


def test_captions_count_no_epochs_of_a_model_that_was_fitted_at_once():
    fitted = pd.DataFrame({"epoch": [1], "update": [500], "nll": [-900.0]})
    settings = SETTINGS | {"selection": {"rule": "last"}}
    text = samples.caption(inputs_of("samples") | {"history": fitted}, settings)
    assert "seed 7, the last checkpoint. The first 20" in text


def test_a_users_matplotlib_settings_change_nothing(tmp_path):
    import matplotlib

    style.save(samples.draw(inputs_of("samples"), SETTINGS), tmp_path / "a.png", "png")
    with matplotlib.rc_context({"font.size": 30, "savefig.bbox": "tight"}):
        style.save(samples.draw(inputs_of("samples"), SETTINGS), tmp_path / "b.png", "png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_tile_puts_images_row_by_row():
    images = np.zeros((2, 3, 4, 5, 1))
    images[1, 2] = 0.5
    canvas = style.tile(images, gap=1)
    assert canvas.shape == (11, 19, 1)
    assert (canvas[6:10, 13:18] == 0.5).all()
    assert (canvas[5] == 1).all()
    assert (canvas == 0.5).sum() == 20


def test_samples_pairs_neighbours_with_the_last_sample_of_each_row():
    inputs = inputs_of("samples")
    inputs["neighbours"]["images"] = inputs["samples"][[4, 9, 14, 19]].copy()
    inputs["neighbours"]["images"][3, 0] += 3
    assert "0.0, 0.0, 0.0, 3.0" in samples.caption(inputs, SETTINGS)


def test_sigma_curve_cuts_the_far_ends_and_says_so():
    inputs = inputs_of("sigma_curve")
    axes = sigma_curve.draw(inputs, SETTINGS).axes[0]
    low, high = axes.get_ylim()
    best = inputs["sigma_grid"]["log_likelihood"].max()
    assert low < best < high
    assert high - low < 2000
    assert "cut off" in sigma_curve.caption(inputs, SETTINGS)
    assert "fine sigma is on the edge" in sigma_curve.caption(inputs, SETTINGS)


def test_sigma_curve_joins_no_values_of_a_grid():
    lines = sigma_curve.draw(inputs_of("sigma_curve"), SETTINGS).axes[0].lines
    grid, search = (line for line in lines if len(line.get_xdata()) > 1)
    assert (grid.get_linestyle(), grid.get_marker()) == ("None", "o")
    assert (search.get_linestyle(), search.get_marker()) == ("-", "")
    assert set(grid.get_xdata()) < set(search.get_xdata())  # so the points lie on the line


def test_training_curves_leave_out_what_was_not_recorded():
    bare = pd.DataFrame({"epoch": [1], "loss_model": [0.7]})
    assert len(training_curves.draw({"history": bare}, SETTINGS).axes) == 1
    assert "no validation score" in training_curves.caption({"history": bare}, SETTINGS).lower()
    full = history(400)
    kept = int(full["epoch"][full["selection_score"].idxmax()])
    text = training_curves.caption({"history": full}, SETTINGS)
    assert f"the selected checkpoint, epoch {kept}, with the highest validation score" in text


def test_training_curves_have_lines_where_the_game_ends():
    losses, outputs = training_curves.draw(inputs_of("training_curves"), SETTINGS).axes
    for axes, value, text in ((losses, np.log(2), "ln 2"), (outputs, 0.5, "1/2")):
        assert [v for v in axes.lines if list(v.get_ydata()) == [value, value]]
        assert axes.get_ylim()[0] < value < axes.get_ylim()[1]
        assert text in [label.get_text() for label in axes.texts]
    assert "Dotted" in training_curves.caption(inputs_of("training_curves"), SETTINGS)
    other = SETTINGS | {"at_the_end": {}}
    assert not [
        label
        for axes in training_curves.draw(inputs_of("training_curves"), other).axes
        for label in axes.texts
    ]
    assert "Dotted" not in training_curves.caption(inputs_of("training_curves"), other)


def test_a_constant_curve_looks_constant():
    still = pd.DataFrame({"epoch": range(1, 41), "nll": -900 + 0.1 * np.sin(np.arange(40))})
    (axes,) = training_curves.draw({"history": still}, SETTINGS).axes
    low, high = axes.get_ylim()
    assert low < -900 < high
    assert np.ptp(still["nll"]) < 0.01 * (high - low)


def test_learning_curve_shows_both_estimators_and_what_they_are_compared_with():
    real = {"parzen, some grid": 243.7, "parzen, fine sigma": 245.5}
    reference = {
        name: {"log_likelihood": value, "num_samples": 9_590} for name, value in real.items()
    }
    inputs = inputs_of("learning_curve") | {"reference": reference}
    (axes,) = learning_curve.draw(inputs, SETTINGS).axes
    assert axes.get_xscale() == "log"
    scored = inputs["history"].dropna()
    curves = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) == len(scored)]
    for curve, name in zip(curves, ("selection_score", "fine_score"), strict=True):
        assert np.array_equal(curve, scored[name])
    level = [line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1]
    assert {243.7, 245.5, 225.0} <= set(level)
    assert axes.get_ylim()[1] > 245.5
    text = learning_curve.caption(inputs, SETTINGS)
    for fact in (
        "taken every 5 epochs of 400 epochs",
        "9,000 validation images under 2,000 samples",
        "first 1,000 validation images",
        "The tables score 10,000 other samples on 5,000 test images",
        "9,590 real training images in place of samples",
    ):
        assert fact in text


def test_learning_curve_of_an_old_history_has_one_curve_and_no_lines_that_do_not_compare():
    old = history(400).drop(columns=["fine_score", "fine_sigma"])
    settings = SETTINGS | {"selection": {"rule": "validation_likelihood", "every": 5}}
    for chosen, lines in ((SETTINGS, 3), (settings, 2)):  # the curve, the kept epoch, the paper
        (axes,) = learning_curve.draw({"history": old}, chosen).axes
        assert len(axes.lines) == lines
    assert axes.get_ylabel() == "log-likelihood of validation images (nats)"
    assert "Parzen" not in learning_curve.caption({"history": old}, settings)


def test_learning_curve_cuts_off_far_lower_scores_of_the_first_epochs_only():
    scores = np.linspace(1000.0, 1590.0, 80)
    for first, low, cut in ((900.0, 900.0, False), (-600.0, scores[8] - 250, True)):
        scored = history(400)
        scored.loc[scored["epoch"] % 5 == 0, "selection_score"] = scores
        scored.loc[scored["epoch"] <= 30, "selection_score"] = first
        scored["fine_score"] = scored["selection_score"]
        (axes,) = learning_curve.draw({"history": scored}, SETTINGS).axes
        assert low - 50 < axes.get_ylim()[0] < low
        assert ("are cut off" in learning_curve.caption({"history": scored}, SETTINGS)) == cut


def test_learning_curve_without_a_score_says_so():
    (axes,) = learning_curve.draw({"history": history(4)}, SETTINGS).axes
    assert "No validation score: training ended after 4 epochs" in axes.texts[0].get_text()
    assert "No validation score" in learning_curve.caption({"history": history(4)}, SETTINGS)


def test_training_curves_of_a_family_without_a_discriminator():
    """What EM records, and a training on the likelihood: nothing is called after an adversary."""
    measured = pd.DataFrame({"epoch": [1], "update": [50], "nll": [-900.0]})
    (axes,) = training_curves.draw({"history": measured}, SETTINGS).axes
    assert axes.get_title("left") == "−log p(y) of minibatches (nats)"
    settings = SETTINGS | {"selection": {"rule": "validation_likelihood", "every": 1}}
    trained = history(400)[["epoch", "update", "learning_rate", "loss_model", "selection_score"]]
    (axes,) = training_curves.draw({"history": trained}, settings).axes
    assert "model" in [text.get_text() for text in axes.get_legend().get_texts()]
    for content in (measured, trained):
        text = training_curves.caption({"history": content}, settings)
        assert not [word for word in ("Parzen", "outputs of D", "dropout") if word in text]
    assert "with the highest validation score, taken every epoch" in text


def test_training_curves_of_nothing_are_one_sentence():
    bare = pd.DataFrame({"epoch": [1], "update": [50], "learning_rate": [0.1]})
    with pytest.raises(DeepgenError, match="nothing to show: leave training_curves out"):
        training_curves.draw({"history": bare}, SETTINGS)


def test_the_catalogue_names_the_roles_of_every_module():
    for name, figure in figures_of("gan2014").items():
        module = importlib.import_module(f"deepgen.{figure.module}")
        assert set(figure.inputs) == set(module.INPUTS), name
        assert set(figure.optional) == set(getattr(module, "OPTIONAL", ())), name
    assert {figure.module for figure in CATALOGUE.values()} == {f"figures.{f}" for f in FIGURES}


def test_an_interpolation_of_another_shape_is_refused():
    inputs = {"interpolation": {"images": np.zeros((2, 784), np.float32)}}
    with pytest.raises(DeepgenError, match=r"shape \[2, 784\] where \[rows, steps, D\]"):
        interpolation.draw(inputs, SETTINGS)


@pytest.mark.parametrize(
    ("sampler", "grid", "said"),
    [
        (CHAIN, (10, 20), "Successive samples of a Markov chain, from left to right (rows go on"),
        (CHAIN | {"chains": 23}, (10, 10), "of 10 Markov chains, from left to right (each row is"),
        (CHAIN | {"chains": 3, "thinning": 50}, (3, 20), "a state every 50 steps, after 100 steps"),
        (CHAIN | {"chains": 230, "output": "draws"}, (10, 1), "as draws of the pixels"),
    ],
)
def test_rows_of_a_chain_are_its_successive_samples(sampler, grid, said):
    settings, inputs = SETTINGS | {"sampler": sampler}, inputs_of("chain")
    picture = chain.draw(inputs, settings).axes[0].images[0].get_array()
    assert picture.shape == (grid[0] * 29 + 1, grid[1] * 29 + 1)
    length = -(-230 // sampler["chains"])
    last = 199 if sampler["chains"] == 1 else (grid[0] - 1) * length + grid[1] - 1
    shown = picture[-29:-1, -29:-1]
    assert np.allclose(shown, inputs["samples"][last].reshape(28, 28))
    assert said in chain.caption(inputs, settings)


def test_captions_call_states_of_chains_no_random_draws():
    settings = SETTINGS | {"sampler": CHAIN | {"chains": 100, "thinning": 50}}
    text = samples.caption(inputs_of("samples"), settings)
    assert "The first 20 of 40 samples of 40 Markov chains, chain after chain, none chosen" in text
    assert "a state every 50 steps, after 100 steps, as means of the pixels, no draws" in text
    assert "random draw" not in text
    text = previews.caption(inputs_of("previews"), settings)
    assert "the same 10 samples from the same noise in every row" in text


def test_previews_must_fit_the_epochs_that_were_reached():
    inputs = inputs_of("previews") | {"history": history(20)}
    with pytest.raises(DeepgenError, match="6 snapshots that 20 epochs"):
        previews.draw(inputs, SETTINGS)


def test_previews_show_the_last_epoch_and_no_more_rows_than_can_be_read():
    inputs = inputs_of("previews")
    labels = [text.get_text() for text in previews.draw(inputs, SETTINGS).axes[0].texts]
    assert labels == [f"epoch {e}" for e in (0, 1, 2, 5, 10, 20, 50, 60)]
    assert "to epoch 60, the last one" in previews.caption(inputs, SETTINGS)
    many = {"previews": np.zeros((31, 2, 4, 4, 1)), "history": history(30)}
    settings = SETTINGS | {"preview_epochs": list(range(1, 31))}
    labels = [text.get_text() for text in previews.draw(many, settings).axes[0].texts]
    assert labels[0] == "epoch 0"
    assert labels[-1] == "epoch 30"
    assert len(labels) == previews.MOST


def test_contrast_normalised_images_are_shown_on_one_scale():
    """Grey is 0 and the largest absolute value is black or white, as the authors show them."""
    sheet = np.array([[-4.0, 0.0, 2.0], [1.0, -1.0, 0.0]])
    shown = style.displayed(sheet, "contrast-normalised")
    assert np.allclose(shown, [[0.0, 0.5, 0.75], [0.625, 0.375, 0.5]])
    assert np.allclose(style.displayed(sheet[1:], "contrast-normalised", sheet), shown[1:])
    assert style.displayed(sheet, "pixels") is sheet
    settings = SETTINGS | {"space": "contrast-normalised"}
    for name in ("samples", "interpolation", "previews"):
        module = importlib.import_module(f"deepgen.figures.{name}")
        assert "x / max|x|" in module.caption(inputs_of(name), settings)
        assert "x / max|x|" not in module.caption(inputs_of(name), SETTINGS)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (-12.34, "nearer to training images than unseen real images do, as copies would"),
        (1.2, "as near to training images as unseen real images do: no sign of copying"),
        (16.5, "further from training images than unseen real images do: they are no copies"),
    ],
)
@pytest.mark.parametrize("space", ["pixels", "contrast-normalised"])
def test_samples_say_in_words_whether_they_are_copies_in_the_scoring_space(value, found, space):
    result = {"value": value, "standard_error": 0.5, "held_out_share": 0.29}
    other = {"value": 9.0, "standard_error": 0.1, "held_out_share": 1.0}
    inputs = inputs_of("samples") | {"data_copying": {"features": other, space: result}}
    text = samples.caption(inputs, SETTINGS | {"space": space})
    assert found in text
    assert f"statistic {value:.1f} ± 0.5".replace("-", "−") in text
    assert "that hold 29% of the unseen images" in text
    assert "9.0" not in text


def test_a_stand_in_says_first_what_it_stands_in_for():
    stand_in = figures_of("gan2014")["figure2b_lfw"].own
    text = samples.caption(inputs_of("samples"), SETTINGS | stand_in)
    assert text.startswith("In place of Figure 2 b, which shows TFD. Adversarial nets on MNIST")


def test_samples_refuses_what_does_not_fit_by_the_figures_own_name():
    settings = SETTINGS | {"output": "figure2c"}
    few, other = inputs_of("samples"), inputs_of("samples")
    few["samples"] = few["samples"][:19]
    with pytest.raises(DeepgenError, match=r"^figure2c shows 20 samples .* got 19 and 4"):
        samples.draw(few, settings)
    other["samples"] = other["samples"][:, :100]
    with pytest.raises(DeepgenError, match=r"^figure2c got samples of"):
        samples.caption(other, settings)

"""Every figure: drawn from made data, twice the same, described in words."""

import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest
from figure_inputs import SETTINGS, history, inputs_of

import deepgen.figures
from deepgen.errors import DeepgenError
from deepgen.figures import interpolation, previews, samples, sigma_curve, style, training_curves
from deepgen.figures.catalogue import FIGURES as CATALOGUE
from deepgen.papers import figures_of

MODULES = [module.name for module in pkgutil.iter_modules(deepgen.figures.__path__)]
FIGURES = [name for name in MODULES if name not in ("style", "catalogue")]


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_drawn_the_same_twice_and_captioned(name, tmp_path):
    module = importlib.import_module(f"deepgen.figures.{name}")
    settings = SETTINGS | {"figure": name}
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
    assert "best Parzen score on validation images, scored every 5 epochs" in text
    for other in ({"selection": {"rule": "last"}}, {"checkpoint": "last"}):
        text = module.caption(inputs_of(name), SETTINGS | other)
        assert "seed 7, the last checkpoint." in text
        assert "score on validation" not in text


def test_captions_do_not_speak_of_a_score_that_was_never_taken():
    text = samples.caption(inputs_of("samples"), SETTINGS | {"epochs": 4})
    assert "the last checkpoint, because training ended before the first score" in text


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


def test_training_curves_leave_out_what_was_not_recorded():
    bare = pd.DataFrame({"epoch": [1], "loss_model": [0.7]})
    assert len(training_curves.draw({"history": bare}, SETTINGS).axes) == 1
    assert "no validation score" in training_curves.caption({"history": bare}, SETTINGS).lower()
    full = history(400)
    kept = int(full["epoch"][full["selection_score"].idxmax()])
    text = training_curves.caption({"history": full}, SETTINGS)
    assert "taken every 5 epochs" in text
    assert f"epoch {kept} " in text


def test_training_curves_of_a_family_without_a_discriminator():
    """What EM records, and a training on the likelihood: nothing is called after an adversary."""
    measured = pd.DataFrame({"epoch": [1], "update": [50], "nll": [-900.0]})
    (axes,) = training_curves.draw({"history": measured}, SETTINGS).axes
    assert axes.get_title("left") == "−log p(y) of minibatches (nats)"
    settings = SETTINGS | {"selection": {"rule": "validation_likelihood", "every": 1}}
    trained = history(400)[["epoch", "update", "learning_rate", "loss_model", "selection_score"]]
    first, last = training_curves.draw({"history": trained}, settings).axes
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["model"]
    assert last.get_title("left") == "validation log-likelihood (nats)"
    for content in (measured, trained):
        text = training_curves.caption({"history": content}, settings)
        assert not [word for word in ("Parzen", "outputs of D", "dropout") if word in text]
    assert (
        "The score is the log-likelihood of held-out validation images, taken every epoch" in text
    )


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


def test_previews_must_fit_the_epochs_that_were_reached():
    inputs = inputs_of("previews") | {"history": history(20)}
    with pytest.raises(DeepgenError, match="6 snapshots that 20 epochs"):
        previews.draw(inputs, SETTINGS)


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


def test_nearest_neighbours_come_with_the_data_copying_test():
    result = {"value": -12.34, "standard_error": 0.5}
    scores = {"features": {"value": 9.0, "standard_error": 0.1}, "pixels": result}
    inputs = inputs_of("samples") | {"data_copying": scores}
    text = samples.caption(inputs, SETTINGS)
    assert "in pixels the data-copying test gives C_T = −12.3 ± 0.5" in text
    assert "9.0" not in text
    stand_in = figures_of("gan2014")["figure2b_lfw"].own
    text = samples.caption(inputs, SETTINGS | stand_in)
    assert text.startswith("In place of Figure 2 b, which shows TFD. Adversarial nets on MNIST")


def test_the_copying_test_is_that_of_the_scoring_space():
    results = {
        "features": {"value": 55.5, "standard_error": 1.0},
        "contrast-normalised": {"value": -12.34, "standard_error": 0.5},
    }
    inputs = inputs_of("samples") | {"data_copying": results}
    text = samples.caption(inputs, SETTINGS | {"space": "contrast-normalised"})
    assert "in the contrast-normalised space the data-copying test gives C_T = −12.3 ± 0.5" in text
    assert "55.5" not in text


def test_samples_refuses_what_does_not_fit_by_the_figures_own_name():
    settings = SETTINGS | {"output": "figure2c"}
    few, other = inputs_of("samples"), inputs_of("samples")
    few["samples"] = few["samples"][:19]
    with pytest.raises(DeepgenError, match=r"^figure2c shows 20 samples .* got 19 and 4"):
        samples.draw(few, settings)
    other["samples"] = other["samples"][:, :100]
    with pytest.raises(DeepgenError, match=r"^figure2c got samples of"):
        samples.caption(other, settings)

"""The paper's figures: drawn from made arrays, twice the same, described in words."""

import importlib

import numpy as np
import pandas as pd
import pytest
import yaml

from deepgen.checks import check_experiment
from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.papers.nice2014.figures import estimator, inpainting, spectrum
from deepgen.papers.nice2014.settings import Nice2014
from deepgen.sections import check_section
from deepgen.settings import Experiment

EPOCHS = np.arange(1, 41)
EXACT = 1800 * (1 - np.exp(-EPOCHS / 10))
HISTORY = pd.DataFrame(
    {
        "epoch": EPOCHS,
        "update": 500 * EPOCHS,
        "learning_rate": 0.001,
        "loss_model": -EXACT,
        "selection_score": np.where(EPOCHS % 2 == 0, EXACT, np.nan),
        "parzen_score": np.where(EPOCHS % 2 == 0, 100 + np.sqrt(EPOCHS), np.nan),
        "parzen_fine_score": np.where(EPOCHS % 2 == 0, 120 - np.abs(EPOCHS - 20), np.nan),
    }
)
SETTINGS = {
    "seed": 7,
    "checkpoint": "selected",
    "selection": {
        "rule": "validation_likelihood_and_parzen",
        "every": 2,
        "num_samples": 9000,
        "sigma_examples": 500,
    },
    "images": {"valid": 10_000},
    "shape": [4, 4, 1],
    "space": "pixels",
    "title": "NICE",
    "dataset_title": "MNIST",
    **Nice2014().resolved(),
}
BLOCK = np.random.default_rng(1).random((10, 3, 16), np.float32)
INPUTS = {
    "inpainting": {"images": BLOCK, "start": BLOCK, "end": 1 - BLOCK},
    "sphere": {"images": BLOCK, "radius": np.float64(28)},
    "spectrum": {"sigma": np.geomspace(2, 0.01, 16)},
}


def inputs_of(name):
    return {"history": HISTORY} | {name: INPUTS[name] for name in INPUTS.keys() & {name}}


@pytest.mark.parametrize("name", ["inpainting", "sphere", "spectrum", "estimator"])
def test_a_figure_is_drawn_the_same_twice_and_captioned(name, tmp_path):
    module = importlib.import_module(f"deepgen.papers.nice2014.figures.{name}")
    assert set(module.INPUTS) == set(inputs_of(name))
    for kind in ("png", "pdf"):
        for turn in ("first", "second"):
            drawn = module.draw(inputs_of(name), SETTINGS)
            style.save(drawn, tmp_path / f"{turn}.{kind}", kind)
        first, second = ((tmp_path / f"{turn}.{kind}").read_bytes() for turn in ("first", "second"))
        assert first == second
    text = module.caption(inputs_of(name), SETTINGS)
    assert "NICE on MNIST, seed 7" in text
    assert "  " not in text


def test_the_caption_of_inpainting_says_how_long_and_by_which_schedule():
    text = inpainting.caption(inputs_of("inpainting"), SETTINGS)
    assert "The first 30 test images, 3 images a row" in text
    assert "111,895 steps by the released schedule of 70 frames" in text
    own = SETTINGS["inpainting"] | {"schedule": "printed", "steps": 1234}
    text = inpainting.caption(inputs_of("inpainting"), SETTINGS | {"inpainting": own})
    assert "1,234 steps by the printed schedule, with an image's whole gradient" in text
    text = inpainting.caption(inputs_of("inpainting"), SETTINGS | {"instead": "In place. "})
    assert text.startswith("In place. NICE on MNIST")


def test_the_caption_of_the_estimator_has_the_rank_correlations():
    text = estimator.caption(inputs_of("estimator"), SETTINGS)
    assert "of 9,000 samples on the 9,500 of them that did not choose σ" in text
    assert "Rank correlation of the two over epochs: 1.00 (grid σ) and " in text
    # Rises in 10 of 20 epochs, then falls: Spearman's coefficient by hand
    ranks = HISTORY.dropna()["parzen_fine_score"].rank()
    expected = np.corrcoef(np.arange(1, 21), ranks)[0, 1]
    assert f"{expected:.2f} (fine σ)".replace("-", "−") in text
    assert "The exact one is highest in epoch 40, Parzen's in 40 (grid σ) and 20 (fine σ)." in text
    assert "(20 of 40 were scored)" in text


@pytest.mark.parametrize("epochs", [1, 2, 4])
def test_few_scores_have_no_rank_correlation(epochs):
    short = {"history": HISTORY[:epochs]}
    estimator.draw(short, SETTINGS)
    text = estimator.caption(short, SETTINGS)
    assert "Rank correlation" not in text
    assert "nan" not in text
    ended = f"ended before both scores were taken, after {epochs:,} epochs" in text
    assert ended == (epochs == 1)
    columns = HISTORY[:epochs].drop(columns=["parzen_score", "parzen_fine_score"])
    assert "ended before both" in estimator.caption({"history": columns}, SETTINGS)


def test_what_cannot_be_shown_is_one_sentence():
    flat = {"images": BLOCK[0], "start": BLOCK, "end": BLOCK}
    with pytest.raises(DeepgenError, match=r"images of shape \[3, 16\]"):
        inpainting.draw({"inpainting": flat, "history": HISTORY}, SETTINGS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"training": {"selection": {"rule": "validation_likelihood"}}},
            "figures[0] is 'estimator', which shows what training.selection.rule "
            "validation_likelihood_and_parzen records, not validation_likelihood",
        ),
        (
            {"figures": ["figure6"], "score_space": {"name": "contrast-normalised"}},
            "figures[0] is 'figure6', which needs the score_space pixels, not contrast-normalised",
        ),
    ],
)
def test_figures_that_cannot_be_are_refused_at_planning(root, changes, said):
    content = yaml.safe_load((root / "config/experiments/mnist-nice.yaml").read_text())
    content["figures"] = ["estimator"]
    for key, value in changes.items():
        content[key] = content[key] | value if key == "training" else value
    with pytest.raises(DeepgenError) as caught:
        check_experiment(check_section(Experiment, content, "the file"), "the file")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("smallest", "scale"), [(0.5, "linear"), (0.001, "log")])
def test_scales_that_hardly_differ_have_an_axis_that_one_can_read(smallest, scale):
    sigma = np.geomspace(0.54, smallest, 3072)
    figure = spectrum.draw({"spectrum": {"sigma": sigma}}, {})
    (axes,) = figure.axes
    assert axes.get_yscale() == scale
    shown = figure.get_window_extent()
    assert axes.get_tightbbox().x0 >= shown.x0
    assert sum(bool(label.get_text()) for label in axes.get_yticklabels()) >= 3

"""From samples to a score, as the command line runs it."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from deepgen.cli import main
from deepgen.config import load_experiment
from deepgen.engine.resolve import stage_settings
from deepgen.evaluation.catalogue import SCORES, splits
from deepgen.evaluation.classifier import Classifier
from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.tensors import write_tensors

SPACE = {"score_space": {"name": "pixels"}, "threads": 1}
PARZEN_SCORE = SPACE | {"score": "parzen", "reads": ["test"]}
PARZEN = {
    "grid": {"start": 0.1, "stop": 1.0, "num": 10},
    "fine_range": [0.02, 2.0],
    "fine_tolerance": 0.01,
    "sigma_examples": 1000,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, mnist_bytes):
    """Prepared data: real validation and test images, and 10,000 training images."""
    folder = tmp_path_factory.mktemp("scoring")
    for split, images in {
        "train": mnist_bytes["train"][:10_000],
        "valid": mnist_bytes["train"][50_000:],
        "test": mnist_bytes["test"],
    }.items():
        np.save(folder / f"{split}.npy", images.reshape(-1, 28, 28, 1))
    return folder


def run(folder, stage, settings, *more):
    arguments = ["--settings", json.dumps(settings), "--out", str(folder)]
    store = ["--store", str(folder / "store")]
    assert main([stage, *arguments, *store, *map(str, more)]) == 0


def test_training_images_as_samples_give_the_golden_value(folder, mnist):
    np.save(folder / "samples.npy", mnist["train"][:10_000])
    data = ("--samples", folder / "samples.npy", "--data", folder)
    run(folder, "select-sigma", SPACE | {"parzen": PARZEN}, *data)
    run(
        folder,
        "score",
        PARZEN_SCORE | {"folds": 0},
        *data,
        "--sigma",
        folder / "sigma.json",
    )

    curve = pd.read_csv(folder / "sigma_grid.csv")
    grid = curve[curve.estimator == RELEASED_GRID]
    assert grid.log_likelihood.max() == pytest.approx(238.1233, abs=1e-3)
    scores = json.loads((folder / "parzen.json").read_text())
    paper = scores[RELEASED_GRID]
    assert paper["sigma"] == pytest.approx(0.166810, abs=1e-6)
    assert paper["log_likelihood"] == pytest.approx(241.1929, abs=1e-3)
    assert paper["standard_error"] == pytest.approx(2.1303, abs=1e-3)
    assert paper["num_test_examples"] == paper["num_samples"] == 10_000
    assert scores[FINE_SIGMA]["log_likelihood"] > paper["log_likelihood"]
    # Every image's own, the estimators in the order of the file
    values = np.load(folder / "parzen.npy")
    assert (values.shape, values.dtype) == ((2, 10_000), np.float64)
    means = [scores[estimator]["log_likelihood"] for estimator in sorted(scores)]
    assert values.mean(1) == pytest.approx(means)
    sigmas, on_grid = np.transpose(paper["grid_scores"])
    assert sigmas == pytest.approx(np.logspace(-1, 0, 10))
    assert on_grid[2] == paper["log_likelihood"] == max(on_grid)


def test_a_set_with_folds_has_a_sigma_and_a_score_in_each(folder, tmp_path, mnist, mnist_bytes):
    np.save(tmp_path / "samples.npy", mnist["train"][:500])
    sigmas, alone = [], []
    for k in (1, 2, 3):
        fold = tmp_path / f"fold-{k}"
        fold.mkdir()
        for split, start in (("valid", 100 * k), ("test", 1000 + 200 * k)):
            images = mnist_bytes["test"][start : start + 50 * k].reshape(-1, 28, 28, 1)
            np.save(fold / f"{split}.npy", images)
        samples = ("--samples", tmp_path / "samples.npy", "--data", fold)
        run(fold, "select-sigma", SPACE | {"parzen": PARZEN}, *samples)
        sigma = ("--sigma", fold / "sigma.json")
        run(fold, "score", PARZEN_SCORE | {"folds": 0}, *samples, *sigma)
        sigmas.append(fold / "sigma.json")
        alone.append(json.loads((fold / "parzen.json").read_text())[RELEASED_GRID])
    settings = PARZEN_SCORE | {"folds": 3}
    samples = ("--samples", tmp_path / "samples.npy", "--data", tmp_path)
    run(tmp_path, "score", settings, *samples, "--sigma", *sigmas)
    whole = json.loads((tmp_path / "parzen.json").read_text())[RELEASED_GRID]
    values = np.array([score["log_likelihood"] for score in alone])
    assert whole["log_likelihood"] == pytest.approx(values.mean())
    assert whole["standard_error"] == pytest.approx(values.std(ddof=1) / 3**0.5)
    assert whole["standard_error_over"] == "folds"
    assert [fold["log_likelihood"] for fold in whole["per_fold"]] == values.tolist()
    assert whole["sigmas"] == [score["sigma"] for score in alone]
    assert whole["num_test_examples"] == 50 + 100 + 150
    joined = [np.load(tmp_path / f"fold-{k}/parzen.npy") for k in (1, 2, 3)]
    assert np.array_equal(np.load(tmp_path / "parzen.npy"), np.concatenate(joined, axis=1))
    assert np.array(whole["grid_scores"]) == pytest.approx(
        np.mean([score["grid_scores"] for score in alone], axis=0)
    )


COMPARISON = {"seed": 1, "num_samples": 300, "held_out": "test"}


def compare(name, **more):
    comparison = COMPARISON | more
    reads = splits(name, comparison["held_out"])
    own = {"quantised": True} if SCORES[name].quantised else {}
    return SPACE | {"score": name, "comparison": comparison, "reads": reads} | own


@pytest.mark.parametrize("name", [n for n, score in SCORES.items() if score.of == "samples"])
def test_the_slice_of_an_experiment_has_the_same_keys(root, name):
    """So that the settings of these tests are those of a real run."""
    found = stage_settings("score", load_experiment(root / "config/experiments/mnist.yaml"), name)
    if name == "parzen":
        assert found == PARZEN_SCORE | {"folds": 0}
        return
    made = compare(name) | {"features": "classifier"}
    assert found.keys() == made.keys()
    assert found["reads"] == made["reads"]
    assert set(made["comparison"]) <= set(found["comparison"])


@pytest.mark.parametrize("name", [n for n, score in SCORES.items() if score.of == "samples"])
def test_a_score_opens_the_splits_that_the_catalogue_names_and_no_other(
    folder, tmp_path, mnist, name
):
    """The plan knows them without the score's module, which needs torch."""
    settings = PARZEN_SCORE | {"folds": 0}
    if name != "parzen":
        own = {"neighbours": 3, "cells": 1}
        settings = compare(name, **{k: own[k] for k in SCORES[name].settings if k in own})
    for split in settings["reads"]:
        np.save(tmp_path / f"{split}.npy", np.load(folder / f"{split}.npy")[:300])
    np.save(tmp_path / "samples.npy", mnist["train"][:300])
    sigma = {RELEASED_GRID: {"sigma": 0.2, "on_grid_edge": False, "grid": [0.1, 1.0, 10]}}
    (tmp_path / "sigma.json").write_text(json.dumps(sigma))
    sigma = ("--sigma", tmp_path / "sigma.json") if name == "parzen" else ()
    files = ("--samples", tmp_path / "samples.npy", "--data", tmp_path)
    run(tmp_path, "score", settings, *files, *sigma)
    assert (tmp_path / f"{name}.json").exists()
    (tmp_path / f"{settings['reads'][-1]}.npy").unlink()
    words = ["score", "--settings", json.dumps(settings), "--out", str(tmp_path / "again")]
    words += ["--store", str(tmp_path / "other"), *map(str, (*files, *sigma))]
    assert main(words) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_samples_that_are_not_finite_choose_and_store_no_sigma(
    folder, tmp_path, mnist, capsys, value
):
    samples = mnist["train"][:50].copy()
    samples[3, 4] = value
    np.save(tmp_path / "samples.npy", samples)
    files = ["--samples", tmp_path / "samples.npy", "--data", folder]
    places = ["--out", tmp_path / "out", "--store", tmp_path / "store"]
    few = SPACE | {"parzen": PARZEN | {"sigma_examples": 20}}
    sigma = {RELEASED_GRID: {"sigma": 0.2, "on_grid_edge": False, "grid": [0.1, 1.0, 10]}}
    (tmp_path / "sigma.json").write_text(json.dumps(sigma))
    more = ["--sigma", tmp_path / "sigma.json"]
    for stage, settings, own in (
        ("select-sigma", few, []),
        ("score", PARZEN_SCORE | {"folds": 0}, more),
    ):
        words = [stage, "--settings", json.dumps(settings), *files, *places, *own]
        assert main([*map(str, words)]) == 1
        assert "samples.npy: sample 3, counted from 0, has the value" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.name == "manifest.json"]
    assert not list((tmp_path / "out").iterdir())


SIGMA = {"sigma": 0.2, "on_grid_edge": False, "grid": [0.1, 1.0, 10]}


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[1]",
        '"x"',
        "{",
        json.dumps({RELEASED_GRID: [1]}),
        json.dumps({"another": SIGMA}),
        json.dumps({RELEASED_GRID: SIGMA | {"more": 1}}),
        json.dumps({RELEASED_GRID: SIGMA | {"on_grid_edge": "x"}}),
        *(
            json.dumps({RELEASED_GRID: SIGMA | {"sigma": sigma}})
            for sigma in (np.inf, np.nan, 1e308, 1e-300, 0, -1, "0.3", True, None, [0.3])
        ),
        *(
            json.dumps({RELEASED_GRID: SIGMA | {"grid": grid}})
            for grid in ("x", [], [0.1, 1], [0.1, 1, 1e9], [0.1, 1, 10**9], [0, 1, 3], {"a": 1})
        ),
    ],
)
def test_a_sigma_that_was_not_chosen_is_one_sentence(folder, tmp_path, mnist, capsys, content):
    np.save(tmp_path / "samples.npy", mnist["train"][:50])
    (tmp_path / "sigma.json").write_text(content)
    files = ["--samples", tmp_path / "samples.npy", "--data", folder]
    files += ["--sigma", tmp_path / "sigma.json"]
    places = ["--out", tmp_path / "out", "--store", tmp_path / "store"]
    settings = json.dumps(PARZEN_SCORE | {"folds": 0})
    assert main([*map(str, ["score", "--settings", settings, *files, *places])]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{tmp_path / 'sigma.json'} is " in line
    assert "run deepgen select-sigma again" in line


def test_the_held_out_images_may_be_those_of_validation(folder, tmp_path, mnist):
    """For the data-copying test: here the held-out images are the samples themselves."""
    np.save(tmp_path / "samples.npy", mnist["train"][50_000:50_300])
    files = ("--samples", tmp_path / "samples.npy", "--data", folder)
    results = {}
    for held_out in ("test", "valid"):
        settings = compare("data_copying", held_out=held_out, cells=1)
        assert settings["reads"] == ["test", "valid", "train"]
        run(tmp_path, "score", settings, *files)
        results[held_out] = json.loads((tmp_path / "data_copying.json").read_text())["pixels"]
    assert results["test"] != results["valid"]


@pytest.mark.parametrize(("name", "quantised"), [("mmd", False), ("two_sample", True)])
def test_the_two_sample_test_sees_quantised_images(folder, tmp_path, mnist, name, quantised):
    """A noise that rounds away changes nothing then, and something otherwise."""
    noise = np.random.default_rng(0).uniform(-0.0019, 0.0019, (300, 784)).astype(np.float32)
    images, values = mnist["test"][5000:5300], []
    for samples in (images, images + noise):
        np.save(tmp_path / "samples.npy", samples)
        files = ("--samples", tmp_path / "samples.npy", "--data", folder)
        run(tmp_path, "score", compare(name), *files)
        values.append(json.loads((tmp_path / f"{name}.json").read_text())["pixels"])
    assert (values[0] == values[1]) == quantised


def test_the_data_copying_test_reads_the_training_set(folder, tmp_path, mnist):
    settings = compare("data_copying", cells=1)
    found = {}
    for name, images in (
        ("copies", mnist["train"][:300]),
        ("fresh", mnist["train"][55_000:55_300]),
    ):
        np.save(tmp_path / "samples.npy", images)
        samples = ("--samples", tmp_path / "samples.npy", "--data", folder)
        run(tmp_path, "score", settings, *samples)
        found[name] = json.loads((tmp_path / "data_copying.json").read_text())["pixels"]["value"]
    assert found["copies"] < -20
    assert abs(found["fresh"]) < 5


def write_classifier(path, shape, space):
    model = Classifier(shape, 10)
    model.initialise(torch.Generator().manual_seed(1))
    metadata = {"shape": list(shape), "classes": 10, "space": space}
    write_tensors(path, model.state_dict(), metadata)


def test_only_a_classifier_of_the_same_images_is_used(folder, tmp_path, capsys, mnist):
    samples, path = tmp_path / "samples.npy", tmp_path / "classifier.safetensors"
    np.save(samples, mnist["train"][:300])
    for split in ("test", "valid"):
        count = len(np.load(folder / f"{split}.npy"))
        features = np.random.default_rng(1).random((count, 128), np.float32)
        np.save(tmp_path / f"{split}_features.npy", features)
    files = ("--samples", samples, "--features", tmp_path)
    settings = compare("mmd") | {"features": "classifier"}
    # 14 x 14 would make four images of each, and 56 x 14 one with its pixels in disorder
    for shape, space, said in (
        ((14, 14, 1), "pixels", "of 14 x 14 x 1 in the space pixels, but"),
        ((56, 14, 1), "pixels", "of 56 x 14 x 1 in the space pixels, but"),
        ((32, 32, 3), "pixels", "of 32 x 32 x 3 in the space pixels, but"),
        ((28, 28, 1), "contrast-normalised", "but these are of 28 x 28 x 1 in pixels"),
    ):
        write_classifier(path, shape, space)
        error = refused(folder, "score", settings, capsys, *files)
        assert f"{path} is the classifier of images" in error
        assert said in error
    write_classifier(path, (28, 28, 1), "pixels")
    run(tmp_path, "score", settings, "--data", folder, *files)
    assert json.loads((tmp_path / "mmd.json").read_text()).keys() == {"pixels", "features"}
    np.save(tmp_path / "test_features.npy", np.ones((3, 128), np.float32))
    error = refused(folder, "score", settings, capsys, *files)
    assert "test_features.npy does not have the features of test: run deepgen classify" in error


def test_a_missing_sigma_or_classifier_is_one_sentence(folder, capsys):
    np.save(folder / "samples.npy", np.zeros((20, 784), np.float32))
    samples = ("--samples", folder / "samples.npy")
    settings = PARZEN_SCORE | {"folds": 5}
    error = refused(folder, "score", settings, capsys, *samples, "--sigma", "one", "two")
    assert "--sigma needs 5 files, one a fold, not 2" in error
    settings = compare("mmd") | {"features": "classifier"}
    error = refused(folder, "score", settings, capsys, *samples)
    assert "give --features if and only if features are compared" in error


def test_a_reference_is_made_of_training_images(folder, mnist):
    settings = SPACE | {"reference": "training-images", "num_samples": 20, "seed": 1}
    run(folder, "reference", settings, "--data", folder)
    samples = np.load(folder / "samples.npy")
    assert samples.shape == (20, 784)
    assert all((image == mnist["train"][:10_000]).all(1).any() for image in samples)


def test_one_constant_image_needs_no_seed(folder, mnist):
    run(folder, "reference", SPACE | {"reference": "constant-image"}, "--data", folder)
    samples = np.load(folder / "samples.npy")
    mean = mnist["train"][:10_000].mean(0, dtype=float, keepdims=True)
    assert samples == pytest.approx(mean, abs=1e-6)


def refused(folder, stage, settings, capsys, *more):
    """The one line that a stage says before it leaves with 1."""
    arguments = ["--settings", json.dumps(settings), "--out", str(folder / "out")]
    folders = ["--data", str(folder), "--store", str(folder / "store")]
    assert main([stage, *arguments, *folders, *map(str, more)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_an_unknown_reference_is_one_sentence(folder, capsys):
    settings = SPACE | {"reference": "k-means", "num_samples": 20, "seed": 1}
    error = refused(folder, "reference", settings, capsys)
    assert "reference is 'k-means': must be 'training-images', 'kmeans', 'gaussian' or" in error

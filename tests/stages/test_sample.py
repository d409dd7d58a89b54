"""From a model to samples, as the command line runs it."""

import json

import numpy as np
import pytest

from deepgen.cli import main
from deepgen.engine.identity import model_code
from deepgen.families.loading import build_model, save_model
from deepgen.seeds import stream

MODEL = {
    "family": "gan",
    "noise": {"size": 5, "distribution": "uniform"},
    "generator": [{"kind": "sigmoid", "irange": 0.5, "bias": 0.0}],
}
SPACES = {"model_space": {"name": "pixels"}, "score_space": {"name": "pixels"}}
SETTINGS = SPACES | {"model": MODEL, "num_samples": 50, "threads": 1}


@pytest.fixture
def model(tmp_path):
    network = build_model(SETTINGS, (4, 3, 1))
    network.initialise(None, stream(1, "model"))
    code = model_code(SETTINGS)
    save_model(tmp_path / "selected.safetensors", network, SETTINGS, (4, 3, 1), code)
    return network


def run(folder, settings, *more):
    arguments = ["--settings", json.dumps(settings), "--out", str(folder)]
    files = ["--model", str(folder / "selected.safetensors"), "--store", str(folder / "store")]
    return main(["sample", *arguments, *files, *more])


def test_samples_depend_on_the_seed_alone(tmp_path, model):
    drawn = []
    for seed in ("1", "1", "2"):
        assert run(tmp_path, SETTINGS, "--seed", seed) == 0
        drawn.append(np.load(tmp_path / "samples.npy"))
    assert drawn[0].shape == (50, 12)
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_a_model_of_another_experiment_is_refused(tmp_path, model, capsys):
    other = MODEL | {"noise": {"size": 5, "distribution": "gaussian"}}
    for changes in ({"model": other}, {"model_space": {"name": "dequantised"}}):
        assert run(tmp_path, SETTINGS | changes, "--seed", "1") == 1
        error = capsys.readouterr().err
        assert "another experiment" in error
        assert error.count("\n") == 1
        assert not (tmp_path / "samples.npy").exists()


def test_samples_lie_in_the_scoring_space(tmp_path, model):
    """One model file serves experiments with other scoring spaces."""
    assert run(tmp_path, SETTINGS, "--seed", "1") == 0
    pixels = np.load(tmp_path / "samples.npy")
    settings = SETTINGS | {"score_space": {"name": "contrast-normalised"}}
    assert run(tmp_path, settings, "--seed", "1") == 0
    centred = pixels - pixels.mean(axis=1, keepdims=True)
    expected = 55 * centred / np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(np.load(tmp_path / "samples.npy"), expected, atol=1e-3)


def test_a_model_of_other_code_is_refused(tmp_path, model, capsys):
    code = model_code(SETTINGS) | {"deepgen.families.gan.model": "0123456789ab"}
    save_model(tmp_path / "selected.safetensors", model, SETTINGS, (4, 3, 1), code)
    assert run(tmp_path, SETTINGS, "--seed", "1") == 1
    error = capsys.readouterr().err
    assert "was made by other code (deepgen.families.gan.model changed since)" in error
    assert error.count("\n") == 1

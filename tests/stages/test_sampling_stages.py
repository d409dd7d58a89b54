"""From a model to samples and lines in z space, as the command line runs it."""

import json

import numpy as np
import pytest
import torch

from deepgen.cli import main
from deepgen.jobs.identity import code_from
from deepgen.models.loading import build_model, save_model
from deepgen.seeds import stream

MODEL = {
    "family": "gan",
    "space": "pixels",
    "noise": {"size": 5, "distribution": "uniform"},
    "generator": [
        {
            "kind": "sigmoid",
            "units": None,
            "irange": 0.5,
            "bias": 0.0,
            "sparse": None,
            "max_col_norm": None,
        }
    ],
}


@pytest.fixture
def model(tmp_path):
    network = build_model(MODEL, (4, 3, 1))
    network.initialise(None, stream(1, "model"))
    code = code_from("deepgen.models.gan")
    save_model(tmp_path / "selected.safetensors", network, MODEL, (4, 3, 1), code)
    return network


def run(folder, stage, settings, *more):
    arguments = ["--settings", json.dumps(settings), "--out", str(folder)]
    files = ["--model", str(folder / "selected.safetensors"), "--store", str(folder / "store")]
    return main([stage, *arguments, *files, *more])


def test_samples_depend_on_the_seed_alone(tmp_path, model):
    settings = {"model": MODEL, "num_samples": 50, "threads": 1}
    drawn = []
    for seed in ("1", "1", "2"):
        assert run(tmp_path, "sample", settings, "--seed", seed) == 0
        drawn.append(np.load(tmp_path / "samples.npy"))
    assert drawn[0].shape == (50, 12)
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_a_line_is_straight_in_z(tmp_path, model):
    line = {"seed": 3, "rows": 2, "steps": 5}
    assert run(tmp_path, "interpolate", {"model": MODEL, "interpolation": line, "threads": 1}) == 0
    images = np.load(tmp_path / "interpolation.npy")
    assert images.shape == (2, 5, 12)
    # One sigmoid layer: the logits of the images are linear in z, so they lie on a line, too
    logits = torch.logit(torch.from_numpy(images).double())
    steps = logits.diff(dim=1)
    assert torch.allclose(steps, steps[:, :1].expand_as(steps), atol=1e-4)
    assert steps.abs().max() > 0.01


def test_a_model_of_another_experiment_is_refused(tmp_path, model, capsys):
    other = MODEL | {"noise": {"size": 5, "distribution": "gaussian"}}
    settings = {"model": other, "num_samples": 50, "threads": 1}
    assert run(tmp_path, "sample", settings, "--seed", "1") == 1
    error = capsys.readouterr().err
    assert "another experiment" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "samples.npy").exists()

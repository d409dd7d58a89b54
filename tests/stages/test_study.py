"""Stage `study`: from a model or samples to what a figure shows, as the command line runs it."""

import json

import numpy as np
import pytest
import torch

from deepgen.cli import main
from deepgen.config import load_experiment
from deepgen.engine.identity import model_code
from deepgen.engine.resolve import stage_settings
from deepgen.families.loading import build_model, save_model
from deepgen.seeds import stream

COMMON = {"score_space": {"name": "pixels"}, "threads": 1}
NEIGHBOURS = COMMON | {
    "study": "evaluation.neighbours",
    "reads": ["train"],
    "fewest_samples": 20,
}
INTERPOLATION = COMMON | {
    "study": "samplers.interpolation",
    "model": {
        "family": "gan",
        "noise": {"size": 5, "distribution": "uniform"},
        "generator": [{"kind": "sigmoid", "irange": 0.5, "bias": 0.0}],
    },
    "model_space": {"name": "pixels"},
    "interpolation": {"seed": 3, "rows": 2, "steps": 5},
}


@pytest.fixture
def model(tmp_path):
    """A model file of images of 4 x 3."""
    network = build_model(INTERPOLATION, (4, 3, 1))
    network.initialise(None, stream(1, "model"))
    path = tmp_path / "selected.safetensors"
    save_model(path, network, INTERPOLATION, (4, 3, 1), model_code(INTERPOLATION))
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory, mnist_bytes):
    """Prepared data: 10,000 training images and no other split."""
    folder = tmp_path_factory.mktemp("studied")
    np.save(folder / "train.npy", mnist_bytes["train"][:10_000].reshape(-1, 28, 28, 1))
    return folder


@pytest.fixture
def study(tmp_path, capsys):
    """Run `deepgen study`; what it said in its one line, empty if it worked."""

    def run(settings, out="out", **files):
        words = ["study", "--settings", json.dumps(settings), "--out", str(tmp_path / out)]
        words += ["--store", str(tmp_path / out / "store")]
        for name, path in files.items():
            words += [f"--{name}", str(path)]
        code = main(words)
        error = capsys.readouterr().err
        assert (code, error.count("\n")) == ((1, 1) if error else (0, 0))
        return error

    return run


@pytest.mark.parametrize(
    ("name", "settings"), [("neighbours", NEIGHBOURS), ("interpolation", INTERPOLATION)]
)
def test_the_slice_of_an_experiment_has_the_same_keys(root, name, settings):
    experiment = load_experiment(root / "config/experiments/mnist.yaml")
    found = stage_settings("study", experiment, name)
    assert found.keys() == settings.keys()
    for key in {"study", "reads", "fewest_samples"} & settings.keys():
        assert found[key] == settings[key]


def test_a_line_is_straight_in_z(tmp_path, study, model):
    assert not study(INTERPOLATION, model=model)
    (images,) = np.load(tmp_path / "out" / "interpolation.npz").values()
    assert images.shape == (2, 5, 12)
    # One sigmoid layer: the logits of the images are linear in z, so they lie on a line, too
    logits = torch.logit(torch.from_numpy(images).double())
    steps = logits.diff(dim=1)
    assert torch.allclose(steps, steps[:, :1].expand_as(steps), atol=1e-4)
    assert steps.abs().max() > 0.01


def test_lines_end_in_draws_of_the_prior_that_depend_on_their_seed(tmp_path, study, model):
    for seed, out in ((3, "one"), (3, "two"), (4, "three")):
        line = {"seed": seed, "rows": 2, "steps": 5}
        assert not study(INTERPOLATION | {"interpolation": line}, out, model=model)
    first, again, other = (
        np.load(tmp_path / out / "interpolation.npz")["images"] for out in ("one", "two", "three")
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    ends = np.concatenate([first[:, 0], first[:, -1]])
    assert len(np.unique(ends, axis=0)) == 4
    # Every z lies in (-sqrt 3, sqrt 3)
    network = build_model(INTERPOLATION, (4, 3, 1))
    network.initialise(None, stream(1, "model"))
    weight = network.layers[0].weight.detach().double().numpy()
    z = np.linalg.lstsq(weight.T, torch.logit(torch.from_numpy(ends).double()).numpy().T)[0]
    assert 0.5 < np.abs(z).max() < 3**0.5 + 1e-3


def test_lines_are_in_the_scoring_space(tmp_path, study, model):
    assert not study(INTERPOLATION, "pixels", model=model)
    settings = INTERPOLATION | {"score_space": {"name": "contrast-normalised"}}
    assert not study(settings, "normalised", model=model)
    pixels, found = (
        np.load(tmp_path / out / "interpolation.npz")["images"] for out in ("pixels", "normalised")
    )
    centred = pixels - pixels.mean(axis=2, keepdims=True)
    norms = np.linalg.norm(centred, axis=2, keepdims=True)
    assert np.allclose(found, 55 * centred / norms, atol=1e-3)


def test_neighbours_are_those_of_the_last_sample_of_each_row(tmp_path, study, data, mnist):
    samples = np.zeros((20, 784), np.float32)
    samples[[4, 9, 14, 19]] = mnist["train"][[10, 20, 30, 40]] + 0.001
    np.save(tmp_path / "samples.npy", samples)
    assert not study(NEIGHBOURS, samples=tmp_path / "samples.npy", data=data)
    found = np.load(tmp_path / "out" / "neighbours.npz")
    assert found["indices"].tolist() == [10, 20, 30, 40]
    assert np.allclose(found["distances"], 0.001 * 28, rtol=1e-3)
    assert np.allclose(found["images"], mnist["train"][[10, 20, 30, 40]])


def test_too_few_samples_for_neighbours_are_one_sentence(tmp_path, study, data):
    np.save(tmp_path / "few.npy", np.zeros((19, 784), np.float32))
    error = study(NEIGHBOURS, samples=tmp_path / "few.npy", data=data)
    assert "few.npy has 19 samples, but 20 are shown: raise num_samples" in error


def test_a_damaged_file_is_named(tmp_path, study, data):
    (tmp_path / "samples.npy").write_bytes(b"no array")
    error = study(NEIGHBOURS, samples=tmp_path / "samples.npy", data=data)
    assert "samples.npy is damaged" in error


def test_samples_of_other_images_are_one_sentence(tmp_path, study, data):
    np.save(tmp_path / "samples.npy", np.zeros((20, 12), np.float32))
    error = study(NEIGHBOURS, samples=tmp_path / "samples.npy", data=data)
    assert "samples.npy holds torch.float32 [20, 12] where float32 [n, 784] is expected" in error


def test_samples_that_were_altered_after_they_were_made_are_refused(tmp_path, study, data, capsys):
    settings = COMMON | {"reference": "training-images", "num_samples": 20, "seed": 1}
    made = ["--out", str(tmp_path), "--data", str(data), "--store", str(tmp_path / "store")]
    assert main(["reference", "--settings", json.dumps(settings), *made]) == 0
    np.save(tmp_path / "samples.npy", np.zeros((20, 784), np.float32))
    capsys.readouterr()
    error = study(NEIGHBOURS, samples=tmp_path / "samples.npy", data=data)
    assert "samples.npy is not what was made there, as its provenance tells" in error


def test_another_model_is_refused(tmp_path, study, model):
    other = INTERPOLATION["model"] | {"noise": {"size": 5, "distribution": "gaussian"}}
    error = study(INTERPOLATION | {"model": other}, model=model)
    assert "another experiment" in error
    assert not (tmp_path / "out" / "interpolation.npz").exists()


def test_files_that_a_study_does_not_start_from_are_named(tmp_path, study, data, model):
    samples = tmp_path / "samples.npy"
    for settings, files, said in (
        (NEIGHBOURS, {"data": data}, "starts from samples: give --samples"),
        (NEIGHBOURS, {"samples": samples}, "reads images: give --data"),
        (NEIGHBOURS, {"samples": samples, "model": model}, "from samples: leave out --model"),
        (INTERPOLATION, {}, "starts from model: give --model"),
        (INTERPOLATION, {"model": model, "samples": samples}, "from model: leave out --samples"),
    ):
        assert said in study(settings, **files)
    assert "study 'nothing.here' is not known" in study(COMMON | {"study": "nothing.here"})

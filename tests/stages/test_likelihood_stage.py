"""Stage `likelihood`: what it writes, and what it refuses."""

import json

import numpy as np
import pytest

from deepgen.errors import DeepgenError
from deepgen.stages.likelihood import likelihood
from deepgen.stages.train import train
from tests.families.mixture.tiny import CASES
from tests.families.test_every_family import resolved


@pytest.fixture
def mixture(tmp_path, tiny_data, mnist_bytes):
    """A mixture fitted to a few digits, its settings, and a prepared folder with a test split."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("train", "valid"):
        np.save(data / f"{name}.npy", np.load(tiny_data / f"{name}.npy"))
    np.save(data / "test.npy", mnist_bytes["test"][:200].reshape(-1, 28, 28, 1))
    settings = resolved(CASES["EM"], epochs=1)
    train(data, tmp_path, [tmp_path / "state"], settings, 1, "key", {}, device="cpu")
    return tmp_path / "selected.safetensors", data, settings


def taken(mixture, out, **changed):
    model, data, settings = mixture
    likelihood(model, data, out, settings | changed, {}, "cpu")
    return np.load(out / "loglik.npy"), json.loads((out / "likelihood.json").read_text())["direct"]


def test_every_image_and_the_mean_are_written(mixture, tmp_path):
    values, found = taken(mixture, tmp_path / "out")
    assert values.shape == (200,)
    assert values.dtype == np.float64
    assert found["log_likelihood"] == pytest.approx(values.mean())
    assert found["standard_error"] == pytest.approx(values.std() / 200**0.5)
    assert (found["kind"], found["unit"], found["num_test_examples"]) == ("exact", "nats", 200)
    bits = 8 - found["log_likelihood"] / (784 * np.log(2))
    assert found["bits_per_dimension"] == pytest.approx(bits)


def test_a_mixture_beats_one_broad_gaussian(mixture, tmp_path):
    _, data, _ = mixture
    values, _ = taken(mixture, tmp_path / "out")
    train_images = np.load(data / "train.npy").reshape(-1, 784) / 256
    broad = -0.5 * 784 * (np.log(2 * np.pi * train_images.var()) + 1)
    assert np.median(values) > broad + 500  # the mean is that of a few images with ink elsewhere


def test_more_draws_change_the_numbers_a_little(mixture, tmp_path):
    spec = {"estimator": "direct", "seed": 1}
    one, _ = taken(mixture, tmp_path / "a", likelihood=spec | {"draws": 1})
    again, _ = taken(mixture, tmp_path / "b", likelihood=spec | {"draws": 1})
    three, found = taken(mixture, tmp_path / "c", likelihood=spec | {"draws": 3})
    assert np.array_equal(one, again)
    assert found["spread_over_draws"] > 0
    assert abs(one.mean() - three.mean()) < 5


def test_another_model_is_refused(mixture, tmp_path):
    _, _, settings = mixture
    other = settings["model"] | {"components": 4}
    with pytest.raises(DeepgenError, match="another experiment"):
        taken(mixture, tmp_path / "out", model=other)

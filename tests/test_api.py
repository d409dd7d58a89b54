"""`deepgen.load_model`."""

import math

import numpy as np
import pytest
import torch

import deepgen
from deepgen.errors import DeepgenError
from deepgen.families.loading import build_model, save_model
from deepgen.seeds import stream

SETTINGS = {
    "model": {
        "family": "gan",
        "noise": {"size": 5, "distribution": "uniform"},
        "generator": [{"kind": "sigmoid", "irange": 0.05, "bias": 0.0}],
    },
    "model_space": {"name": "pixels"},
    "score_space": {"name": "pixels"},
}


def saved(path, **changes):
    """A model file; the model's weights depend on nothing but its settings."""
    model = build_model(SETTINGS | changes, (4, 3, 1))
    model.initialise(None, stream(1, "model"))
    save_model(path, model, SETTINGS | changes, (4, 3, 1), {})
    return deepgen.load_model(path)


def test_a_file_is_enough_to_draw_images(tmp_path):
    loaded = saved(tmp_path / "m.safetensors")
    images = loaded.sample(6, seed=3)
    assert images.shape == (6, 4, 3, 1)
    assert images.dtype == np.float32
    assert np.array_equal(images, loaded.sample(6, seed=3))
    assert not np.array_equal(images, loaded.sample(6, seed=4))


def test_images_are_in_the_scoring_space(tmp_path):
    pixels = saved(tmp_path / "pixels.safetensors").sample(6, seed=3)
    normalised = saved(tmp_path / "other.safetensors", score_space={"name": "contrast-normalised"})
    images = normalised.sample(6, seed=3).reshape(6, -1)
    centred = pixels.reshape(6, -1) - pixels.reshape(6, -1).mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(images, 55 * centred / norms, atol=1e-3)
    levels = saved(tmp_path / "levels.safetensors", model_space={"name": "dequantised"})
    assert np.allclose(levels.sample(6, seed=3), (256 * pixels - 0.5) / 255, atol=1e-6)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True, None])
def test_a_seed_that_is_none_is_refused(tmp_path, seed):
    with pytest.raises(DeepgenError, match=r"seed is .*: give a whole number from 0 to 4294967295"):
        saved(tmp_path / "m.safetensors").sample(2, seed)


@pytest.mark.parametrize("n", [0, -1, 2.5, "2", True])
def test_a_count_that_is_none_is_refused(tmp_path, n):
    with pytest.raises(DeepgenError, match=r"n is .*: give a whole number from 1 "):
        saved(tmp_path / "m.safetensors").sample(n, 1)


def test_counts_of_numpy_are_whole_numbers(tmp_path):
    assert len(saved(tmp_path / "m.safetensors").sample(np.int64(2), np.uint8(1))) == 2


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DeepgenError, match="missing"):
        deepgen.load_model(tmp_path / "none.safetensors")


FLOW = {
    "model": {
        "family": "nice",
        "prior": "logistic",
        "couplings": [{"layers": 1, "units": 5}] * 2,
        "partition": "odd_even",
        "irange": 0.3,
        "scaling": True,
    },
    "score_space": {"name": "pixels"},
}


@pytest.mark.parametrize(
    "space",
    [
        {"name": "dequantised"},
        {"name": "whitened", "range": [-1.0, 1.0], "regularisation": 0.1},
    ],
)
def test_a_flow_says_how_likely_images_are(tmp_path, space):
    settings, shape = FLOW | {"model_space": space}, (2, 2, 1)
    network = build_model(settings, shape)
    train = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (50, 4), np.uint8))
    network.model_space.fit(train)
    network.initialise(train.float(), stream(1, "model"))
    save_model(tmp_path / "flow.safetensors", network, settings, shape, {})
    model = deepgen.load_model(tmp_path / "flow.safetensors")
    images = train[:7].numpy().reshape(7, *shape)
    found = model.log_prob(images, seed=3)
    assert (found.shape, found.dtype) == ((7,), np.float64)
    assert np.array_equal(found, model.log_prob(images.astype(float), seed=3))
    assert not np.array_equal(found, model.log_prob(images, seed=4))
    # Of the density on the scale of pixels in [0, 1], where a byte is as wide as 1/256
    rng = stream(3, "api likelihood")
    with torch.no_grad():
        y, log_det = network.model_space(train[:7], rng)
        expected = network.log_prob(y, rng).values + log_det + 4 * math.log(256)
    assert found == pytest.approx(expected.numpy(), rel=1e-5)


def test_what_has_no_likelihood_is_one_sentence(tmp_path):
    settings, shape = FLOW | {"model_space": {"name": "dequantised"}}, (2, 2, 1)
    network = build_model(settings, shape)
    network.initialise(torch.zeros(1, 4), stream(1, "model"))
    save_model(tmp_path / "flow.safetensors", network, settings, shape, {})
    model = deepgen.load_model(tmp_path / "flow.safetensors")
    images = np.zeros((3, *shape))
    for place, value, said in (
        ((1, 0, 0, 0), 256, "image 1, counted from 0, has the value 256, which is no byte"),
        ((2, 1, 1, 0), -1, "image 2, counted from 0, has the value -1"),
        ((0, 0, 1, 0), 0.5, "image 0, counted from 0, has the value 0.5"),
        ((0, 0, 1, 0), np.nan, "image 0, counted from 0, has the value nan"),
    ):
        wrong = images.copy()
        wrong[place] = value
        with pytest.raises(DeepgenError, match=said):
            model.log_prob(wrong)
    adversarial = saved(tmp_path / "m.safetensors")
    with pytest.raises(DeepgenError, match="the family gan has no log_prob"):
        adversarial.log_prob(images)
    with pytest.raises(DeepgenError, match=r"shape \[3, 4\] where \[n, 2, 2, 1\] is expected"):
        model.log_prob(images.reshape(3, 4))

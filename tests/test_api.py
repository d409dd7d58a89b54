"""`deepgen.load_model`."""

import numpy as np
import pytest

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


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DeepgenError, match="missing"):
        deepgen.load_model(tmp_path / "none.safetensors")

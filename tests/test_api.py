"""`deepgen.load_model`."""

import numpy as np
import pytest

import deepgen
from deepgen.errors import DeepgenError
from deepgen.models.loading import build_model, save_model
from deepgen.seeds import stream

SETTINGS = {
    "family": "gan",
    "space": "pixels",
    "noise": {"size": 5, "distribution": "uniform"},
    "generator": [
        {
            "kind": "sigmoid",
            "units": None,
            "irange": 0.05,
            "bias": 0.0,
            "sparse": None,
            "max_col_norm": None,
        }
    ],
}


def test_a_file_is_enough_to_draw_images(tmp_path):
    model = build_model(SETTINGS, (4, 3, 1))
    model.initialise(None, stream(1, "model"))
    save_model(tmp_path / "m.safetensors", model, SETTINGS, (4, 3, 1), {})
    loaded = deepgen.load_model(tmp_path / "m.safetensors")
    images = loaded.sample(6, seed=3)
    assert images.shape == (6, 4, 3, 1)
    assert images.dtype == np.float32
    assert np.array_equal(images, loaded.sample(6, seed=3))
    assert not np.array_equal(images, loaded.sample(6, seed=4))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DeepgenError, match="missing"):
        deepgen.load_model(tmp_path / "none.safetensors")

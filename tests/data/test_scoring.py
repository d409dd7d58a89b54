"""Samples in the scoring space: what cannot be compared is refused."""

import numpy as np
import pytest
import torch

from deepgen.data.scoring import load_samples
from deepgen.errors import DeepgenError

IMAGES = torch.zeros(2, 4)


def saved(path, array):
    np.save(path, array)
    return path


def test_samples_are_float32_rows_as_wide_as_the_images(tmp_path):
    path = saved(tmp_path / "x.npy", np.full((3, 4), 1e6, np.float32))
    assert load_samples(path, IMAGES).shape == load_samples(path).shape == (3, 4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e38, -1e13])
def test_a_value_without_a_distance_is_named_with_its_row(tmp_path, value):
    array = np.zeros((3, 4), np.float32)
    array[1, 2] = value
    for images in (IMAGES, None):
        with pytest.raises(DeepgenError, match=r"x\.npy: sample 1, .* has the value"):
            load_samples(saved(tmp_path / "x.npy", array), images)


@pytest.mark.parametrize(
    "array", [np.zeros((0, 4)), np.zeros((3, 5)), np.zeros(4), np.zeros((3, 4), int), 1.0]
)
def test_other_arrays_are_refused(tmp_path, array):
    array = np.asarray(array)
    array = array.astype(np.float32) if array.dtype == float else array
    with pytest.raises(DeepgenError, match=r"where float32 \[n, 4\] is expected"):
        load_samples(saved(tmp_path / "x.npy", array), IMAGES)

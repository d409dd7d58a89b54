"""House numbers, made small: what is read, and what is said of wrong fields."""

import numpy as np
import pytest
from scipy.io import savemat

from deepgen.data.formats.svhn import read
from deepgen.errors import DeepgenError

N = 12
IMAGES = np.random.default_rng(1).integers(0, 256, (N, 32, 32, 3), dtype=np.uint8)
DIGITS = np.arange(N, dtype=np.uint8) % 10
FILES = {"records": "made.mat"}


def write(folder, **changes):
    fields = {"X": IMAGES.transpose(1, 2, 3, 0), "y": np.where(DIGITS, DIGITS, 10)[:, None]}
    kept = {name: value for name, value in (fields | changes).items() if value is not None}
    savemat(folder / "made.mat", kept)


def test_images_and_digits(tmp_path):
    write(tmp_path)
    part = read(tmp_path, FILES)
    np.testing.assert_array_equal(part.images, IMAGES)
    np.testing.assert_array_equal(part.labels, DIGITS)
    assert part.images.flags.c_contiguous
    assert part.labels.dtype == np.uint8


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"X": None}, "has no field X"),
        ({"y": None}, "has no field y"),
        ({"X": IMAGES}, r"field X of uint8 and shape \[12, 32, 32, 3\]"),
        ({"X": IMAGES.transpose(1, 2, 3, 0) / 255}, "field X of float64"),
        ({"y": DIGITS[:, None]}, "field y that is not one label of 1..10 for each of 12 images"),
        ({"y": np.ones((N - 1, 1))}, "field y that is not one label"),
    ],
)
def test_wrong_fields_are_one_sentence(tmp_path, changes, said):
    write(tmp_path, **changes)
    with pytest.raises(DeepgenError, match=said) as caught:
        read(tmp_path, FILES)
    assert "\n" not in str(caught.value)
    assert "run deepgen fetch again" in str(caught.value)


def test_what_is_no_matlab_file_is_one_sentence(tmp_path):
    (tmp_path / "made.mat").write_bytes(b"no matrix" * 200)
    with pytest.raises(DeepgenError, match="is no MATLAB file, or damaged"):
        read(tmp_path, FILES)
    with pytest.raises(DeepgenError, match="is missing: run deepgen fetch first"):
        read(tmp_path / "elsewhere", FILES)

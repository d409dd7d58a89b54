"""The Toronto Face Database, made small: what is read, and what is said of wrong fields."""

import numpy as np
import pytest
from scipy.io import savemat

from deepgen.data.formats.tfd import read
from deepgen.errors import DeepgenError

N = 20
IMAGES = np.random.default_rng(1).integers(0, 256, (N, 48, 48), dtype=np.uint8)
FOLDS = np.zeros((N, 5), np.uint8)
FOLDS[8:] = [np.roll([1, 1, 1, 2, 3], k) for k in range(12)]
FILES = {"images": "faces.mat"}


def write(folder, images=IMAGES, folds=FOLDS, **more):
    fields = {"images": images, "folds": folds, "labs_ex": np.zeros((N, 1)), **more}
    savemat(folder / "faces.mat", {k: v for k, v in fields.items() if v is not None})


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
def test_images_and_folds(tmp_path, kind):
    write(tmp_path, IMAGES.astype(kind), FOLDS.astype(kind))
    part = read(tmp_path, FILES)
    assert part.images.dtype == part.folds.dtype == np.uint8
    np.testing.assert_array_equal(part.images, IMAGES[..., None])
    np.testing.assert_array_equal(part.folds, FOLDS)
    assert part.labels is None
    assert part.images.flags.c_contiguous


def changed(array, place, value, kind=None):
    array = array.astype(kind or array.dtype)
    array[place] = value
    return array


WRONG = {
    "no images": ({"images": None}, "no field images"),
    "no folds": ({"folds": None}, "no field folds"),
    "flat images": ({"images": IMAGES.reshape(N, -1)}, r"images of shape \[20, 2304\]"),
    "images of another size": ({"images": IMAGES[:, :24, :24]}, r"images of shape \[20, 24, 24\]"),
    "scaled images": ({"images": IMAGES / 255}, "not all integers in 0..255"),
    "too bright": ({"images": changed(IMAGES, 0, 256, np.int16)}, "not all integers in 0..255"),
    "negative": ({"images": changed(IMAGES, 0, -1, np.int16)}, "not all integers in 0..255"),
    "not a number": ({"images": changed(IMAGES, 0, np.nan, float)}, "not all integers in 0..255"),
    "text": ({"images": np.full((N, 48, 48), "a")}, "not all integers in 0..255"),
    "four folds": ({"folds": FOLDS[:, :4]}, r"folds of shape \[20, 4\]"),
    "turned folds": ({"folds": FOLDS.T}, r"folds of shape \[5, 20\]"),
    "folds of fewer images": ({"folds": FOLDS[:-1]}, r"folds of shape \[19, 5\]"),
    "fold 4": ({"folds": changed(FOLDS, (9, 1), 4)}, "not all 0, 1, 2 or 3"),
    "half a fold": ({"folds": changed(FOLDS, (9, 1), 1.5, float)}, "not all 0, 1, 2 or 3"),
    "labelled at times": ({"folds": changed(FOLDS, (2, 1), 1)}, "image 2, .* unlabelled in some"),
    "no test": ({"folds": changed(FOLDS, (FOLDS == 3) & [0, 0, 1, 0, 0] > 0, 1)}, "no test .* 3"),
    "all labelled": ({"folds": changed(FOLDS, slice(0, 8), 1)}, "no unlabelled image in fold 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_fields(tmp_path, case):
    fields, words = WRONG[case]
    write(tmp_path, **fields)
    with pytest.raises(DeepgenError, match=words) as error:
        read(tmp_path, FILES)
    assert str(tmp_path / "faces.mat") in str(error.value)
    assert "\n" not in str(error.value)


def test_matlab_7_3(tmp_path):
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512, b" ") + b"\x89HDF\r\n\x1a\n"
    for content in (header.ljust(2048, b"\0"), header[512:].ljust(2048, b"\0")):
        (tmp_path / "faces.mat").write_bytes(content)
        with pytest.raises(DeepgenError, match=r"MATLAB 7\.3 file, which is HDF5"):
            read(tmp_path, FILES)


@pytest.mark.parametrize("share", [0, 0.001, 0.01, 0.5, 0.99])
def test_a_cut_file(tmp_path, share):
    write(tmp_path)
    content = (tmp_path / "faces.mat").read_bytes()
    (tmp_path / "faces.mat").write_bytes(content[: int(share * len(content))])
    with pytest.raises(DeepgenError, match=r"no MATLAB file|no field") as error:
        read(tmp_path, FILES)
    assert "\n" not in str(error.value)


def test_a_file_of_something_else(tmp_path):
    (tmp_path / "faces.mat").write_bytes(np.random.default_rng(1).bytes(5000))
    with pytest.raises(DeepgenError, match="no MATLAB file"):
        read(tmp_path, FILES)


def test_a_missing_file(tmp_path):
    with pytest.raises(DeepgenError, match="missing: run deepgen fetch first"):
        read(tmp_path, FILES)

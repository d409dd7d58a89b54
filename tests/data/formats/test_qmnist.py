"""QMNIST: the digit is the first of eight integers."""

import gzip
import struct

import numpy as np
import pytest

from deepgen.data.formats.qmnist import read
from deepgen.errors import DeepgenError

FILES = {"images": "images.gz", "labels": "labels.gz"}
IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)


def put(folder, digits):
    """The two files as they are published."""
    rows = np.zeros((len(digits), 8), ">i4")
    rows[:, 0], rows[:, 2] = digits, 2100
    contents = {
        "images.gz": struct.pack(">BBBB3I", 0, 0, 8, 3, 3, 28, 28) + IMAGES.tobytes(),
        "labels.gz": struct.pack(">BBBB2I", 0, 0, 0x0C, 2, len(digits), 8) + rows.tobytes(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(gzip.compress(content))
    return folder


def test_images_and_digits(tmp_path):
    part = read(put(tmp_path, [7, 0, 9]), FILES)
    np.testing.assert_array_equal(part.images, IMAGES[..., None])
    assert part.labels.tolist() == [7, 0, 9]
    assert part.labels.dtype == np.uint8


@pytest.mark.parametrize(
    ("digits", "words"),
    [([1, 2, 10], "no digits"), ([1, -1, 2], "no digits"), ([1, 2], "2 labels")],
)
def test_other_labels_are_one_sentence(tmp_path, digits, words):
    with pytest.raises(DeepgenError, match=words):
        read(put(tmp_path, digits), FILES)

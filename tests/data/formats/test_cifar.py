"""CIFAR's records: planes of colour become pixels, and damage is told."""

import numpy as np
import pytest

from deepgen.data.formats.cifar import read
from deepgen.errors import DeepgenError

IMAGES = np.random.default_rng(1).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
LABELS = np.array([3, 9, 0, 1, 1, 7], np.uint8)
ONE, TWO = {"records": ["one"]}, {"records": ["one", "two"]}


def records(images, labels):
    """As the format is described: a label, then all red, all green, all blue values."""
    return b"".join(
        bytes([label]) + image[..., 0].tobytes() + image[..., 1].tobytes() + image[..., 2].tobytes()
        for image, label in zip(images, labels, strict=True)
    )


def test_files_follow_each_other(tmp_path):
    (tmp_path / "one").write_bytes(records(IMAGES[:4], LABELS[:4]))
    (tmp_path / "two").write_bytes(records(IMAGES[4:], LABELS[4:]))
    part = read(tmp_path, TWO)
    np.testing.assert_array_equal(part.images, IMAGES)
    np.testing.assert_array_equal(part.labels, LABELS)
    assert part.images.dtype == part.labels.dtype == np.uint8
    assert part.images.flags.c_contiguous


@pytest.mark.parametrize("label", [10, 11, 255])
def test_a_label_that_is_none(tmp_path, label):
    (tmp_path / "one").write_bytes(records(IMAGES[:4], LABELS[:4]))
    (tmp_path / "two").write_bytes(records(IMAGES[4:], [1, label]))
    with pytest.raises(DeepgenError, match=f"two has label {label} in record 1") as error:
        read(tmp_path, TWO)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("size", [0, 1, 3072, 3074, 4 * 3073 - 1])
def test_a_wrong_size(tmp_path, size):
    (tmp_path / "one").write_bytes(bytes(size))
    with pytest.raises(DeepgenError, match=f"one has {size} bytes"):
        read(tmp_path, ONE)
    with pytest.raises(DeepgenError, match=r": correct the format, or give another file$"):
        read(tmp_path, ONE, {})


def test_a_missing_file(tmp_path):
    with pytest.raises(DeepgenError, match="one is missing: run deepgen fetch first"):
        read(tmp_path, ONE)

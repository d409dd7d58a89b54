"""IDX files: what is read from good ones, and what is said of damaged ones."""

import gzip
import struct

import numpy as np
import pytest

from deepgen.data.formats.idx import read
from deepgen.errors import DeepgenError

IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([7, 2, 1, 0], np.uint8)
FILES = {"images": "images", "labels": "labels"}


def idx(array, kind=0x08):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape)
    return header + array.tobytes()


def test_images_and_labels(tmp_path):
    (tmp_path / "images").write_bytes(idx(IMAGES))
    (tmp_path / "labels").write_bytes(idx(LABELS))
    part = read(tmp_path, FILES)
    assert part.images.dtype == part.labels.dtype == np.uint8
    np.testing.assert_array_equal(part.images, IMAGES[..., None])
    np.testing.assert_array_equal(part.labels, LABELS)


def test_files_may_be_packed(tmp_path):
    (tmp_path / "images").write_bytes(gzip.compress(idx(IMAGES)))
    np.testing.assert_array_equal(read(tmp_path, {"images": "images"}).images, IMAGES[..., None])


def test_colour_images_without_labels(tmp_path):
    colour = np.arange(2 * 3 * 2 * 3, dtype=np.uint8).reshape(2, 3, 2, 3)
    (tmp_path / "images").write_bytes(idx(colour))
    part = read(tmp_path, {"images": "images"})
    np.testing.assert_array_equal(part.images, colour)
    assert part.labels is None


GOOD = idx(IMAGES)
DAMAGED = {
    "nothing": (b"", "not an IDX file"),
    "three bytes": (GOOD[:3], "not an IDX file"),
    "badly compressed": (b"\x1f\x8b\x08\x00" + GOOD[4:], "damaged gzip"),
    "another type": (idx(IMAGES, kind=0x0D), "type 0x0d"),
    "labels for images": (idx(LABELS), "1 dimensions"),
    "too many dimensions": (idx(IMAGES.reshape(4, 3, 2, 1, 1)), "5 dimensions"),
    "cut header": (GOOD[:10], "inside its header"),
    "no image": (idx(IMAGES[:0]), "is empty"),
    "one byte short": (GOOD[:-1], "has 39 bytes where .* need 40"),
    "one byte long": (GOOD + b"\0", "has 41 bytes where .* need 40"),
    "little-endian": (GOOD[:4] + struct.pack("<3I", 4, 3, 2) + GOOD[16:], "need"),
    "huge": (GOOD[:4] + b"\xff" * 12 + GOOD[16:], "need"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_images(tmp_path, damage):
    content, words = DAMAGED[damage]
    (tmp_path / "images").write_bytes(content)
    with pytest.raises(DeepgenError, match=words) as error:
        read(tmp_path, {"images": "images"})
    assert str(tmp_path / "images") in str(error.value)
    assert "\n" not in str(error.value)


def test_images_where_labels_should_be(tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes(GOOD)
    with pytest.raises(DeepgenError, match="labels has type 0x08 and 3 dimensions"):
        read(tmp_path, FILES)


def test_counts_that_differ(tmp_path):
    (tmp_path / "images").write_bytes(GOOD)
    (tmp_path / "labels").write_bytes(idx(LABELS[:3]))
    with pytest.raises(DeepgenError, match=r"holds 4 images but .* 3 labels"):
        read(tmp_path, FILES)


def test_a_persons_own_files_are_not_to_be_deleted(tmp_path):
    for images, labels in ((GOOD, b""), (GOOD[:9], b""), (GOOD, idx(LABELS[:3]))):
        (tmp_path / "images").write_bytes(images)
        (tmp_path / "labels").write_bytes(labels)
        with pytest.raises(DeepgenError, match=r": correct the format, or give another file$"):
            read(tmp_path, FILES, {})


def test_a_missing_file(tmp_path):
    with pytest.raises(DeepgenError, match="images is missing: run deepgen fetch first"):
        read(tmp_path, FILES)

"""Arrays of NumPy: what is read, and nothing that was pickled."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from deepgen.data.formats.numpy_arrays import read
from deepgen.errors import DeepgenError

IMAGES = np.arange(5 * 4 * 6, dtype=np.uint8).reshape(5, 4, 6)
LABELS = np.array([0, 1, 2, 1, 0])
FILES = {"images": "train-images"}
KEYS = {"keys": {"train": {"images": "x", "labels": "y"}}}


class Evil:
    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def saved(array, **how):
    file = io.BytesIO()
    np.save(file, array, **how)
    return file.getvalue()


def put(folder, content):
    (folder / "train-images").write_bytes(content)
    return folder


def refused(folder, own, files=FILES):
    with pytest.raises(DeepgenError) as caught:
        read(folder, files, own)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_npy_with_labels(tmp_path):
    (put(tmp_path, saved(IMAGES)) / "train-labels").write_bytes(saved(LABELS))
    part = read(tmp_path, FILES | {"labels": "train-labels"}, {"keys": {}})
    np.testing.assert_array_equal(part.images, IMAGES[..., None])
    assert part.labels.dtype == np.uint8
    assert part.labels.tolist() == LABELS.tolist()


def test_npz_by_its_keys(tmp_path):
    np.savez(tmp_path / "made.npz", x=IMAGES, y=LABELS)
    (tmp_path / "made.npz").rename(tmp_path / "train-images")
    assert read(tmp_path, FILES, KEYS).labels.tolist() == LABELS.tolist()
    text = refused(tmp_path, {"keys": {"train": {"images": "images"}}})
    assert "no array 'images'; it has x, y" in text


LYING = saved(IMAGES).replace(b"(5, 4, 6)", b"(9, 9, 9)")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (saved(np.array([Evil()], object), allow_pickle=True), "holds object"),
        (pickle.dumps(Evil()), "is no .npy file"),
        (saved(IMAGES)[:90], "is damaged|more than is in it|damaged array"),
        (LYING, "more than is in it"),
        (saved(IMAGES / 255), "holds float64"),
        (saved(IMAGES.astype(np.int32)), "bytes .uint8. of"),
        (saved(IMAGES[0]), "bytes .uint8. of"),
        (saved(IMAGES[:0]), "bytes .uint8. of"),
        (saved(np.array(["a"])), "holds <U1"),
        (b"", "is no .npy file"),
    ],
)
def test_other_arrays_are_one_sentence(tmp_path, content, words):
    import re

    assert re.search(words, refused(put(tmp_path, content), {"keys": {}}))


def test_an_npz_with_pickles_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "train-images", "w") as archive:
        archive.writestr("x.npy", saved(np.array([Evil()], object), allow_pickle=True))
    assert "holds object" in refused(tmp_path, {"keys": {"train": {"images": "x"}}})


@pytest.mark.parametrize("labels", [LABELS[:4], LABELS - 1, LABELS + 255, LABELS[:, None]])
def test_labels_that_do_not_fit(tmp_path, labels):
    (put(tmp_path, saved(IMAGES)) / "train-labels").write_bytes(saved(labels))
    assert "labels of" in refused(tmp_path, {"keys": {}}, FILES | {"labels": "train-labels"})

"""The stage `prepare` on the real MNIST and on a made set of four images."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from deepgen.cli import main
from deepgen.data.prepared import image_shape, load_images, load_labels
from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.stages.fetch import fetch
from deepgen.stages.prepare import prepare

BUNDLED = Path(__file__).parents[2] / "data" / "bundled"
IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([7, 2, 1, 7], np.uint8)


def write_idx(path, array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 0x08, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    write_idx(folder / "images", IMAGES)
    write_idx(folder / "labels", LABELS)
    return folder


def settings(labels=True, **splits):
    files = {"images": "images"} | ({"labels": "labels"} if labels else {})
    cut = {"train": (0, 2), "valid": (2, 3), "test": (3, 4)} | splits
    return {
        "parser": "idx",
        "parts": {"all": files},
        "splits": {
            name: {"part": "all", "start": start, "stop": stop}
            for name, (start, stop) in cut.items()
        },
    }


def test_mnist_as_it_is_published(tmp_path):
    fetched = DATASETS["mnist"].fetch_settings("mnist")
    fetch(fetched, tmp_path / "raw", str(BUNDLED), None)
    for out in ("once", "twice"):
        prepare(tmp_path / "raw", tmp_path / out, DATASETS["mnist"].prepare_settings())
    assert contents(tmp_path / "once") == contents(tmp_path / "twice")

    out = tmp_path / "once"
    for split, count in {"train": 50_000, "valid": 10_000, "test": 10_000}.items():
        assert np.load(out / f"{split}.npy").shape == (count, 28, 28, 1)
        assert load_images(out, split).shape == (count, 784)
        assert load_labels(out, split).shape == (count,)
    assert load_labels(out, "test")[0] == 7
    assert load_labels(out, "train")[:3].tolist() == [5, 0, 4]
    assert load_labels(out, "valid")[0] == 3
    assert image_shape(out) == (28, 28, 1)
    meta = json.loads((out / "meta.json").read_text())
    assert meta["classes"] == 10
    assert meta["splits"]["valid"] == {
        "count": 10_000,
        "part": "train",
        "start": 50_000,
        "stop": 60_000,
    }


def test_four_images(raw, tmp_path):
    out = tmp_path / "out"
    prepare(raw, out, settings())
    assert set(contents(out)) == {
        "meta.json",
        *(f"{split}{kind}.npy" for split in ("train", "valid", "test") for kind in ("", "_labels")),
    }
    np.testing.assert_array_equal(np.load(out / "train.npy"), IMAGES[:2, ..., None])
    np.testing.assert_array_equal(np.load(out / "valid.npy"), IMAGES[2:3, ..., None])
    np.testing.assert_array_equal(np.load(out / "test.npy"), IMAGES[3:, ..., None])
    assert np.load(out / "train_labels.npy").dtype == np.uint8
    assert load_labels(out, "train").tolist() == [7, 2]
    assert json.loads((out / "meta.json").read_text()) == {
        "shape": [3, 2, 1],
        "classes": 3,
        "splits": {
            "train": {"part": "all", "start": 0, "stop": 2, "count": 2},
            "valid": {"part": "all", "start": 2, "stop": 3, "count": 1},
            "test": {"part": "all", "start": 3, "stop": 4, "count": 1},
        },
    }


def test_a_set_without_labels_has_no_label_files(raw, tmp_path):
    for content in (settings(), settings(labels=False)):
        where = ["--raw", str(raw), "--out", str(tmp_path / "out")]
        assert main(["prepare", "--settings", json.dumps(content), *where]) == 0
    (tmp_path / "out/prepare.prov.json").unlink()
    assert set(contents(tmp_path / "out")) == {"meta.json", "train.npy", "valid.npy", "test.npy"}
    assert load_labels(tmp_path / "out", "train") is None
    assert json.loads((tmp_path / "out" / "meta.json").read_text())["classes"] is None


@pytest.mark.parametrize("rows", [(3, 5), (4, 5), (-1, 1), (2, 2), (3, 2)])
def test_a_split_outside_its_part(raw, tmp_path, rows):
    with pytest.raises(DeepgenError, match=r"split 'test' is rows .* of part 'all', which has 4"):
        prepare(raw, tmp_path / "out", settings(test=rows))
    assert not (tmp_path / "out").exists()


def test_a_split_of_an_unknown_part(raw, tmp_path):
    wrong = settings()
    wrong["splits"]["test"]["part"] = "tset"
    with pytest.raises(DeepgenError, match="part 'tset', known are all"):
        prepare(raw, tmp_path / "out", wrong)


def test_parts_of_different_shape(raw, tmp_path):
    write_idx(raw / "more", IMAGES.reshape(4, 2, 3))
    wrong = settings()
    wrong["parts"]["more"] = {"images": "more"}
    with pytest.raises(DeepgenError, match="images differ in shape"):
        prepare(raw, tmp_path / "out", wrong)


def test_a_damaged_raw_file(raw, tmp_path):
    (raw / "labels").write_bytes(b"")
    with pytest.raises(DeepgenError, match="labels is not an IDX file"):
        prepare(raw, tmp_path / "out", settings())
    assert not (tmp_path / "out").exists()

"""The stage `prepare` on real sets and on made ones of a few images."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from deepgen.cli import main
from deepgen.data.prepared import image_shape, load_images, load_labels
from deepgen.data.registry import DATASETS, prepared_names, raw_inputs, raw_names
from deepgen.errors import DeepgenError
from deepgen.stages.fetch import fetch
from deepgen.stages.prepare import prepare

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "data" / "bundled"
MIRROR = ROOT.parent / "shared" / "data"
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
        "folds": 0,
        "source": None,
        "splits": {
            "train": {"part": "all", "start": 0, "stop": 2, "count": 2},
            "valid": {"part": "all", "start": 2, "stop": 3, "count": 1},
            "test": {"part": "all", "start": 3, "stop": 4, "count": 1},
        },
    }


def test_it_says_how_many_images_each_split_has(raw, tmp_path, capsys):
    prepare(raw, tmp_path / "out", settings())
    said = capsys.readouterr().err
    assert said == "deepgen prepare: images of 3 x 2 x 1: train 2, valid 1, test 1\n"


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


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_a_count_that_is_not_the_known_one(raw, tmp_path):
    prepare(raw, tmp_path / "good", settings() | {"sizes": {"train": 2, "test": 1}})
    with pytest.raises(DeepgenError, match=r"split 'train' of .* has 2 images where 3 are known"):
        prepare(raw, tmp_path / "out", settings() | {"sizes": {"test": 1, "train": 3}})
    assert not (tmp_path / "out").exists()


def test_batches_of_colour_records(tmp_path):
    rng = np.random.default_rng(1)
    entry = DATASETS["cifar10"]
    for i, name in enumerate(raw_names(entry.fetch_settings("cifar10"))):
        records = rng.integers(0, 256, (10, 3073), dtype=np.uint8)
        records[:, 0] = i
        (tmp_path / name).write_bytes(records.tobytes())
    cut = {
        "train": {"part": "train", "start": 0, "stop": 45},
        "valid": {"part": "train", "start": 45, "stop": 50},
        "test": {"part": "test", "start": 0, "stop": 10},
    }
    small = entry.prepare_settings() | {"splits": cut, "sizes": {}}
    assert raw_inputs(small) == raw_names(entry.fetch_settings("cifar10"))
    prepare(tmp_path, tmp_path / "out", small)
    assert files_below(tmp_path / "out") == sorted(prepared_names(small))
    out = tmp_path / "out"
    assert load_labels(out, "train").tolist() == [i for i in range(4) for _ in range(10)] + [4] * 5
    assert load_labels(out, "valid").tolist() == [4] * 5
    assert load_labels(out, "test").tolist() == [5] * 10
    assert image_shape(out) == (32, 32, 3)


def faces_settings(**rule):
    entry = DATASETS["lfw"].prepare_settings()
    return entry | {"splits": entry["splits"] | rule, "sizes": {}}


@pytest.fixture
def faces(tmp_path):
    """100 people of 1 to 4 images and one of 60, each image of one grey."""
    counts = {f"Person_{i:03d}": 1 + i % 4 for i in range(100)} | {"Well_Known": 60}
    names = [f"{name}_{k + 1:04d}" for name, count in counts.items() for k in range(count)]
    grey = np.arange(len(names)) % 256
    images = np.broadcast_to(grey[:, None, None].astype(np.uint8), (len(names), 48, 48))
    folder = tmp_path / "raw"
    folder.mkdir()
    with open(folder / "lfw-deepfunneled", "wb") as file:
        np.savez(file, X=images, names=np.array(names))
    return folder


def test_faces_in_folds(faces, tmp_path):
    out = tmp_path / "out"
    small = faces_settings(images=310, people=101, held_out=20)
    prepare(faces, out, small)
    assert files_below(out) == sorted(prepared_names(small))
    meta = json.loads((out / "meta.json").read_text())
    assert (meta["folds"], meta["source"], meta["classes"]) == (5, "prepared array", None)
    sizes = {name: len(np.load(out / f"{name}.npy")) for name in meta["splits"]}
    assert sizes == {name: split["count"] for name, split in meta["splits"].items()}
    assert sizes["train"] + sizes["valid"] + sizes["test"] == 310
    assert sizes["valid"] == 20
    assert sum(sizes[f"fold-{k}/test"] for k in range(1, 6)) == sizes["test"]
    for name in meta["splits"]:
        image = np.load(out / f"{name}.npy")[0]
        assert image.shape == (48, 48, 1)
        assert len(np.unique(image)) == 1


def test_faces_of_too_few_people(faces, tmp_path):
    with pytest.raises(DeepgenError, match="310 images of 101 people where 13233 of 5749"):
        prepare(faces, tmp_path / "out", faces_settings())
    assert not (tmp_path / "out").exists()


def test_faces_of_the_toronto_database(tmp_path):
    images = np.random.default_rng(1).integers(0, 256, (25, 48, 48), dtype=np.uint8)
    folds = np.zeros((25, 5), np.uint8)
    folds[15:] = [np.roll([1, 1, 1, 2, 3], k) for k in range(10)]
    savemat(tmp_path / "TFD_48x48.mat", {"images": images, "folds": folds})
    entry = DATASETS["tfd"].prepare_settings()
    with pytest.raises(DeepgenError, match=r"split 'train' of .* has 15 images where 98058"):
        prepare(tmp_path, tmp_path / "out", entry)
    small = entry | {"sizes": {}}
    prepare(tmp_path, tmp_path / "out", small)
    out = tmp_path / "out"
    assert files_below(out) == sorted(prepared_names(small))
    np.testing.assert_array_equal(np.load(out / "train.npy"), images[:15, ..., None])
    others = images[(folds[:, 0] != 0) & (folds[:, 0] != 2)][..., None]
    np.testing.assert_array_equal(np.load(out / "test.npy"), others)
    for k in range(5):
        for split, code in (("valid", 2), ("test", 3)):
            expected = images[folds[:, k] == code][..., None]
            np.testing.assert_array_equal(np.load(out / f"fold-{k + 1}/{split}.npy"), expected)
    np.testing.assert_array_equal(np.load(out / "valid.npy"), np.load(out / "fold-1/valid.npy"))


@pytest.mark.parametrize("name", ["cifar10", "lfw"])
def test_real_sets_from_a_mirror(tmp_path, name):
    """LFW's `sizes` in the registry are what the real file gives, because `prepare` checks them."""
    if not (MIRROR / name).is_dir():
        pytest.skip("no mirror with this set")
    entry = DATASETS[name]
    fetched = json.loads(json.dumps(entry.fetch_settings(name)))
    fetch(fetched, tmp_path / "raw", str(MIRROR), None)
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == sorted(raw_names(fetched))
    prepare(tmp_path / "raw", tmp_path / "out", entry.prepare_settings())
    assert files_below(tmp_path / "out") == sorted(prepared_names(entry.prepare_settings()))
    meta = json.loads((tmp_path / "out" / "meta.json").read_text())
    assert {split: content["count"] for split, content in meta["splits"].items()} == entry.sizes
    assert image_shape(tmp_path / "out") == entry.shape
    if name == "cifar10":
        assert load_labels(tmp_path / "out", "train")[:3].tolist() == [6, 9, 9]  # frog, two trucks
        counts = np.bincount(load_labels(tmp_path / "out", "test"))
        assert counts.tolist() == [1000] * 10

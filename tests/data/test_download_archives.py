"""Files that come in an archive, and files that come in one of several forms."""

import gzip
import hashlib
import io
import os
import tarfile

import numpy as np
import pytest

from deepgen.data.download import fetch_members, fetch_variant
from deepgen.errors import DeepgenError

FILES = {"one.bin": np.random.default_rng(1).bytes(20_000), "two.bin": b"second"}
ENTRIES = [
    {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "sources": []}
    for name, content in FILES.items()
]
ARCHIVE = {"name": "toy.tar.gz", "folder": "batches", "sources": []}


def pack(path, files, level=9):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz", compresslevel=level) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


GOOD = {f"batches/{name}": content for name, content in FILES.items()}


def take(out, mirror, bundled=None, **changes):
    return fetch_members("toy", ARCHIVE | changes, ENTRIES, out, mirror, bundled)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("level", [1, 9])
def test_an_archive_may_be_made_anew(tmp_path, level):
    path = pack(tmp_path / "toy/toy.tar.gz", {"batches/readme": b"text"} | GOOD, level)
    assert take(tmp_path / "raw", str(tmp_path)) == str(path)
    assert contents(tmp_path / "raw") == FILES


def test_right_files_are_kept_and_a_wrong_one_is_replaced(tmp_path):
    path = pack(tmp_path / "toy/toy.tar.gz", GOOD)
    take(tmp_path / "raw", str(tmp_path))
    assert take(tmp_path / "raw", None) == "kept"
    (tmp_path / "raw" / "two.bin").write_bytes(b"mine")
    assert take(tmp_path / "raw", str(tmp_path)) == str(path)
    assert contents(tmp_path / "raw") == FILES


BAD = {
    "altered": (GOOD | {"batches/two.bin": b"secone"}, "wrong content of batches/two.bin, SHA-256"),
    "incomplete": ({"batches/one.bin": FILES["one.bin"]}, "lacks batches/two.bin"),
    "another folder": (FILES, "lacks batches/one.bin, batches/two.bin"),
    "leading out": (GOOD | {"batches/../../evil": b"x"}, "leads out of the archive"),
    "absolute": ({"/evil": b"x"} | GOOD, "leads out of the archive"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_archive_is_told_and_leaves_nothing(tmp_path, fault):
    files, words = BAD[fault]
    path = pack(tmp_path / "mirror/toy/toy.tar.gz", files)
    with pytest.raises(DeepgenError, match=words) as error:
        take(tmp_path / "raw", str(tmp_path / "mirror"))
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert ". " not in str(error.value)
    assert not (tmp_path / "raw").exists()
    assert sorted(os.listdir(tmp_path)) == ["mirror"]


@pytest.mark.parametrize("fault", [*BAD, "cut", "HTML"])
def test_a_bad_archive_falls_through(tmp_path, fault):
    path = pack(tmp_path / "mirror/toy/toy.tar.gz", BAD.get(fault, (GOOD,))[0])
    if fault == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    if fault == "HTML":
        path.write_bytes(b"<html></html>")
    good = pack(tmp_path / "bundled/toy/toy.tar.gz", GOOD)
    used = take(tmp_path / "raw", str(tmp_path / "mirror"), tmp_path / "bundled")
    assert used == str(good)
    assert contents(tmp_path / "raw") == FILES


def test_no_archive_anywhere(tmp_path):
    with pytest.raises(DeepgenError, match=r"not there.*has toy/toy\.tar\.gz"):
        take(tmp_path / "raw", str(tmp_path / "nothing"))
    with pytest.raises(DeepgenError, match="none is known"):
        take(tmp_path / "raw", None)


ARRAY, ORIGINAL = b"PK array", gzip.compress(b"original", mtime=0)
VARIANTS = {
    "name": "faces",
    "variants": [
        {
            "name": "faces.npz",
            "digest": f"sha256:{hashlib.sha256(ARRAY).hexdigest()}",
            "sources": [],
        },
        {"name": "faces.tgz", "digest": f"md5:{hashlib.md5(ORIGINAL).hexdigest()}", "sources": []},
    ],
}


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror" / "toy"
    folder.mkdir(parents=True)
    return folder


def take_variant(mirror, target):
    return fetch_variant("toy", VARIANTS, target, str(mirror.parent), None)


def test_the_first_variant_that_is_there(mirror, tmp_path):
    target = tmp_path / "raw" / "faces"
    (mirror / "faces.tgz").write_bytes(ORIGINAL)
    assert take_variant(mirror, target) == str(mirror / "faces.tgz")
    assert target.read_bytes() == ORIGINAL  # not unpacked: its own digest is the known one
    (mirror / "faces.npz").write_bytes(ARRAY)
    assert take_variant(mirror, target) == "kept"
    target.unlink()
    assert take_variant(mirror, target) == str(mirror / "faces.npz")
    assert target.read_bytes() == ARRAY


def test_a_variant_with_the_digest_of_the_other_is_refused(mirror, tmp_path):
    (mirror / "faces.npz").write_bytes(ORIGINAL)
    (mirror / "faces.tgz").write_bytes(ARRAY)
    with pytest.raises(
        DeepgenError, match=r"npz \(wrong.*tgz \(wrong content, MD5.*or toy"
    ) as error:
        take_variant(mirror, tmp_path / "raw" / "faces")
    assert "\n" not in str(error.value)
    assert os.listdir(tmp_path / "raw") == []

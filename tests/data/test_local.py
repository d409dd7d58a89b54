"""Own files and folders: taken if they are the right ones, else one sentence."""

import errno
import hashlib
import os
import re
import subprocess
from functools import partial
from pathlib import Path

import pytest

from deepgen.data.local import (
    check_unchanged,
    is_picture,
    list_pictures,
    listing,
    take_file,
    take_folder,
)
from deepgen.errors import DeepgenError
from deepgen.stages.fetch import fetch

from .made_pictures import put_pictures


@pytest.fixture
def cats(tmp_path):
    folder = tmp_path / "cats"
    put_pictures(folder, 5)
    put_pictures(folder / "black", 2, seed=1)
    return folder


def entry(folder):
    names = list_pictures(folder)
    return {"name": "train-images", "folder": str(folder), "listing": listing(folder, names)}


def refused(function, *arguments):
    with pytest.raises(DeepgenError) as caught:
        function(*arguments)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_the_listing_is_what_sha256sum_prints(cats):
    script = "find . -type f | sed 's|^./||' | LC_ALL=C sort | xargs sha256sum"
    printed = subprocess.run(script, shell=True, cwd=cats, capture_output=True, check=True).stdout
    assert entry(cats)["listing"] == hashlib.sha256(printed).hexdigest()


def test_a_folder_is_packed_the_same_whatever_its_times(cats, tmp_path):
    first, second = tmp_path / "raw/a", tmp_path / "raw/b"
    assert take_folder("cats", entry(cats), first) == f"{cats} (digest as known)"
    for path in cats.rglob("*"):
        os.utime(path, (1, 1))
    take_folder("cats", entry(cats), second)
    assert first.read_bytes() == second.read_bytes()
    assert take_folder("cats", entry(cats), first) == "kept"


def test_hidden_and_other_files_do_not_count(cats):
    before = entry(cats)
    (cats / ".DS_Store").write_bytes(b"x")
    (cats / "notes.txt").write_text("x")
    (cats / ".thumbs").mkdir()
    put_pictures(cats / ".thumbs", 1)
    assert entry(cats) == before


@pytest.mark.parametrize("change", ["another", "gone", "renamed", "one more"])
def test_another_content_is_refused_with_what_to_write(cats, tmp_path, change):
    given, target = entry(cats), tmp_path / "raw" / "train-images"
    if change == "another":
        put_pictures(cats, 1, seed=9)
    elif change == "gone":
        (cats / "000.png").unlink()
    elif change == "renamed":
        (cats / "000.png").rename(cats / "zzz.png")
    else:
        put_pictures(cats, 1, seed=9, prefix="new-")
    text = refused(take_folder, "cats", given, target)
    now = entry(cats)
    assert f"sha256: {now['listing']}" in text
    assert f"count: {len(list_pictures(cats))}" in text
    assert not target.exists()
    assert not list(target.parent.iterdir())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: None, "is missing, counted from"),
        (lambda folder: folder.write_bytes(b"x"), "is no folder"),
        (lambda folder: folder.mkdir(), "has no picture in it"),
        (lambda folder: (folder.mkdir(), os.mkfifo(folder / "a.png")), "no regular file"),
        (
            lambda folder: (folder.mkdir(), (folder / "a.png").symlink_to("/nowhere")),
            "a link to no",
        ),
        (lambda folder: put_pictures(folder, 1, prefix="a\nb"), "cannot be printed"),
    ],
)
def test_what_is_no_folder_of_pictures(tmp_path, make, words):
    make(tmp_path / "cats")
    file = {"name": "x", "folder": str(tmp_path / "cats"), "listing": "0" * 64}
    assert words in refused(take_folder, "cats", file, tmp_path / "raw")


def file_entry(path, content=b"images"):
    digest = hashlib.sha256(content).hexdigest()
    return {"name": "train-images", "path": str(path), "digest": f"sha256:{digest}"}


def test_a_file_is_copied_if_it_is_the_right_one(tmp_path):
    mine, raw = tmp_path / "mine.npy", tmp_path / "raw"
    mine.write_bytes(b"images")
    settings = {"dataset": "cats", "files": [file_entry(mine)]}
    assert fetch(settings, raw, None, None) == {"train-images": f"{mine} (digest as known)"}
    assert (raw / "train-images").read_bytes() == b"images"
    assert fetch(settings, raw, None, None) == {"train-images": "kept"}
    mine.write_bytes(b"others")
    (raw / "train-images").unlink()
    text = refused(take_file, "cats", file_entry(mine), raw / "train-images")
    assert f"sha256: {hashlib.sha256(b'others').hexdigest()}" in text
    assert not (raw / "train-images").exists()


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    text = refused(take_file, "cats", file_entry(tmp_path / "pipe"), tmp_path / "raw")
    assert "no regular file" in text


def test_before_planning_a_changed_source_is_refused_and_a_touched_one_is_not(cats, tmp_path):
    given, target = entry(cats), tmp_path / "raw" / "train-images"
    check_unchanged("cats", given, target)
    take_folder("cats", given, target)
    os.utime(cats / "000.png", (2**33, 2**33))
    check_unchanged("cats", given, target)
    put_pictures(cats, 1, seed=9)
    assert "other pictures" in refused(check_unchanged, "cats", given, target)


def test_before_planning_a_deleted_picture_is_seen(cats, tmp_path):
    given, target = entry(cats), tmp_path / "raw" / "train-images"
    take_folder("cats", given, target)
    os.utime(target, (1, 1))
    (cats / "black" / "001.png").unlink()
    assert "6 now" in refused(check_unchanged, "cats", given, target)


def test_a_source_is_not_needed_once_it_was_taken(tmp_path):
    mine, target = tmp_path / "mine.npy", tmp_path / "raw" / "train-images"
    mine.write_bytes(b"images")
    given = file_entry(mine)
    take_file("cats", given, target)
    mine.unlink()
    check_unchanged("cats", given, target)
    target.unlink()
    assert "is missing" in refused(check_unchanged, "cats", given, target)


def test_a_path_is_counted_from_here_and_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("mine.npy").write_bytes(b"images")
    for given in ("mine.npy", "~/mine.npy"):
        target = tmp_path / "raw" / given[-8:]
        target.unlink(missing_ok=True)
        assert take_file("cats", file_entry(given), target).endswith("mine.npy (digest as known)")


@pytest.mark.parametrize("key", ["path", "folder"])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("~nosuchuser/x", "'cats': ~nosuchuser/x is missing"),
        ("x" * 300, "cannot be read .File name too long.: correct the path"),
    ],
)
def test_a_path_that_cannot_be_is_one_sentence(tmp_path, key, given, words):
    file = {"name": "x", key: given, "listing": "0" * 64, "digest": f"sha256:{'0' * 64}"}
    take = take_folder if key == "folder" else take_file
    for function in (check_unchanged, take):
        assert re.search(words, refused(function, "cats", file, tmp_path / "raw"))


class Denied:
    """Path.stat or open as a user without rights meets it; a superuser never does."""

    def __init__(self, function, name, error=PermissionError):
        self.function, self.name, self.error = function, name, error

    def __call__(self, path, *more, **options):
        if Path(path).name == self.name:
            raise self.error(errno.EACCES, "no rights", str(path))
        return self.function(path, *more, **options)

    def __get__(self, path, owner):
        return partial(self, path)


def test_what_may_not_be_read_is_one_sentence(cats, tmp_path, monkeypatch):
    given = entry(cats)
    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", Denied(open, "001.png"))
        assert "001.png cannot be read (no rights)" in refused(
            check_unchanged, "cats", given, tmp_path / "raw"
        )
    for name in ("cats", "001.png"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "stat", Denied(Path.stat, name))
            text = refused(check_unchanged, "cats", given, tmp_path / "raw")
        assert f"{name} cannot be read (no rights)" in text


def test_a_picture_that_goes_while_it_is_looked_at_is_one_sentence(cats, tmp_path, monkeypatch):
    given, target = entry(cats), tmp_path / "raw" / "train-images"
    take_folder("cats", given, target)
    names = list_pictures(cats)
    (cats / "001.png").unlink()
    monkeypatch.setattr("deepgen.data.local.list_pictures", lambda folder: names)
    assert "001.png cannot be read" in refused(check_unchanged, "cats", given, target)
    with pytest.raises(DeepgenError, match=r"001\.png cannot be read"):
        listing(cats, names)


def test_which_names_are_pictures():
    assert all(map(is_picture, ("a.png", "b/A.JPG", "holiday.jpg/1.tiff")))
    assert not any(
        map(
            is_picture,
            ("a.txt", ".a.png", ".b/a.png", "__MACOSX/a.png", "photos.jpg/", "png", "./", ""),
        )
    )


def test_what_macos_adds_does_not_count_in_a_folder_either(cats):
    before = entry(cats)
    put_pictures(cats / "__MACOSX", 1)
    assert entry(cats) == before

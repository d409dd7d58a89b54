"""A file that only its user can get."""

import hashlib
import os

import pytest

from deepgen.data.own_file import take_own_file
from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.stages.fetch import fetch

CONTENT = b"faces"
MD5 = hashlib.md5(CONTENT).hexdigest()


def entry(path, md5=MD5):
    return {"name": "faces.mat", "md5": md5, "path": str(path), "how_to_get": "ask the authors"}


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.mat"
    path.write_bytes(CONTENT)
    return path


def test_the_file_is_copied_and_its_digest_told(mine, tmp_path):
    target = tmp_path / "raw" / "faces.mat"
    assert take_own_file("faces", entry(mine), target) == f"{mine} (MD5 as known)"
    assert target.read_bytes() == CONTENT
    told = take_own_file("faces", entry(mine, "0" * 32), target)
    assert told == f"{mine} (MD5 {MD5}, where {'0' * 32} is known)"


def test_another_file_replaces_the_first(mine, tmp_path):
    target = tmp_path / "raw" / "faces.mat"
    take_own_file("faces", entry(mine), target)
    mine.write_bytes(b"other")
    take_own_file("faces", entry(mine), target)
    assert target.read_bytes() == b"other"
    assert [path.name for path in target.parent.iterdir()] == ["faces.mat"]


@pytest.mark.parametrize("path", ["", "nowhere/faces.mat"])
def test_no_file_says_how_to_get_it(tmp_path, path):
    with pytest.raises(DeepgenError, match=r"data\.faces\.file is .*ask the authors") as error:
        take_own_file("faces", entry(path), tmp_path / "faces.mat")
    assert "\n" not in str(error.value)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DeepgenError, match="no regular file"):
        take_own_file("faces", entry(tmp_path / "pipe"), tmp_path / "raw" / "faces.mat")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(DeepgenError, match="cannot be read"):
        take_own_file("faces", entry(tmp_path), tmp_path / "faces.mat")


def test_tfd_is_fetched_from_the_users_path(mine, tmp_path):
    settings = DATASETS["tfd"].fetch_settings("tfd", str(mine))
    used = fetch(settings, tmp_path / "raw", None, None)
    assert used["TFD_48x48.mat"].startswith(str(mine))
    assert (tmp_path / "raw" / "TFD_48x48.mat").read_bytes() == CONTENT
    with pytest.raises(DeepgenError, match=r"data\.tfd\.file is not set: .*on request"):
        fetch(DATASETS["tfd"].fetch_settings("tfd"), tmp_path / "again", None, None)

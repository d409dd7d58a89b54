"""The stage `fetch` on the registry's own entries."""

import os
from pathlib import Path

import pytest

from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.files import sha256
from deepgen.stages.fetch import fetch

BUNDLED = Path(__file__).parents[2] / "data" / "bundled"


def without_network(settings):
    files = [{**file, "sources": []} for file in settings["files"]]
    return {**settings, "files": files}


def test_bundled_mnist_arrives_whole_and_is_kept(tmp_path):
    settings = without_network(DATASETS["mnist"].fetch_settings("mnist"))
    digests = {file["name"]: file["sha256"] for file in settings["files"]}

    used = fetch(settings, tmp_path / "raw", None, BUNDLED)

    assert used == {name: str(BUNDLED / "mnist" / f"{name}.gz") for name in digests}
    assert {path.name: sha256(path) for path in (tmp_path / "raw").iterdir()} == digests
    assert set(fetch(settings, tmp_path / "raw", None, None).values()) == {"kept"}


def test_a_damaged_raw_file_alone_is_fetched_again(tmp_path):
    settings = without_network(DATASETS["mnist"].fetch_settings("mnist"))
    settings["files"] = settings["files"][1::2]  # the labels, which are small
    first, second = (file["name"] for file in settings["files"])
    fetch(settings, tmp_path, str(BUNDLED), None)
    (tmp_path / second).write_bytes((tmp_path / second).read_bytes()[:-1])
    used = fetch(settings, tmp_path, str(BUNDLED), None)
    assert used == {first: "kept", second: str(BUNDLED / "mnist" / f"{second}.gz")}


def test_it_says_what_it_does(tmp_path, capsys):
    settings = without_network(DATASETS["mnist"].fetch_settings("mnist"))
    settings["files"] = settings["files"][1::2]
    name = settings["files"][0]["name"]
    fetch(settings, tmp_path / "raw", None, BUNDLED)
    first = capsys.readouterr().err.splitlines()
    source = BUNDLED / "mnist" / f"{name}.gz"
    assert first[0] == f"deepgen fetch: {name} from {source}, 60,008 bytes, verified by its digest"
    fetch(settings, tmp_path / "raw", None, None)
    again = capsys.readouterr().err.splitlines()
    assert again[0].startswith(f"deepgen fetch: {name} was there already, 60,008 bytes")


def test_a_missing_file_is_named(tmp_path):
    settings = without_network(DATASETS["mnist"].fetch_settings("mnist"))
    with pytest.raises(DeepgenError, match="train-images-idx3-ubyte of data set 'mnist'"):
        fetch(settings, tmp_path / "raw", str(tmp_path / "nothing"), None)
    assert not (tmp_path / "raw").exists() or os.listdir(tmp_path / "raw") == []

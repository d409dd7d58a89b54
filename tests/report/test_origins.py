"""What the public may read of where files lie."""

import pytest

from deepgen.data.local import listing, take_folder
from deepgen.data.own_file import take_own_file
from deepgen.data.sources import list_sources
from deepgen.report.origins import origin, public


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("https://a.org/~me/x.gz", "https://a.org/~me/x.gz"),
        ("https://a.org/x@2.gz", "https://a.org/x@2.gz"),
        ("HTTP://me:pass@word@a.org/x.gz", "HTTP://a.org/x.gz"),
        ("../shared/data/cifar10/x.tar.gz", "a local mirror"),
        ("/home/me/data/bundled/mnist/x.gz", "a local mirror"),
        ("/home/me (old)/x.gz", "a local mirror"),
        ("data/bundled/mnist/x.gz", "bundled"),
        ("kept", "kept"),
    ],
)
def test_urls_stay_and_paths_do_not(source, said):
    assert origin(source) == said


def test_what_fetch_really_says_of_folders_and_own_files(tmp_path):
    for source in list_sources("a", {"name": "b", "sources": []}, str(tmp_path), None):
        assert origin(source) == "a local mirror"
    (tmp_path / "TFD (1).mat").write_text("x")
    file = {"name": "t", "md5": "0", "path": str(tmp_path / "TFD (1).mat"), "how_to_get": ""}
    text = origin(take_own_file("tfd", file, tmp_path / "t"))
    assert text.startswith("the user's own file (MD5 9dd4e461268c8034f5c8564e155c67a6, where 0 is")


def test_own_files_and_folders_are_told_without_their_path(tmp_path):
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "a.png").write_bytes(b"x")
    folder = {"name": "t", "folder": str(tmp_path / "cats")}
    folder["listing"] = listing(tmp_path / "cats", ["a.png"])
    note = take_folder("cats", folder, tmp_path / "t")
    assert origin(note) == "the user's own file (digest as known)"
    manifest = {"stage": "fetch", "notes": {"t": note}, "settings": {"files": [folder]}}
    assert str(tmp_path) not in str(public(manifest))


def test_a_public_manifest_keeps_paths_of_the_project_alone(tmp_path):
    inputs = {
        "inside": {"path": "data/prepared/mnist/train.npy", "sha256": "1"},
        "outside": {"path": str(tmp_path / "x.npy"), "sha256": "2"},
        "above": {"path": "../me/y.npy", "sha256": "3"},
    }
    manifest = {
        "stage": "fetch",
        "inputs": inputs,
        "notes": {"t": f"{tmp_path}/t.mat (MD5 as known)"},
        "settings": {"dataset": "tfd", "files": [{"name": "t", "path": str(tmp_path / "t.mat")}]},
        "machine": {"host": str(tmp_path), "device": "cpu"},
        "run": {"command": [str(tmp_path)], "seconds": 1.0},
    }
    shown = public(manifest)
    assert str(tmp_path) not in str(shown)
    assert [entry["path"] for entry in shown["inputs"].values()] == [
        "data/prepared/mnist/train.npy",
        "x.npy",
        "y.npy",
    ]
    assert shown["machine"] == {"device": "cpu"}
    assert shown["settings"]["files"] == [{"name": "t"}]
    assert manifest["inputs"] == inputs

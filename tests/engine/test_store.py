"""The store: complete entries only, one owner, and pruning that spares what is in use."""

import pytest

from deepgen.cli import main
from deepgen.engine import store
from deepgen.errors import DeepgenError
from deepgen.files import sha256, write_json


def fill(folder, text="content"):
    """A finished entry with one output."""
    source = folder.parent / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "a.txt").write_text(text)
    store.put(folder, source, {"outputs": {"a.txt": sha256(source / "a.txt")}})
    (source / "a.txt").unlink()
    source.rmdir()


def test_an_entry_is_finished_only_with_its_manifest(tmp_path):
    entry = tmp_path / "sample" / "key"
    assert store.finished(entry) is None
    fill(entry)
    assert list(store.finished(entry)["outputs"]) == ["a.txt"]
    (entry / store.MANIFEST).unlink()
    assert store.finished(entry) is None


def test_putting_again_replaces_the_outputs(tmp_path):
    entry = tmp_path / "sample" / "key"
    fill(entry, "one")
    fill(entry, "two")
    assert (entry / "a.txt").read_text() == "two"
    assert store.finished(entry)


def test_the_owner_clears_away_what_a_killed_one_was_writing(tmp_path):
    entry = tmp_path / "train" / "key"
    fill(entry)
    litter = entry / "budget-5" / ".state.safetensors-another.host-1-abc_d"
    litter.parent.mkdir()
    litter.write_text("half a state")
    with store.owned(entry):
        assert not litter.exists()
    assert store.finished(entry)


def test_an_entry_that_is_half_replaced_is_not_finished(tmp_path):
    entry = tmp_path / "sample" / "key"
    fill(entry, "one")
    (tmp_path / "source").mkdir()
    with pytest.raises(FileNotFoundError):
        store.put(entry, tmp_path / "source", {"outputs": {"a.txt": "0" * 64}})
    assert store.finished(entry) is None


def test_a_folder_has_one_owner_until_it_leaves(tmp_path):
    folder = tmp_path / "train" / "key"
    with store.owned(folder):
        for timeout in (0, 0.05):
            with (
                pytest.raises(DeepgenError, match=r"another process \(pid \d+ on \S+ since"),
                store.owned(folder, timeout),
            ):
                pass
    with store.owned(folder, timeout=0):
        pass


def test_an_owner_that_fails_leaves_too(tmp_path):
    folder = tmp_path / "train" / "key"
    with pytest.raises(ValueError, match="failed"), store.owned(folder):
        raise ValueError("failed")
    with store.owned(folder, timeout=0):
        pass


def test_an_unreadable_owner_file_does_not_hide_that_there_is_one(tmp_path):
    folder = tmp_path / "train" / "key"
    with store.owned(folder):
        (folder / "owner.json").write_text("{")
        with (
            pytest.raises(DeepgenError, match=r"another process \(unknown\) is making"),
            store.owned(folder, timeout=0),
        ):
            pass


def test_the_list_names_what_each_entry_was_made_for(tmp_path, capsys):
    entry, place = tmp_path / "score" / ("ab" * 16), "results/quick/mnist/seed-1/last"
    command = {"command": ["deepgen", "score", "--out", place, "--store", "x"]}
    manifest = {"outputs": {}, "run": command, "settings": {"score": "mmd"}}
    write_json(entry / store.MANIFEST, manifest)
    begun = tmp_path / "train" / "k2" / "budget-50"
    write_json(begun / "training.json", {"out": "results/quick/lfw/seed-3"})
    fill(tmp_path / "sample" / "k3")  # of an earlier version, which tells nothing
    assert main(["store", "list", "--store", str(tmp_path)]) == 0
    sample, score, train = sorted(
        capsys.readouterr().out.splitlines(), key=lambda line: line.split()[0]
    )
    assert sample.split()[-1] == "-"
    assert score.split()[-1] == f"{place}/mmd"
    assert train.split()[-1] == "results/quick/lfw/seed-3"
    assert "running or stopped" in train


def test_entries_tell_stage_key_budget_and_state(tmp_path):
    fill(tmp_path / "sample" / "k1")
    fill(tmp_path / "train" / "k2" / "budget-5")
    (tmp_path / "train" / "k2" / "budget-50").mkdir()
    (tmp_path / "train" / "k2" / "budget-50" / "state.safetensors").write_bytes(b"12345")
    found = {(e["stage"], e["key"], e["budget"]): e for e in store.entries(tmp_path)}
    assert list(found) == [("sample", "k1", ""), ("train", "k2", "5"), ("train", "k2", "50")]
    assert [entry["finished"] for entry in found.values()] == [True, True, False]
    assert found["train", "k2", "50"]["bytes"] == 5


def test_an_empty_or_missing_store_has_no_entries(tmp_path, capsys):
    assert store.entries(tmp_path) == store.entries(tmp_path / "none") == []
    assert main(["store", "list", "--store", str(tmp_path / "none")]) == 0
    assert capsys.readouterr().out == f"nothing in {tmp_path / 'none'}\n"


def test_pruning_keeps_what_is_used_and_what_is_owned(tmp_path):
    for key in ("used", "owned", "old"):
        fill(tmp_path / "sample" / key)
    with store.owned(tmp_path / "sample" / "owned"):
        assert store.prune(tmp_path, {"used"}) == [tmp_path / "sample" / "old"]
    assert sorted(p.name for p in (tmp_path / "sample").iterdir()) == ["owned", "used"]
    assert store.finished(tmp_path / "sample" / "owned")
    assert store.prune(tmp_path, {"used"}) == [tmp_path / "sample" / "owned"]


def test_pruning_through_the_command_line_goes_by_provenance(tmp_path, capsys):
    for key in ("used", "old"):
        fill(tmp_path / "store" / "sample" / key)
    write_json(tmp_path / "results" / "quick" / "mnist" / "sample.prov.json", {"key": "used"})
    folders = ["--store", str(tmp_path / "store"), "--results", str(tmp_path / "results")]
    assert main(["store", "prune", *folders]) == 0
    assert capsys.readouterr().out == f"deleted {tmp_path / 'store' / 'sample' / 'old'}\n"
    assert main(["store", "list", "--store", str(tmp_path / "store")]) == 0
    assert "used" in capsys.readouterr().out
    assert [p.name for p in (tmp_path / "store" / "sample").iterdir()] == ["used"]

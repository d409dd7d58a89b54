"""A job: made once, published whole, never from other code or damaged copies."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from deepgen.cli import main
from deepgen.engine.identity import code_of
from deepgen.engine.job import Job
from deepgen.engine.stop import stoppable
from deepgen.errors import DeepgenError
from deepgen.files import sha256


class Maker:
    """Writes two outputs and counts how often it was asked to."""

    def __init__(self, text="made"):
        self.text, self.calls = text, 0

    def __call__(self, folder):
        self.calls += 1
        (folder / "a.txt").write_text(self.text)
        (folder / "b.txt").write_text(f"{self.text} too")
        return {"note": 1}


@pytest.fixture
def job(tmp_path):
    """A small job of the stage `prepare`, to be made with changes."""
    (tmp_path / "input").write_text("input")

    def build(**changes):
        fields = {
            "stage": "prepare",
            "inputs": {"images": tmp_path / "input"},
            "out": tmp_path / "out",
            "outputs": ["a.txt", "b.txt"],
            "settings": {"parser": "idx", "splits": {"train": 1}},
            "store_dir": tmp_path / "store",
        }
        return Job(**fields | changes)

    return build


def files_below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_outputs_and_provenance_are_published(job, tmp_path):
    first = job(seed=3)
    first.run(Maker())
    out = tmp_path / "out"
    assert files_below(out) == ["a.txt", "b.txt", "prepare.prov.json"]
    assert (out / "b.txt").read_text() == "made too"
    told = json.loads((out / "prepare.prov.json").read_text())
    assert told["outputs"] == {name: sha256(out / name) for name in ("a.txt", "b.txt")}
    assert told["inputs"]["images"] == {
        "path": str(tmp_path / "input"),
        "sha256": sha256(tmp_path / "input"),
    }
    assert told["code"] == code_of("prepare", {"parser": "idx"})
    assert told["settings"] == {"parser": "idx", "splits": {"train": 1}}
    assert (told["stage"], told["seed"], told["key"]) == ("prepare", 3, first.key)
    assert told["notes"] == {"note": 1}
    assert told["machine"]["host"]
    assert told["machine"]["packages"]["numpy"] == np.__version__
    assert told["run"]["seconds"] >= 0


def test_the_same_job_is_taken_from_the_store(job, tmp_path, capsys):
    job().run(Maker("first"))
    again = Maker("second")
    job(out=tmp_path / "elsewhere").run(again)
    assert again.calls == 0
    assert (tmp_path / "elsewhere" / "a.txt").read_text() == "first"
    assert "taken from" in capsys.readouterr().err
    one, two = (
        json.loads((tmp_path / folder / "prepare.prov.json").read_text())
        for folder in ("out", "elsewhere")
    )
    assert one == two


def test_a_published_output_that_someone_edits_does_not_reach_the_store(job, tmp_path):
    job().run(Maker("first"))
    (tmp_path / "out" / "a.txt").write_text("edited")
    job().run(Maker("second"))
    assert (tmp_path / "out" / "a.txt").read_text() == "first"


@pytest.mark.parametrize("damage", ["changed", "shorter", "gone", "manifest"])
def test_a_damaged_stored_output_is_made_again(job, tmp_path, damage):
    first = job()
    first.run(Maker("first"))
    stored = first.entry / ("manifest.json" if damage == "manifest" else "b.txt")
    if damage == "gone":
        stored.unlink()
    else:
        stored.write_bytes(b"x" * stored.stat().st_size if damage == "changed" else b"{")
    job().run(Maker("second"))
    assert (tmp_path / "out" / "b.txt").read_text() == "second too"
    third = Maker("third")
    job().run(third)
    assert third.calls == 0
    assert (tmp_path / "out" / "b.txt").read_text() == "second too"


def test_changed_input_setting_or_seed_is_another_job(job, tmp_path):
    (tmp_path / "moved").write_text("input")
    (tmp_path / "other").write_text("other")
    key = job().key
    assert job(inputs={"images": tmp_path / "moved"}).key == key
    assert job(inputs={"images": tmp_path / "other"}).key != key
    assert job(settings={"parser": "idx", "splits": {"train": 2}}).key != key
    assert job(seed=1).key != key
    assert job(seed=1).key != job(seed=2).key


def test_without_a_store_it_is_made_every_time(job, tmp_path):
    make = Maker()
    for _ in range(2):
        job(store_dir=None).run(make)
    assert make.calls == 2
    assert files_below(tmp_path) == ["input", "out/a.txt", "out/b.txt", "out/prepare.prov.json"]


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("failure", ["raises", "forgets"])
def test_a_failing_job_leaves_what_was_there_and_no_litter(job, tmp_path, stored, failure):
    store = tmp_path / "store" if stored else None
    job(store_dir=store).run(Maker("old"))
    before = {
        name: (tmp_path / "out" / name).read_bytes() for name in files_below(tmp_path / "out")
    }

    def fail(folder):
        (folder / "a.txt").write_text("half")
        if failure == "raises":
            raise DeepgenError("it cannot be done")

    failing = job(store_dir=store, seed=2)
    with pytest.raises(DeepgenError, match=r"cannot be done|did not make b\.txt"):
        failing.run(fail)
    after = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert after == before
    make = Maker("new")
    job(store_dir=store, seed=2).run(make)
    assert make.calls == 1
    assert (tmp_path / "out" / "a.txt").read_text() == "new"


def test_what_a_library_returns_after_swallowing_ctrl_c_is_not_published(job, tmp_path):
    def swallow(folder):
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        return Maker("half")(folder)

    with stoppable(), pytest.raises(KeyboardInterrupt):
        job().run(swallow)
    assert files_below(tmp_path / "out") == []
    job().run(Maker())
    assert (tmp_path / "out/a.txt").read_text() == "made"


def test_outputs_appear_only_after_all_are_made(job, tmp_path):
    seen = []

    def make(folder):
        (folder / "a.txt").write_text("made")
        seen.extend(p.name for p in (tmp_path / "out").iterdir() if not p.name.startswith("."))
        (folder / "b.txt").write_text("made")

    job().run(make)
    assert seen == []
    assert (tmp_path / "out" / "a.txt").exists()


def test_other_code_than_planned_is_refused_before_anything_is_written(job, tmp_path):
    planned = code_of("prepare", {"parser": "idx"})
    job(expected_code=planned, out=tmp_path / "fine").run(Maker())
    changed = planned | {"deepgen.data.formats.idx": "000000000000"}
    with pytest.raises(DeepgenError, match=r"code of deepgen\.data\.formats\.idx changed since"):
        job(expected_code=changed, store_dir=tmp_path / "store2")
    del changed["deepgen.data.formats.idx"]
    with pytest.raises(DeepgenError, match=r"deepgen\.data\.formats\.idx changed.*snakemake again"):
        job(expected_code=changed, store_dir=tmp_path / "store2")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "store2").exists()


def test_code_that_changes_between_start_and_work_is_refused(job, tmp_path, monkeypatch):
    planned = code_of("prepare", {"parser": "idx"})
    waiting = job(expected_code=planned)
    edited = planned | {"deepgen.stages.prepare": "000000000000"}
    monkeypatch.setattr("deepgen.engine.job.code_of", lambda stage, settings: edited)
    make = Maker()
    with pytest.raises(DeepgenError, match=r"deepgen\.stages\.prepare changed"):
        waiting.run(make)
    assert make.calls == 0
    assert not (tmp_path / "out").exists()


def test_a_missing_input_is_named(job, tmp_path):
    with pytest.raises(DeepgenError, match="nothing is missing"):
        job(inputs={"images": tmp_path / "nothing"})


# Two processes

PROGRAM = """
    import sys, time
    from pathlib import Path
    from deepgen.errors import DeepgenError
    from deepgen.engine.job import Job

    folder, out, timeout = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])

    def make(staging):
        with open(folder / "calls", "a") as file:
            file.write(out + "\\n")
        while not (folder / "go").exists():
            time.sleep(0.01)
        (staging / "a.txt").write_text(out)

    try:
        Job("prepare", {}, folder / out, ["a.txt"], {}, store_dir=folder / "store",
            lock_timeout=timeout).run(make)
    except DeepgenError as error:
        sys.exit(str(error))
"""


@pytest.fixture
def process(tmp_path):
    """Start a process that makes the job into a folder once the file `go` exists."""
    started = []

    def start(out, timeout=-1):
        command = [sys.executable, "-c", textwrap.dedent(PROGRAM), tmp_path, out, timeout]
        p = subprocess.Popen([str(w) for w in command], stderr=subprocess.PIPE, text=True)
        started.append(p)
        return p

    yield start
    for p in started:
        if p.poll() is None:
            p.kill()
        p.communicate()


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited for 30 s"


def test_a_second_process_waits_and_then_publishes_without_making(process, tmp_path):
    first = process("first")
    wait_until((tmp_path / "calls").exists)
    second = process("second")
    line = second.stderr.readline()
    assert f"pid {first.pid} on " in line
    assert line.rstrip().endswith("waiting for it")
    assert not (tmp_path / "second" / "a.txt").exists()
    (tmp_path / "go").touch()
    assert first.wait(30) == second.wait(30) == 0
    assert (tmp_path / "calls").read_text() == "first\n"
    assert (tmp_path / "second" / "a.txt").read_text() == "first"


def test_who_does_not_wait_is_told_by_whom_it_is_made(process, tmp_path):
    first = process("first")
    wait_until((tmp_path / "calls").exists)
    second = process("second", timeout=0)
    assert second.wait(30) == 1
    said = second.stderr.read()
    assert said.count("\n") == 1
    assert re.search(rf"another process \(pid {first.pid} on \S+ since \S+\) is making \S+", said)
    assert not (tmp_path / "second").exists()


def test_a_killed_owner_gives_its_lock_free(process, tmp_path):
    first = process("first")
    wait_until((tmp_path / "calls").exists)
    second = process("second")
    second.stderr.readline()
    os.kill(first.pid, signal.SIGKILL)
    first.wait(30)
    (tmp_path / "go").touch()
    assert second.wait(30) == 0
    assert (tmp_path / "second" / "a.txt").read_text() == "second"


# Folders that cannot be written, through the command line


@pytest.fixture
def mounted(tmp_path):
    """Mount a small tmpfs; skips where that is not allowed."""
    points = []

    def mount(name, options):
        point = tmp_path / name
        point.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)]
        if os.geteuid() != 0 or not shutil.which("mount"):
            pytest.skip("only root can mount a tmpfs")
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("this machine does not let root mount a tmpfs")
        points.append(point)
        return point

    yield mount
    for point in points:
        subprocess.run(["umount", str(point)], check=True)


@pytest.fixture
def reference(tmp_path, tiny_data, root, capsys):
    """Run `deepgen reference`, which writes 3 MB; returns its exit code and what it said."""
    settings = {"score_space": {"name": "pixels"}, "threads": 1, "seed": 1}
    settings |= {"reference": "training-images", "num_samples": 1000}

    def run(out=tmp_path / "out", store=tmp_path / "store"):
        words = ["reference", "--settings", json.dumps(settings), "--data", str(tiny_data)]
        code = main([*words, "--out", str(out), "--store", str(store)])
        return code, capsys.readouterr().err.splitlines()

    return run


def only_locks(folder: Path):
    return {Path(name).name for name in files_below(folder)} <= {"lock", "owner.json"}


@pytest.mark.parametrize("which", ["out", "store"])
def test_a_read_only_folder_is_one_sentence(mounted, reference, tmp_path, which):
    point = mounted("mount", "ro")
    code, lines = reference(**{which: point / which})
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith(f"deepgen reference: cannot use {point}")
    assert os.strerror(errno.EROFS) in lines[0]
    assert only_locks(tmp_path / "store")


@pytest.mark.parametrize(
    ("which", "size"), [(["out"], "1m"), (["store"], "1m"), (["out", "store"], "4m")]
)
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    mounted, reference, tmp_path, which, size
):
    point = mounted("mount", f"size={size}")
    code, lines = reference(**{name: point / name for name in which})
    assert (code, len(lines)) == (1, 1)
    assert os.strerror(errno.ENOSPC) in lines[0]
    assert str(point) in lines[0]
    assert only_locks(point)
    assert not (tmp_path / "out").exists() or files_below(tmp_path / "out") == []


def test_an_output_folder_that_is_a_file_is_one_sentence(reference, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, lines = reference()
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith(f"deepgen reference: cannot use {tmp_path / 'out'}")
    assert (tmp_path / "out").read_text() == "a file"


def test_the_folders_are_fine_otherwise(reference, tmp_path):
    code, lines = reference()
    assert (code, lines) == (0, [])
    assert files_below(tmp_path / "out") == ["reference.prov.json", "samples.npy"]

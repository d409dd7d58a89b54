"""`deepgen status`: what runs, what stopped, and no trainer disturbed by the question."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

import deepgen.engine.status
from deepgen.cli import main
from deepgen.engine import store
from deepgen.engine.progress import LOG
from deepgen.engine.status import find_trainings, is_locked
from deepgen.files import write_json


@pytest.fixture
def status(tmp_path, capsys):
    """The lines that `deepgen status` prints about the store of a test."""

    def ask():
        capsys.readouterr()
        assert main(["status", "--store", str(tmp_path / "store")]) == 0
        return capsys.readouterr().out.splitlines()

    return ask


@pytest.fixture
def start(tmp_path, tiny_data, tiny_settings):
    """Starts a long training in a process of its own, and waits for so many epochs."""
    processes = []

    def start(epochs):
        settings = tiny_settings | {"training": tiny_settings["training"] | {"epochs": 100_000}}
        words = ["train", "--settings", json.dumps(settings), "--seed", "7", "--data", tiny_data]
        words += ["--out", tmp_path / "results/tiny/mnist/seed-7", "--store", tmp_path / "store"]
        process = subprocess.Popen(
            [sys.executable, "-m", "deepgen.cli", *map(str, words)],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        processes.append(process)
        assert any(line.startswith(f"epoch {epochs}/") for line in process.stderr)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def made(folder, budget, out, log="", owner=None, **files):
    """A training's folder in a store as an earlier process left it."""
    entry = folder / f"budget-{budget}"
    write_json(entry / "training.json", {"out": out, "seed": 1} | (owner or {}))
    (entry / "state.safetensors").write_bytes(bytes(2_000_000))
    if log:
        (entry / LOG).write_text(log)
    for name, content in files.items():
        write_json((folder if name == "diverged" else entry) / f"{name}.json", content)
    return entry


def epoch_line(epoch, **more):
    """A line of the log of a training of nine epochs."""
    losses = {"model": 0.69314, "objective": 0.70123}
    line = {"time": "2026-11-21T10:00:00+00:00", "epoch": epoch, "epochs": 9, "seconds": 2.0}
    return json.dumps(line | {"losses": losses, "examples_per_second": 500.2} | more) + "\n"


def test_a_running_training_is_shown_as_running_and_after_sigkill_as_stopped(start, status):
    process = start(epochs=4)
    head, line, who, _, note = status()
    words = line.split()
    assert words[0].endswith("results/tiny/mnist/seed-7"), "as no path of this project's results"
    assert words[1:3] == ["7", "running"]
    epoch, budget = words[3].split("/")
    assert int(epoch) >= 4
    assert budget == "100000"
    assert f"pid {process.pid}" in who
    assert re.search(r" D \d\.\d{4} G \d\.\d{4} ", line), "as the family names them"
    assert note == "left: at the pace of the last epoch"
    assert head.split()[:4] == ["training", "seed", "state", "epoch"]

    process.send_signal(signal.SIGKILL)
    process.wait()
    _, line, _, cure = status()
    assert line.split()[1:3] == ["7", "stopped"]
    assert "deepgen store prune --interrupted" in cure


def test_an_empty_store_is_one_sentence(status, tmp_path):
    assert status() == [f"no trainings in {tmp_path / 'store'}"]


def test_running_ones_come_first_and_each_says_how_it_stands(tmp_path, status):
    trainings = tmp_path / "store" / "train"
    scored, plain = epoch_line(3, score=168.94), epoch_line(4)
    made(trainings / "a", 9, "results/quick/mnist/seed-1", manifest={"seed": 1})
    made(trainings / "b", 9, "results/quick/lfw/seed-1", diverged={"reason": "the loss is nan"})
    made(trainings / "c", 9, "results/quick/tfd/seed-1", scored + plain + plain[:40])
    running = trainings / "d"
    with store.owned(running):
        owner = json.loads((running / "owner.json").read_text())
        made(running, 5, "results/quick/z/seed-1", owner=owner | {"pid": -1})
        now = epoch_line(4, time=datetime.now(UTC).isoformat(), seconds=360.0)
        made(running, 9, "results/quick/z/seed-1", now, owner=owner)
        lines = status()
    assert max(map(len, lines)) <= 100
    assert lines[-2].startswith("losses: model, objective; ")
    lines = [text for text in lines[1:-3] if not text.startswith("    on ")]
    assert [text.split()[0].removeprefix("quick/") for text in lines] == [
        *("z", "tfd", "z", "lfw", "the", "mnist"),
    ]
    assert lines[0].split()[2:4] == ["running", "4/9"]
    assert lines[0].split()[-3:-1] == ["30.0", "min"]
    stopped = lines[1].split()
    assert stopped[3:] == [
        *("4/9", "0.6931", "0.7012", "168.9", "500", "2.0"),
    ]
    assert "diverged" in lines[3]
    assert lines[4] == "    the loss is nan"
    assert "finished" in lines[5]


def test_what_a_later_training_of_the_same_place_replaced_is_only_counted(tmp_path, status):
    trainings = tmp_path / "store" / "train"
    place = "results/quick/mnist/seed-1"
    dead = made(trainings / "a", 9, place, epoch_line(3))
    other = made(trainings / "b", 9, "results/quick/lfw/seed-1", epoch_line(3))
    done = made(trainings / "c", 9, place, manifest={"seed": 1})
    for age, entry in enumerate((done, dead, other)):
        for path in entry.iterdir():
            os.utime(path, (1000 - age, 1000 - age))
    lines = status()
    assert [line.split()[0] for line in lines[1:3]] == ["quick/lfw", "quick/mnist"]
    assert [line.split()[2] for line in lines[1:3]] == ["stopped", "finished"]
    assert "not shown: 1 that stopped, and that later ones replaced" in lines

    for path in dead.iterdir():  # given again after the other had ended
        os.utime(path, (2000, 2000))
    assert [line.split()[2] for line in status()[1:4]] == ["stopped", "stopped", "finished"]


def test_another_host_runs_if_it_holds_the_lock_whatever_its_pid(tmp_path):
    folder = tmp_path / "train" / "a"
    theirs = {"host": "another-node", "pid": os.getpid(), "since": "2026-11-21T10:00:00+00:00"}
    made(folder, 9, "results/quick/mnist/seed-1", owner=theirs)
    with store.owned(folder):
        write_json(folder / "owner.json", theirs)
        (training,) = find_trainings(tmp_path)
        assert training.state == "running"
        assert "another-node" in training.remark
    (training,) = find_trainings(tmp_path)
    assert training.state == "stopped", "the pid is alive here, which says nothing"


def test_a_training_from_before_names_were_kept_is_shown_by_its_key(tmp_path, status):
    folder = tmp_path / "store" / "train" / "0123abcd"
    write_json(folder / "budget-5" / "manifest.json", {"seed": 3})
    assert status()[1].split()[:4] == ["0123abcd", "3", "finished", "5/5"]


def test_damaged_records_do_not_hide_a_training(tmp_path, status):
    entry = made(tmp_path / "store" / "train" / "a", 5, "results/quick/mnist/seed-1")
    (entry / "training.json").write_text("{")
    (entry.parent / "diverged.json").write_text("[]")
    assert status()[1].split()[:2] == ["a", "stopped"]


def test_asking_changes_nothing_and_hides_no_lock(tmp_path):
    lock = tmp_path / "a" / "lock"
    assert not is_locked(lock)
    assert not lock.exists()
    with store.owned(lock.parent):
        assert is_locked(lock)
    assert not is_locked(lock)


def test_a_trainer_that_starts_while_somebody_asks_is_not_turned_away(tmp_path, capsys):
    folder = tmp_path / "train" / "a"
    with store.owned(folder):
        pass
    asking = (
        "import sys; from pathlib import Path; from deepgen.engine.status import is_locked\n"
        "print('asking', flush=True)\n"
        "while True: is_locked(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", asking, str(folder / "lock")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "asking\n"
        for _ in range(20):
            with store.owned(folder, timeout=0):
                pass
    finally:
        process.kill()
        process.communicate()
    assert capsys.readouterr().err == ""


def test_a_training_that_is_pruned_in_this_moment_is_left_out(tmp_path, monkeypatch):
    for key in ("gone", "there"):
        (tmp_path / "train" / key / "budget-3").mkdir(parents=True)
    read = deepgen.engine.status.peek_json

    def prune(path):
        if path.parts[-3] == "gone" and path.parent.exists():
            path.parent.rmdir()
        return read(path)

    monkeypatch.setattr("deepgen.engine.status.peek_json", prune)
    assert [training.key for training in find_trainings(tmp_path)] == ["there"]


def test_watching_goes_on_until_ctrl_c_and_shows_what_has_changed(tmp_path):
    entry = made(tmp_path / "train" / "a", 9, "results/quick/mnist/seed-1", epoch_line(3))
    command = [sys.executable, "-c", WATCH, "status", "--watch", "--store", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seen = []
    for line in process.stdout:
        seen += [text for text in ("3/9", "4/9") if f" {text} " in line]
        if seen[-1:] == ["3/9"]:
            (entry / LOG).write_text(epoch_line(4))
        elif seen:
            break
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest[1]


WATCH = """
import sys
from deepgen.engine import status
status.LONG_PAUSE = 0.05
from deepgen.cli import main
sys.exit(main(sys.argv[1:]))
"""

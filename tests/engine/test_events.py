"""`deepgen tensorboard`: curves as events, written once, also while a training runs."""

import json
import sys

import pytest

from deepgen.cli import main
from deepgen.engine import events
from deepgen.errors import DeepgenError

HISTORY = "epoch,loss_model,d_real,selection_score\n1,1.5,0.75,\n2,1.25,0.5,-80.5\n"


def accumulator(folder):
    """What TensorBoard itself reads of a folder, or a skip where it is not installed."""
    module = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    read = module.EventAccumulator(str(folder))
    read.Reload()
    return read


def scalars(folder):
    """{tag: [(epoch, value)]} of a folder."""
    read = accumulator(folder)
    return {tag: [(e.step, e.value) for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "results/quick/mnist/seed-1/history.csv"
    path.parent.mkdir(parents=True)
    path.write_text(HISTORY)
    return tmp_path / "results/quick"


@pytest.fixture
def log(tmp_path):
    """The log of a training that runs, of two epochs."""
    path = tmp_path / "store/train/0123456789abcdef/budget-5/train.jsonl"
    path.parent.mkdir(parents=True)
    about = {"out": "results/quick/mnist/seed-1", "seed": 1, "host": "a", "pid": 1}
    (path.parent / "training.json").write_text(json.dumps(about))
    path.write_text(epoch(1) + epoch(2, score=-80.5))
    return path


def epoch(number, **more):
    row = {"time": f"2026-01-02T03:04:0{number}+00:00", "epoch": number, "epochs": 5}
    row |= {"seconds": 1.0, "losses": {"model": 2.0 / number}, "examples_per_second": 100.0}
    return json.dumps(row | more) + "\n"


def test_a_history_becomes_curves_however_often_it_is_written(run, tmp_path, capsys):
    pytest.importorskip("tensorboard")
    for _ in range(2):
        assert main(["tensorboard", str(run), "--out", str(tmp_path / "logs")]) == 0
        assert capsys.readouterr().out.splitlines() == [str(tmp_path / "logs/mnist/seed-1")]
    assert scalars(tmp_path / "logs/mnist/seed-1") == {
        "loss/model": [(1, 1.5), (2, 1.25)],
        "d_real": [(1, 0.75), (2, 0.5)],
        "selection_score": [(2, -80.5)],
    }


def test_files_of_others_in_the_folder_stay(run, tmp_path):
    pytest.importorskip("tensorboard")
    other = tmp_path / "logs/mnist/seed-1/events.out.tfevents.1.host"
    other.parent.mkdir(parents=True)
    other.touch()
    events.write_events(run, tmp_path / "logs")
    assert other.exists()


def test_a_store_shows_what_runs_and_watching_adds_what_comes(log, tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    grown = iter((epoch(2, score=-80.5) + epoch(3), epoch(4)))  # one again, as after a kill

    def meanwhile(seconds):
        with open(log, "a", encoding="utf-8") as file:
            file.write(next(grown, "") or interrupted())

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(events.time, "sleep", meanwhile)
    with pytest.raises(KeyboardInterrupt):
        events.write_events(tmp_path / "store", tmp_path / "logs", watch=True)
    folder = tmp_path / "logs/quick/mnist/seed-1/01234567"
    found = scalars(folder)
    assert found["loss/model"] == [(n, pytest.approx(2.0 / n)) for n in (1, 2, 3, 4)]
    assert found["selection_score"] == [(2, -80.5)]
    first, second = (e.wall_time for e in accumulator(folder).Scalars("loss/model")[:2])
    assert second - first == 1


@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("name", ["results", "store", "nowhere"])
def test_a_folder_without_a_training_is_named(name, watch, tmp_path):
    pytest.importorskip("tensorboard")
    for folder in ("results", "store/train"):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(DeepgenError, match=r"has no training|is no folder"):
        events.write_events(tmp_path / name, tmp_path / "logs", watch)
    assert not (tmp_path / "logs").exists()


def test_a_damaged_history_is_named(run, tmp_path):
    pytest.importorskip("tensorboard")
    (run / "mnist/seed-1/history.csv").write_text("epoch,loss_model\n1,many\n")
    with pytest.raises(DeepgenError, match=r"seed-1/history\.csv is damaged"):
        events.write_events(run, tmp_path / "logs")


def test_without_tensorboard_one_is_told_how_to_get_it(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert main(["tensorboard", str(run), "--out", str(tmp_path / "logs")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'deepgen[tensorboard]'" in line
    assert not (tmp_path / "logs").exists()

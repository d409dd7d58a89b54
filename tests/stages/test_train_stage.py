"""The stage `train`: however often it is interrupted, its outputs are the same bytes."""

import copy
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import deepgen.stages.train as stage
from deepgen.errors import DeepgenError, TemporaryStop
from deepgen.families.loading import load_model
from deepgen.tensors import read_tensors, write_tensors
from deepgen.training.checkpoint import FALLBACK, STATE
from deepgen.training.loop import Diverged

UPDATES = 11  # an epoch
NAMES = {
    "selected.safetensors",
    "last.safetensors",
    "objective.safetensors",
    "history.csv",
    "previews.npy",
}


class Run:
    """One training in folders of its own."""

    def __init__(self, folder: Path, data: Path, settings: dict):
        self.folder, self.data, self.settings = folder, data, settings
        self.state = folder / "budget-5"
        self.updates = 0

    def __call__(self, stop_after: int | None = None, **changes) -> dict[str, bytes]:
        """Train; the outputs by name. `stop_after` lets so many updates pass."""
        self.updates = 0

        def should_stop():
            if self.updates == stop_after:
                return True
            self.updates += 1
            return False

        arguments = {
            "data": self.data,
            "out": self.folder / "out",
            "states": [self.state],
            "settings": self.settings,
            "seed": 1,
            "key": "key",
            "code": {"deepgen.families.gan.model": "0123456789ab"},
            "device": "cpu",
            "should_stop": should_stop,
        }
        stage.train(**arguments | changes)
        return {p.name: p.read_bytes() for p in (arguments | changes)["out"].iterdir()}

    def stop(self, updates: int, **changes) -> None:
        """Train so many updates and leave."""
        with pytest.raises(TemporaryStop):
            self(stop_after=updates, **changes)
        assert self.updates == updates

    def refusal(self, **changes) -> str:
        """The sentence with which a training is refused."""
        with pytest.raises(DeepgenError) as caught:
            self(**changes)
        assert not isinstance(caught.value, TemporaryStop)
        assert "\n" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def run(tmp_path, tiny_data, tiny_settings) -> Run:
    return Run(tmp_path / "run", tiny_data, tiny_settings)


@pytest.fixture
def straight(tmp_path, tiny_data, tiny_settings) -> dict[str, bytes]:
    """The outputs of a training that nothing interrupted."""
    return Run(tmp_path / "straight", tiny_data, copy.deepcopy(tiny_settings))()


def damage(path: Path, position: float = 0.9) -> None:
    """Flip one bit, by default far behind the header."""
    content = bytearray(path.read_bytes())
    content[int(position * len(content))] ^= 4
    path.write_bytes(content)


def test_outputs_are_complete_and_load_without_a_configuration(run, tiny_settings, tiny_data):
    outputs = run()
    assert set(outputs) == NAMES
    assert run.updates == 5 * UPDATES
    history = pd.read_csv(io.BytesIO(outputs["history.csv"]))
    assert list(history.columns[:4]) == ["epoch", "update", "learning_rate", "momentum"]
    assert history["epoch"].tolist() == [1, 2, 3, 4, 5]
    assert history["update"].tolist() == [11, 22, 33, 44, 55]
    assert history["selection_score"].notna().tolist() == [False, True, False, True, False]
    previews = np.load(io.BytesIO(outputs["previews.npy"]))
    assert previews.shape == (4, 4, 28, 28, 1)  # before training, after epochs 1, 3 and 5
    # Before training every draw is close to the mean image, because biases are its logit
    mean = np.load(tiny_data / "train.npy").mean(axis=0) / 255
    assert np.abs(previews[0] - mean).mean() < 0.02
    assert len({snapshot.tobytes() for snapshot in previews}) == 4
    last, metadata = load_model(run.folder / "out" / "last.safetensors")
    for section in ("model", "model_space", "score_space"):
        assert metadata[section] == tiny_settings[section]
    selected, _ = load_model(run.folder / "out" / "selected.safetensors")
    best = history["selection_score"].idxmax() + 1
    assert best in (2, 4)
    assert not torch.equal(last.layers[0].weight, selected.layers[0].weight)


def test_the_selected_model_is_that_of_the_best_epoch(run, tiny_settings):
    outputs = run()
    history = pd.read_csv(io.BytesIO(outputs["history.csv"]), index_col="epoch")
    best = int(history["selection_score"].idxmax())
    short = copy.deepcopy(tiny_settings)
    short["training"]["epochs"] = best
    other = Run(run.folder.parent / "short", run.data, short)()
    assert other["last.safetensors"] == outputs["selected.safetensors"]


def test_the_objective_belongs_to_the_selected_model(run, tiny_settings):
    """For score functions that need both, as one that asks the discriminator."""
    outputs = run()
    history = pd.read_csv(io.BytesIO(outputs["history.csv"]), index_col="epoch")
    best = int(history["selection_score"].idxmax())
    assert best < 5
    short = copy.deepcopy(tiny_settings)
    short["training"] |= {"epochs": best, "selection": {"rule": "last"}}
    other = Run(run.folder.parent / "short", run.data, short)()
    assert other["selected.safetensors"] == outputs["selected.safetensors"]
    assert other["objective.safetensors"] == outputs["objective.safetensors"]
    state, _ = read_tensors(run.state / STATE)
    kept, _ = read_tensors(run.folder / "out" / "objective.safetensors")
    assert {name.split(".")[1] for name in state if name.startswith("kept.")} == {
        "model",
        "objective",
    }
    for name, tensor in kept.items():
        assert torch.equal(state[f"kept.objective.{name}"], tensor)
        assert not torch.equal(state[f"objective.{name}"], tensor)  # the last epoch's


def test_the_kept_objective_survives_a_stop(run, straight):
    """After the best epoch, so that it comes from the saved state."""
    history = pd.read_csv(io.BytesIO(straight["history.csv"]), index_col="epoch")
    best = int(history["selection_score"].idxmax())
    run.stop(UPDATES * best + 3)
    assert run() == straight


def test_another_seed_is_another_training(run, straight):
    other = run(seed=2)
    assert all(other[name] != straight[name] for name in NAMES)


def test_the_test_split_and_the_clock_have_no_influence(run, straight, tiny_data):
    # The prepared folder has no test split at all, so whoever reads it fails
    assert not (tiny_data / "test.npy").exists()
    torch.manual_seed(1234)
    assert run() == straight


@pytest.mark.parametrize("stops", [[0], [1, 1, 1], [4, 7], [10, 1, 11, 12], [22, 22], [54]])
def test_a_training_stopped_anywhere_ends_with_the_same_bytes(run, straight, stops):
    for updates in stops:
        run.stop(updates)
    assert run() == straight
    assert run.updates == 5 * UPDATES - sum(stops)


def test_a_finished_training_is_written_again_without_an_update(run, straight):
    run()
    assert run() == straight
    assert run.updates == 0


@pytest.mark.parametrize("epochs", [2, 3])  # the last epoch has a preview only if it is the last
def test_a_longer_budget_continues_a_shorter_one_with_the_same_bytes(
    run, straight, tiny_settings, epochs
):
    short = copy.deepcopy(tiny_settings)
    short["training"]["epochs"] = epochs
    old = run.folder / f"budget-{epochs}"
    run(settings=short, states=[old], out=run.folder / "short")
    state = (old / STATE).read_bytes()
    run.stop(5, states=[run.state, old])
    assert run(states=[run.state, old]) == straight
    assert run.updates == (5 - epochs) * UPDATES - 5
    assert (old / STATE).read_bytes() == state


def test_a_shorter_budget_is_not_taken_from_a_longer_one(run, straight, tiny_settings):
    longer = copy.deepcopy(tiny_settings)
    longer["training"]["epochs"] = 7
    run(settings=longer, states=[run.folder / "budget-7"], out=run.folder / "longer")
    assert run(states=[run.state, run.folder / "budget-7"]) == straight


def test_the_furthest_state_wins(run, straight):
    run.stop(20, states=[run.folder / "a"])
    run.stop(35, states=[run.folder / "b"])
    assert run(states=[run.state, run.folder / "b", run.folder / "a"]) == straight
    assert run.updates == 5 * UPDATES - 35


def test_training_ends_early_when_patience_runs_out_and_stays_ended(run, tiny_settings):
    selection = tiny_settings["training"]["selection"]
    selection |= {"patience": 2, "min_gain": 1e6}  # only the first score is a gain
    outputs = run()
    assert run.updates == 4 * UPDATES
    assert run() == outputs
    assert run.updates == 0


def test_a_state_of_another_training_is_refused(run):
    run.stop(3)
    sentence = run.refusal(key="another key")
    assert "belongs to another training" in sentence
    assert str(run.state / STATE) in sentence


def test_a_state_of_another_device_is_refused(run):
    run.stop(3)
    tensors, metadata = read_tensors(run.state / STATE)
    metadata["device"] = "cuda"
    write_tensors(run.state / STATE, tensors, metadata)
    assert "begun on cuda and cannot continue on cpu" in run.refusal()


@pytest.mark.parametrize("position", [0.0, 0.5, 0.9])
def test_a_damaged_newest_state_falls_back_to_the_one_before(run, straight, position):
    run.stop(12)
    run.stop(9)
    damage(run.state / STATE, position)
    assert run() == straight
    assert run.updates == 5 * UPDATES - 12


@pytest.mark.parametrize(
    ("old", "new"), [(b'key\\":\\"key', b'key\\":\\"kex'), (b"epoch", b"epocl")]
)
def test_damaged_metadata_of_the_newest_state_fall_back_too(run, straight, old, new):
    run.stop(12)
    run.stop(9)
    content = (run.state / STATE).read_bytes()
    assert old in content
    (run.state / STATE).write_bytes(content.replace(old, new, 1))
    assert run() == straight


def test_a_truncated_newest_state_falls_back_to_the_one_before(run, straight):
    run.stop(12)
    run.stop(9)
    content = (run.state / STATE).read_bytes()
    (run.state / STATE).write_bytes(content[: len(content) // 2])
    assert run() == straight
    assert run.updates == 5 * UPDATES - 12


def test_a_crash_between_the_two_renames_costs_one_save_only(run, straight):
    run.stop(12)
    run.stop(9)
    (run.state / STATE).unlink()
    assert (run.state / FALLBACK).exists()
    assert run() == straight


def test_a_training_whose_states_are_all_damaged_does_not_silently_restart(run):
    run.stop(12)
    run.stop(9)
    damage(run.state / STATE)
    damage(run.state / FALLBACK)
    sentence = run.refusal()
    assert "damaged" in sentence
    assert "delete" in sentence
    assert str(run.state) in sentence


def test_states_are_saved_by_the_clock(run, monkeypatch):
    monkeypatch.setattr(stage, "SAVE_EVERY_SECONDS", 0)
    monkeypatch.setattr(stage, "SAVES_AT_MOST", 100)
    updates = []

    def report(row):
        updates.append((row["update"], read_tensors(run.state / STATE)[1]["update"]))

    run(report=report)
    # after nearly every update, so that little is lost in epochs that take half an hour
    assert len(updates) == 5
    assert all(now - 3 <= saved < now for now, saved in updates)


def test_a_divergence_is_raised_and_leaves_no_outputs(run, tiny_settings):
    tiny_settings["training"]["optimiser"]["learning_rate"] = 1e30
    with pytest.raises(Diverged, match="at update"):
        run()
    assert not (run.folder / "out").exists()


def test_missing_data_are_named(run, tmp_path):
    sentence = run.refusal(data=tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in sentence
    assert "missing" in sentence


CHILD = """
import json, sys, time
from pathlib import Path
import deepgen.stages.train as stage

stage.SAVE_EVERY_SECONDS, stage.SAVES_AT_MOST = 0, 100
arguments = json.loads(sys.stdin.read())
for name in ("data", "out"):
    arguments[name] = Path(arguments[name])
arguments["states"] = [Path(p) for p in arguments["states"]]

def report(row):
    print(row["epoch"], flush=True)
    time.sleep(0.05)

stage.train(**arguments, report=report)
"""


def test_a_killed_training_continues_with_the_same_bytes(run, tiny_settings, tmp_path):
    tiny_settings["training"]["epochs"] = 40
    arguments = {
        "data": str(run.data),
        "out": str(run.folder / "out"),
        "states": [str(run.state)],
        "settings": tiny_settings,
        "seed": 1,
        "key": "key",
        "code": {"deepgen.families.gan.model": "0123456789ab"},
        "device": "cpu",
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        text=True,
    )
    with child:
        child.stdin.write(json.dumps(arguments))
        child.stdin.close()
        for _ in range(4):
            assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert not (run.folder / "out").exists()
    continued = run()
    assert 0 < run.updates <= 37 * UPDATES  # at least the third epoch was saved
    straight = Run(tmp_path / "straight", run.data, tiny_settings)
    assert straight() == continued
    assert straight.updates == 40 * UPDATES


def test_a_second_phase_begins_with_the_first_ones_model(run, tmp_path, tiny_settings, tiny_data):
    tiny_settings["training"]["selection"] = {"rule": "last"}
    run()
    second = copy.deepcopy(tiny_settings)
    layer = tiny_settings["model"]["generator"][0] | {"kind": "sigmoid", "units": 8}
    second["model"]["generator"].insert(0, layer)
    second["training"]["epochs"] = 1
    later = Run(tmp_path / "later", tiny_data, second)
    first_phase = run.folder / "out" / "last.safetensors"
    later.stop(0, first_phase=first_phase)
    began = read_tensors(later.state / STATE)[0]
    trained = read_tensors(first_phase)[0]
    for name in ("weight", "bias"):
        assert torch.equal(began[f"model.layers.1.{name}"], trained[f"layers.0.{name}"])
        assert torch.equal(began[f"model.layers.2.{name}"], trained[f"layers.1.{name}"])
    sentence = Run(tmp_path / "other", tiny_data, tiny_settings).refusal(
        first_phase=later.folder / "nothing.safetensors"
    )
    assert "nothing.safetensors is missing" in sentence
    later(first_phase=first_phase)
    sentence = Run(tmp_path / "shallow", tiny_data, tiny_settings).refusal(
        first_phase=later.folder / "out" / "last.safetensors"
    )
    assert "cannot begin this training" in sentence
    assert "init_from" in sentence


def test_the_last_rule_needs_no_validation_images(run, tmp_path, tiny_data, tiny_settings):
    tiny_settings["training"]["selection"] = {"rule": "last"}
    for name in ("train.npy", "train_labels.npy"):
        (tmp_path / name).symlink_to(tiny_data / name)
    outputs = run(data=tmp_path)
    assert outputs["selected.safetensors"] == outputs["last.safetensors"]
    assert b"selection_score" not in outputs["history.csv"]

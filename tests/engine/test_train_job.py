"""`deepgen train` as a person or a cluster runs it: signals, limits, divergence, two at once."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime

import numpy as np
import pytest

import deepgen.stages.train as stage
from deepgen.cli import main
from deepgen.engine import train_job
from deepgen.engine.progress import TrainingProgress, processor_seconds_in, read_epochs, seconds_in
from deepgen.engine.train_job import DIVERGED
from deepgen.tensors import read_tensors, write_tensors

OUTPUTS = [
    "history.csv",
    "last.safetensors",
    "objective.safetensors",
    "previews.npy",
    "selected.safetensors",
]


class Runner:
    """`deepgen` with folders of its own; `say` is what the last command wrote to stderr."""

    def __init__(self, folder, data, settings, capsys):
        self.folder, self.data, self.settings, self.capsys = folder, data, settings, capsys
        self.say = []

    def words(self, out="out", **changes):
        training = self.settings["training"] | changes
        settings = self.settings | {"training": training}
        words = ["train", "--settings", json.dumps(settings), "--seed", "1", "--device", "cpu"]
        words += ["--data", self.data, "--out", self.folder / out, "--store", self.folder / "store"]
        return [str(word) for word in words]

    def __call__(self, *more, words=None, **changes):
        code = main([*(words or self.words(**changes)), *more])
        self.say = self.capsys.readouterr().err.splitlines()
        return code

    def start(self, from_epoch=3, **changes):
        """The same in a process of its own, once so many epochs are over."""
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "deepgen.cli", *self.words(**changes)]
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
        )
        for line in process.stderr:
            if line.startswith(f"epoch {from_epoch}/"):
                return process
        raise AssertionError(f"the training ended with {process.wait()} too early")

    def outputs(self, out="out"):
        return {name: (self.folder / out / name).read_bytes() for name in OUTPUTS}

    def below(self, pattern):
        return sorted(self.folder.glob(pattern))


@pytest.fixture
def deepgen(tmp_path, tiny_data, tiny_settings, capsys):
    return Runner(tmp_path, tiny_data, tiny_settings, capsys)


@pytest.fixture
def uninterrupted(tmp_path, tiny_data, tiny_settings, capsys):
    """The outputs of a training of so many epochs that nobody stopped."""

    def train(epochs):
        other = Runner(tmp_path / "uninterrupted", tiny_data, tiny_settings, capsys)
        assert other(epochs=epochs) == 0
        return other.outputs()

    return train


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_the_same_command_finishes_with_the_same_bits(
    deepgen, uninterrupted, number
):
    process = deepgen.start(epochs=30)
    process.send_signal(number)
    said = process.stderr.read().splitlines()
    assert process.wait() == 75
    assert said[-1].endswith("is saved; the same command continues")
    assert not any("Traceback" in line for line in said)
    assert deepgen.below("out/*.safetensors") == []

    assert deepgen("--stop-after", "0", epochs=30) == 75
    assert deepgen(epochs=30) == 0
    assert not any("epoch 1/30" in line for line in deepgen.say), "it began anew"
    assert deepgen.outputs() == uninterrupted(30)


def test_no_time_at_all_exits_with_75_and_one_sentence(deepgen):
    assert deepgen("--stop-after", "0") == 75
    assert len(deepgen.say) == 1
    assert deepgen.say[0].startswith("deepgen train: training stopped at update 0 and is saved")
    assert deepgen.below("out/*") == []


def test_a_finished_training_is_published_without_training(deepgen, monkeypatch):
    assert deepgen() == 0
    monkeypatch.setattr(stage, "train", None)
    assert deepgen(out="again") == 0
    assert len(deepgen.say) == 1
    assert "taken from" in deepgen.say[0]
    assert deepgen.outputs("again") == deepgen.outputs()


def test_a_longer_budget_continues_a_shorter_one_to_the_same_bits(deepgen, uninterrupted):
    assert deepgen(epochs=3) == 0
    assert deepgen(epochs=5) == 0
    assert deepgen.say[0] == "deepgen train: continues from saved states up to epoch 3 of 5"
    assert epochs_in(deepgen.say) == [4, 5]
    assert deepgen.outputs() == uninterrupted(5)


def test_a_diverging_training_is_one_sentence_and_a_retry_does_not_train(deepgen, monkeypatch):
    optimiser = deepgen.settings["training"]["optimiser"] | {"learning_rate": 1e6}
    assert deepgen(optimiser=optimiser) == 1
    (record,) = deepgen.below(f"store/train/*/{DIVERGED}")
    sentence = deepgen.say[-1]
    assert sentence.startswith("deepgen train: training diverged: ")
    assert "lower training.optimiser.learning_rate" in sentence
    assert str(record) in sentence
    assert deepgen.below("out/*") == deepgen.below("out/.*") == []

    monkeypatch.setattr(stage, "train", None)
    assert deepgen(optimiser=optimiser) == 1
    assert deepgen.say == [sentence]

    monkeypatch.undo()
    assert deepgen() == 0, "another learning rate is another training"


def test_too_few_validation_images_are_refused_before_training(deepgen, tiny_settings):
    selection = tiny_settings["training"]["selection"] | {"sigma_examples": 300}
    assert deepgen(selection=selection) == 1
    assert "sigma_examples is 300: must be at most 299" in deepgen.say[-1]
    assert not deepgen.below("store/train/*/*/train.jsonl")


def test_two_trainings_of_one_seed(deepgen):
    process = deepgen.start(epochs=100_000)
    try:
        assert deepgen("--lock-timeout", "0", epochs=100_000) == 75
        assert len(deepgen.say) == 1
        assert f"another process (pid {process.pid} on " in deepgen.say[0]

        began = time.monotonic()
        assert deepgen("--lock-timeout", "0", epochs=1) == 75, "another budget has the same state"
        assert time.monotonic() - began < 5
    finally:
        process.terminate()
        process.stderr.read()
        assert process.wait() == 75


def wait_beside(deepgen, epochs):
    """A second process that trains the same into `second`; returns when it waits for the first."""
    words = deepgen.words("second", epochs=epochs)
    command = [sys.executable, "-m", "deepgen.cli", *words]
    second = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert second.stderr.readline().endswith("waiting for it\n")
    return second


def epochs_in(lines):
    return [int(found[1]) for line in lines if (found := re.match(r"epoch (\d+)/", line))]


def test_a_second_training_waits_and_takes_over_when_the_first_is_killed(
    deepgen, uninterrupted, monkeypatch
):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    stopped = deepgen.start(epochs=3000)
    stopped.terminate()
    saved = max([3, *epochs_in(stopped.stderr.read().splitlines())])
    assert stopped.wait() == 75
    budget = saved + 40
    first = deepgen.start(epochs=budget, from_epoch=saved + 3)
    second = wait_beside(deepgen, budget)
    first.kill()
    first.wait()
    said = second.communicate()[1].splitlines()
    assert second.returncode == 0
    assert said[0].endswith(" is free; going on")
    assert said[1] == f"deepgen train: continues from saved states up to epoch {saved} of {budget}"
    assert epochs_in(said) == list(range(saved + 1, budget + 1)), "an epoch was lost or done again"
    assert deepgen.outputs("second") == uninterrupted(budget)


def test_a_second_training_publishes_what_the_first_has_finished(deepgen, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    first = deepgen.start(epochs=400)
    second = wait_beside(deepgen, 400)
    assert first.poll() is None, "the first had finished before the second began to wait"
    first.stderr.read()
    assert first.wait() == 0
    said = second.communicate()[1].splitlines()
    assert second.returncode == 0
    assert "taken from" in said[-1]
    assert epochs_in(said) == []
    assert deepgen.outputs("second") == deepgen.outputs()


def test_a_waiting_training_leaves_when_its_own_time_ends(deepgen):
    process = deepgen.start(epochs=100_000)
    try:
        began = time.monotonic()
        assert deepgen("--stop-after", "1", epochs=100_000) == 75
        assert 1 <= time.monotonic() - began < 10
        assert "waiting for it" in deepgen.say[0]
        assert deepgen.say[1].startswith("deepgen train: another process (pid ")
    finally:
        process.terminate()
        process.stderr.read()
        assert process.wait() == 75


def sample(deepgen, model, settings):
    """Arguments of `deepgen sample`."""
    slice = {key: settings[key] for key in ("model", "model_space", "score_space", "threads")}
    slice |= {"num_samples": 20}
    words = ["sample", "--settings", json.dumps(slice), "--seed", "1", "--model", model]
    words += ["--out", deepgen.folder / "samples", "--store", deepgen.folder / "store"]
    return [str(word) for word in words]


def test_a_trained_model_gives_samples_of_its_seed(deepgen):
    assert deepgen() == 0
    model = deepgen.folder / "out" / "selected.safetensors"
    assert deepgen(words=sample(deepgen, model, deepgen.settings)) == 0
    samples = np.load(deepgen.folder / "samples" / "samples.npy")
    assert samples.shape == (20, 784)
    assert 0 <= samples.min() < samples.max() <= 1


@pytest.mark.parametrize("culprit", ["experiment", "code", "objective", "damage"])
def test_a_model_that_does_not_belong_is_refused_in_one_sentence(deepgen, culprit):
    assert deepgen(epochs=1) == 0
    (deepgen.folder / "out" / "train.prov.json").unlink()  # as beside a model from elsewhere
    model = deepgen.folder / "out" / "selected.safetensors"
    settings = json.loads(json.dumps(deepgen.settings))
    if culprit == "experiment":
        settings["model"]["noise"]["distribution"] = "gaussian"
        said = "belongs to another experiment"
    elif culprit == "code":
        tensors, metadata = read_tensors(model)
        metadata["code"]["deepgen.families.gan.model"] = "000000000000"
        write_tensors(model, tensors, metadata)
        said = "was made by other code (deepgen.families.gan.model changed since): train again"
    elif culprit == "objective":
        model = model.with_name("objective.safetensors")
        said = "is no model file of deepgen"
    else:
        model.write_bytes(model.read_bytes()[:-100])
        said = "is not a safetensors file that deepgen wrote"
    assert deepgen(words=sample(deepgen, model, settings)) == 1
    assert len(deepgen.say) == 1
    assert deepgen.say[0].startswith(f"deepgen sample: {model} ")
    assert said in deepgen.say[0]
    assert deepgen.below("samples/*") == deepgen.below("samples/.*") == []


def test_a_state_of_another_training_is_refused(deepgen):
    assert deepgen("--stop-after", "0") == 75
    (state,) = deepgen.below("store/train/*/budget-5/state.safetensors")
    assert deepgen("--stop-after", "0", batch_size=50) == 75
    (other,) = set(deepgen.below("store/train/*/budget-5/state.safetensors")) - {state}
    shutil.copy(other, state)
    assert deepgen() == 1
    assert f"{state} belongs to another training or was made by other code" in deepgen.say[-1]


class StopAfter:
    """Stands for a signal that comes after so many updates."""

    def __init__(self, updates):
        self.left = updates

    def __call__(self):
        self.left -= 1
        return self.left < 0

    def release(self):
        pass


@pytest.mark.parametrize(("stopped_at", "budget"), [(3 * 11 + 4, 3), (3 * 11 + 4, 4), (11, 1)])
def test_a_shorter_budget_never_holds_updates_beyond_its_last_epoch(
    deepgen, uninterrupted, monkeypatch, stopped_at, budget
):
    with monkeypatch.context() as patched:
        patched.setattr(train_job, "StopRequest", lambda _: StopAfter(stopped_at))
        assert deepgen(epochs=5) == 75
    assert deepgen(epochs=budget) == 0
    assert deepgen.outputs() == uninterrupted(budget)


def test_a_finished_training_keeps_one_state(deepgen, monkeypatch):
    monkeypatch.setattr(stage, "SAVE_EVERY_SECONDS", 0)
    assert deepgen() == 0
    assert [p.name for p in deepgen.below("store/train/*/*/state*")] == ["state.safetensors"]


def test_processor_time_counts_every_part_of_an_interrupted_training(deepgen, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(train_job, "StopRequest", lambda _: StopAfter(2 * 11))
        assert deepgen() == 75
    (log,) = deepgen.below("store/train/*/*/train.jsonl")
    first = log.read_text()
    assert deepgen() == 0
    notes = json.loads((deepgen.folder / "out/train.prov.json").read_text())["notes"]
    spent = [epoch["processor_seconds"] for epoch in read_epochs(log)]
    assert len(spent) == 5
    assert notes["processor_seconds"] == pytest.approx(sum(spent))
    assert first.count("processor_seconds") == 2


def test_a_training_that_began_before_processor_time_was_kept_tells_none(deepgen):
    assert deepgen(epochs=2) == 0
    (log,) = deepgen.below("store/train/*/*/train.jsonl")
    log.write_text(log.read_text().replace("processor_seconds", "other", 1))
    assert deepgen(epochs=3) == 0
    notes = json.loads((deepgen.folder / "out/train.prov.json").read_text())["notes"]
    assert notes["processor_seconds"] is None
    assert notes["training_seconds"] > 0


def test_the_log_has_an_object_an_epoch_and_a_line_that_was_cut_off_spoils_no_other(deepgen):
    assert deepgen(epochs=2) == 0
    (log,) = deepgen.below("store/train/*/budget-2/train.jsonl")
    first, second = read_epochs(log)
    assert (first["epoch"], second["epoch"], second["epochs"]) == (1, 2, 2)
    assert "score" not in first
    (row,) = csv.DictReader((deepgen.folder / "out/history.csv").read_text().splitlines()[::2])
    assert second["score"] == pytest.approx(float(row["selection_score"]))
    assert set(second["losses"]) == {"model", "objective"}
    assert second["seconds"] * second["examples_per_second"] == pytest.approx(1030)
    assert datetime.fromisoformat(second["time"]).tzinfo is not None
    assert seconds_in(log) == first["seconds"] + second["seconds"]
    processor = [epoch["processor_seconds"] for epoch in (first, second)]
    assert 0 < processor_seconds_in(log) == sum(processor)

    log.write_text(log.read_text()[:-20])
    assert read_epochs(log) == [first]
    report = TrainingProgress(log, epochs=3, examples=1030)
    report({"epoch": 3, "loss_model": 0.5})
    report.close()
    assert [epoch["epoch"] for epoch in read_epochs(log)] == [1, 3]

"""Slots of GPUs, with a simulated `nvidia-smi`: there is no GPU here, and CUDA is never asked."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

HOLD = (
    "import os, sys; from deepgen.engine.gpu_slots import take_gpu; take_gpu();"
    "print(os.environ.get('CUDA_VISIBLE_DEVICES'), flush=True); sys.stdin.read()"
)
NOTE = """
import os, time
from deepgen.engine.gpu_slots import take_gpu
take_gpu()
log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for verb in "takes", "leaves":
    os.write(log, f"{{verb}} {{os.environ['CUDA_VISIBLE_DEVICES']}}\\n".encode())
    time.sleep(0.05)
"""


class Machine:
    """Processes on a machine with two simulated GPUs."""

    def __init__(self, folder: Path):
        self.gpus = [f"GPU-{uuid.uuid4()}" for _ in range(2)]
        lines = [f"GPU {i}: NVIDIA H100 (UUID: {gpu})" for i, gpu in enumerate(self.gpus)]
        (folder / "nvidia-smi").write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(lines) + "\nEND")
        (folder / "nvidia-smi").chmod(0o755)
        self.path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self.processes: list[subprocess.Popen] = []

    def start(self, script: str = HOLD, **environment: str) -> subprocess.Popen:
        """A process that takes a GPU and holds it until it is ended."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA_", "SLURM_"))}
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=clean | {"PATH": self.path} | environment,
            stdin=pipe, stdout=pipe, stderr=pipe, text=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        for gpu in self.gpus:
            Path(f"/tmp/deepgen-{gpu}.lock").unlink(missing_ok=True)


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    machine.end()


def gpu_of(process) -> str:
    """The GPU that the process got, once it has one."""
    return process.stdout.readline().strip()


def test_each_process_gets_another_gpu_and_says_which(machine):
    first, second = machine.start(), machine.start()
    assert {gpu_of(first), gpu_of(second)} == set(machine.gpus)
    assert first.stderr.readline().startswith("deepgen: takes GPU GPU-")


@pytest.mark.parametrize("end", ["exit", "SIGKILL"])
def test_a_third_process_waits_and_says_so_until_a_gpu_is_free(machine, end):
    first, second = machine.start(), machine.start()
    freed = gpu_of(first)
    gpu_of(second)
    third = machine.start()
    assert "are taken; waiting for one" in third.stderr.readline()
    if end == "exit":
        first.stdin.close()
    else:
        first.send_signal(signal.SIGKILL)
    assert gpu_of(third) == freed


def test_many_processes_never_share_a_gpu(machine, tmp_path):
    log = tmp_path / "log"
    processes = [machine.start(script=NOTE.format(log=str(log))) for _ in range(8)]
    assert [process.wait() for process in processes] == [0] * 8
    held = set()
    for line in log.read_text().splitlines():
        verb, gpu = line.split()
        assert (gpu in held) == (verb == "leaves"), log.read_text()
        held ^= {gpu}
    assert log.read_text().count("takes") == 8


@pytest.mark.parametrize("given", ["0,1", "{gpus[0]:.12},{gpus[1]:.12}", "1, 0"])
@pytest.mark.parametrize("job", [{}, {"SLURM_JOB_ID": "7"}])
def test_whatever_names_the_user_or_slurm_gave_no_gpu_is_shared(machine, given, job):
    taken = gpu_of(machine.start())
    given = given.format(gpus=machine.gpus)
    other = gpu_of(machine.start(CUDA_VISIBLE_DEVICES=given, **job))
    assert {taken, other} == set(machine.gpus)


def test_a_single_visible_gpu_is_locked_too(machine):
    first = machine.start(CUDA_VISIBLE_DEVICES="1")
    assert gpu_of(first) == machine.gpus[1]
    second = machine.start(CUDA_VISIBLE_DEVICES="1")
    assert "are taken; waiting for one" in second.stderr.readline()


def test_waiting_ends_with_the_time_of_the_job(machine):
    for _ in machine.gpus:
        gpu_of(machine.start())
    late = machine.start(HOLD.replace("take_gpu();", "take_gpu(0.0);"))
    assert "TemporaryStop: all GPUs" in late.communicate()[1]


@pytest.mark.parametrize(
    ("environment", "seen"),
    [
        ({"CUDA_VISIBLE_DEVICES": ""}, ""),
        ({"CUDA_VISIBLE_DEVICES": "0", "SLURM_JOB_ID": "7"}, "0"),
        ({"SLURM_JOB_ID": "7"}, "None"),
        ({"PATH": "/nowhere"}, "None"),
    ],
)
def test_where_nothing_is_to_choose_nothing_changes(machine, environment, seen):
    process = machine.start(**environment)
    assert gpu_of(process) == seen
    assert process.communicate()[1] == ""


@pytest.mark.parametrize(("device", "takes"), [("auto", [True, False]), ("cpu", [False])])
def test_a_training_takes_a_gpu_unless_it_is_told_its_device(
    machine, tmp_path, tiny_data, tiny_settings, device, takes
):
    words = ["train", "--settings", json.dumps(tiny_settings), "--seed", "1", "--device", device]
    words += ["--data", tiny_data, "--out", tmp_path / "out", "--store", tmp_path / "store"]
    words += ["--stop-after", "0"]
    command = f"import sys; from deepgen.cli import main; sys.exit(main({list(map(str, words))}))"
    process = machine.start(command, OMP_NUM_THREADS="1")
    lines = process.communicate()[1].splitlines()
    assert process.returncode == 75
    assert ["takes GPU" in line for line in lines] == takes

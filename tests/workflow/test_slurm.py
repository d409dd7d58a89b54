"""Both SLURM profiles on a real SLURM of one node, with preempted, cancelled and orphaned jobs."""

import json
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from deepgen.files import sha256

from . import slurm_cluster
from .project import EXPERIMENT, Project

pytestmark = pytest.mark.slurm

EPOCHS = 400
# The chain from the raw files to the paper's score; other jobs are submitted in the same way.
SCORE = "results/tiny/digits/seed-1/selected/parzen.json"
MODEL = "results/tiny/digits/seed-1/selected.safetensors"
ENDED = re.compile(r"^ +(FAILED|stopped) ", re.MULTILINE)  # of a job that did not end well
LOG = "logs/tiny/digits/seed-1/train.log"
# Shorter waits than a real cluster's, and squeue where there is no accounting.
QUICK = ["--latency-wait", "10", "--seconds-between-status-checks", "1"]
WITHOUT_ACCOUNTING = [
    *("--slurm-status-command", "squeue", "--slurm-no-account"),
    *("--slurm-init-seconds-before-status-checks", "1"),
]


class SlowProject(Project):
    """The tiny run with a training of half a minute, so that there is time to interrupt it."""

    def __init__(self, root: Path):
        root.mkdir()
        super().__init__(root)
        slow = yaml.safe_load(yaml.safe_dump(EXPERIMENT))
        slow["model"]["generator"][0]["units"] = 1200
        slow["training"] |= {"epochs": EPOCHS}
        slow["training"]["selection"] |= {"every": 50, "patience": EPOCHS}
        self.write_yaml("config/experiments/digits.yaml", slow)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Snakemake in the background; what it says is in `said()`."""
        command = ["snakemake", SCORE, *arguments, "--configfile", "config/tiny.yaml"]
        with open(self.root / "said", "w") as file:
            return subprocess.Popen(
                command, cwd=self.root, env=self.environment, stdout=file, stderr=file
            )

    def said(self) -> str:
        return (self.root / "said").read_text()

    def log(self) -> str:
        """The log of the training; Snakemake removes it before a job begins."""
        path = self.root / LOG
        return path.read_text() if path.exists() else ""

    def training_log(self) -> str:
        return "".join(path.read_text() for path in self.root.glob("store/train/*/*/train.jsonl"))

    def trainer(self) -> int:
        """The process that trains, or trained last."""
        (owner,) = self.root.glob("store/train/*/owner.json")
        return json.loads(owner.read_text())["pid"]

    def wait_for(self, what, head: subprocess.Popen, seconds: float = 180):
        """Wait until `what()` is true; returns it."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if found := what():
                return found
            assert head.poll() is None, self.said()
            time.sleep(0.2)
        raise AssertionError(f"waited in vain; Snakemake said:\n{self.said()}")

    def wait_for_epoch(self, epoch: int, head: subprocess.Popen) -> None:
        self.wait_for(lambda: epoch in self.trained_epochs(), head)

    def trained_epochs(self) -> list[int]:
        """Each epoch that a training finished, in the order of time."""
        return [int(epoch) for epoch in re.findall(r'"epoch": ?(\d+)', self.training_log())]

    def artefacts(self) -> dict[str, str]:
        """The digest of every result but the provenance, which tells machine and times."""
        files = (path for path in (self.root / "results").rglob("*") if path.is_file())
        return {
            path.relative_to(self.root).as_posix(): sha256(path)
            for path in files
            if not path.name.endswith(".prov.json")
        }


def slurm(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def training_jobs() -> list[str]:
    """Numbers of the training jobs that run; both executors put the rule's name somewhere."""
    lines = slurm("squeue", "-h", "--states=RUNNING", "--format=%i %j %k").splitlines()
    return [line.split()[0] for line in lines if re.search(r" train |rule_train_", line + " ")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    if reason := slurm_cluster.why_not():
        pytest.skip(reason)
    with slurm_cluster.cluster(tmp_path_factory.mktemp("slurm")):
        yield


@pytest.fixture(scope="module")
def local(cluster, tmp_path_factory):
    """A function that returns the artefacts of a run without SLURM, made in the meantime."""
    project = SlowProject(tmp_path_factory.mktemp("local") / "a project")
    head = project.start("--cores", "1")

    def artefacts():
        assert head.wait(timeout=400) == 0, project.said()
        return project.artefacts()

    yield artefacts
    head.kill()


def test_a_preempted_and_a_cancelled_training_end_with_the_same_bits(cluster, local, tmp_path):
    project = SlowProject(tmp_path / "a project")
    head = project.start("--profile", "profiles/slurm-generic", *QUICK)

    project.wait_for_epoch(10, head)
    (job,) = training_jobs()
    slurm("srun", "--partition=high", "--gpus=2", "--immediate=30", "true")
    assert f"JobId={job} " in slurm("scontrol", "--oneliner", "show", "job", job)
    assert "Restarts=1" in slurm("scontrol", "--oneliner", "show", "job", job)
    stopped = project.trained_epochs()[-1]
    assert stopped < EPOCHS
    for number in slurm("squeue", "-h", "--states=PENDING", "--format=%i").split():
        slurm("scontrol", "update", f"JobId={number}", "StartTime=now")  # else in two minutes

    project.wait_for_epoch(stopped + 30, head)
    assert f"continues from saved states up to epoch {stopped} of" in project.log()
    slurm("scancel", job)

    assert head.wait(timeout=400) == 0, project.said()
    assert len(ENDED.findall(project.said())) == 1, "only the cancelled job failed"
    assert project.trained_epochs() == list(range(1, EPOCHS + 1)), "an epoch was trained twice"
    assert project.artefacts() == local()
    assert SCORE in local()


def test_a_killed_head_restarts_and_a_training_outlives_its_time(cluster, local, tmp_path):
    project = SlowProject(tmp_path / "a project")
    arguments = ["--profile", "profiles/slurm", *QUICK, *WITHOUT_ACCOUNTING, "--until", "train"]
    head = project.start(*arguments)
    project.wait_for_epoch(10, head)
    (first,) = training_jobs()
    head.send_signal(signal.SIGKILL)
    head.wait()
    trainer = project.trainer()
    os.kill(trainer, signal.SIGSTOP)  # on a fast machine it would end before the next one begins

    assert project.start("--unlock").wait() == 0, project.said()
    # A minute is the shortest time that SLURM gives; with this margin 25 seconds of it are used,
    # of which a busy machine needs more than ten to import torch and load the data.
    # Jobs read the rules anew, so those after the first that left have time enough.
    with project.edited("workflow/rules/common.smk", "margin = 30", "margin = 32"):
        head = project.start(*arguments, "--set-resources", "train:gpu=1", "train:runtime=1")
        project.wait_for(lambda: "waiting for it" in project.log(), head)
        assert f"SLURM job {first}," in project.log()
        assert first in training_jobs(), "the first trainer is no longer at work"
        slurm("scancel", first)
        with suppress(ProcessLookupError):  # it has gone already, if SLURM woke it up
            os.kill(trainer, signal.SIGCONT)
        # By its process, for the first one may end an epoch before it leaves
        second = project.wait_for(lambda: {project.trainer()} - {trainer}, head).pop()
        project.wait_for_epoch(project.trained_epochs()[-1] + 1, head)
        os.kill(second, signal.SIGSTOP)  # nor may the second one end before its time
        time.sleep(25)
        os.kill(second, signal.SIGCONT)
        project.wait_for(lambda: ENDED.search(project.said()), head)
    with project.edited("workflow/rules/common.smk", "margin = 30", "margin = -600"):
        # On a busy machine the minute is over before the end, and the next job continues
        assert head.wait(timeout=900) == 0, project.said()

    assert re.search(r"continues from saved states up to epoch [1-9]", project.log())
    assert project.trained_epochs() == list(range(1, EPOCHS + 1)), "an epoch was trained twice"
    made = project.artefacts()
    assert MODEL in made
    assert made.items() <= local().items()

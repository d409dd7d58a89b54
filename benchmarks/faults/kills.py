"""Stage commands and whole runs that are killed or told to stop at random moments."""

import copy
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from deepgen.files import sha256
from tests.workflow.project import Project

from .outcome import Outcome
from .stages import (
    SAVE_ALWAYS,
    Run,
    Stage,
    finished_run,
    shows_times,
    small_project,
    traceback_in,
)

STARTS = ("nothing", "stale", "stored")
RUN_SIGNALS = signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT
RESTARTS = 4
TRAININGS = 4  # a round, as many as of no other stage: they have the most to lose


def killed_stages(count: int, seed: int, folder: Path) -> Outcome:
    """SIGKILL at random moments of every stage, then the same command again.

    Args:
        count: Kills; commands that ended before theirs come on top.
    """
    outcome = Outcome("SIGKILL while a stage runs, then the same command")
    run, rng = finished_run(folder), random.Random(seed)
    killed = 0
    for stage, moment, start in _moments(run, rng):
        # Half of the trainings write their state all the time, so that writing it is hit, too
        patches = SAVE_ALWAYS if rng.random() < 0.5 else {}
        run.forget(stage, start)
        ended = run.run(stage.argv, signals=[[signal.SIGKILL, moment]], patches=patches)
        problems = run.harm(stage) + run.repeat(stage)
        end = "killed" if ended.code == -signal.SIGKILL else "ended before the kill"
        outcome.judge(f"{stage.name} killed after {moment:.3f} s", problems, f"{end}; same bits")
        killed += ended.code == -signal.SIGKILL
        if killed == count:
            break
    return outcome


def stopped_stages(count: int, seed: int, folder: Path) -> Outcome:
    """SIGTERM and SIGINT at random moments of every stage, then the same command again."""
    outcome = Outcome("SIGTERM or Ctrl-C while a stage runs, then the same command")
    run, rng = finished_run(folder), random.Random(seed)
    stopped = 0
    for i, (stage, moment, start) in enumerate(_moments(run, rng)):
        number = (signal.SIGTERM, signal.SIGINT)[i % 2]
        run.forget(stage, start)
        ended = run.run(stage.argv, signals=[[number, moment]])
        problems = run.harm(stage)
        saved = stage.kind == "train" and ended.code == 75
        # By the signal itself where it came before the command could say so
        if not saved and ended.code not in (0, 128 + number, -number):
            problems.append(f"left with code {ended.code}: {ended.output[-300:]}")
        if traceback_in(ended):
            problems.append(f"printed a traceback: {ended.output[-300:]}")
        if saved and not any(run.root.glob(f"store/train/{stage.key}/*/state.safetensors")):
            problems.append("saved no state")
        problems += run.repeat(stage)
        end = "saved, code 75" if saved else "finished" if ended.code == 0 else "stopped"
        what = f"{stage.name} after {number.name} at {moment:.3f} s"
        outcome.judge(what, problems, f"{end}; same bits")
        stopped += ended.code != 0
        if stopped == count:
            break
    return outcome


def killed_runs(count: int, seed: int, folder: Path) -> Outcome:
    """Signals to all of `snakemake --cores 2` at random moments, then the line that it prints."""
    outcome = Outcome("SIGKILL, SIGTERM or Ctrl-C to a whole run, then the same line")
    rng = random.Random(seed)
    # Every run has the code of the first, whatever is edited meanwhile
    pristine = small_project(folder / "pristine" / "a project")
    undisturbed = _copied(pristine, "undisturbed")
    began = time.monotonic()
    undisturbed.snakemake()
    seconds = time.monotonic() - began
    expected = _artefacts(undisturbed.root)
    for i in range(count):
        number = RUN_SIGNALS[i % len(RUN_SIGNALS)]
        project = _copied(pristine, f"run-{i}")
        # The first quarter is Snakemake's start
        moment = rng.uniform(0.1, 0.95) * seconds
        process = start(project, "all")
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, number)
        process.communicate()
        problems, restarts = restart(project, "all")
        found = _artefacts(project.root)
        problems += [
            f"made another {name}" for name, digest in expected.items() if found.get(name) != digest
        ]
        problems += [f"left {name}" for name in found if name not in expected]
        name = signal.Signals(number).name
        what = f"run that got {name} after {moment:.1f} of {seconds:.1f} s"
        outcome.judge(what, problems, f"{name}: finished {restarts}; same bits")
    return outcome


def _copied(pristine: Project, name: str) -> Project:
    """The same project in a neighbouring folder of this name."""
    project = copy.copy(pristine)
    project.root = pristine.root.parents[1] / name / pristine.root.name
    shutil.copytree(pristine.root, project.root)
    return project


def restart(project: Project, target: str) -> tuple[list[str], str]:
    """Type the same line, and the one that is printed if there is one, until the run is done."""
    how = "by the same line"
    for _ in range(RESTARTS):
        process = start(project, target)
        output = process.communicate()[0]
        if process.returncode == 0:
            return [], how
        lines = re.findall(r"^deepgen: .*: (snakemake --unlock.*)$", output, flags=re.MULTILINE)
        if not lines:
            return [f"stopped without a line to type: {output[-1500:]}"], how
        how = "after the printed line"
        subprocess.run(
            lines[0].split(),
            cwd=project.root,
            env=project.environment,
            capture_output=True,
            check=True,
        )
    return [f"was not finished after {RESTARTS} restarts"], how


def start(project: Project, target: str) -> subprocess.Popen:
    command = ["snakemake", target, "--cores", "2", "--configfile", "config/tiny.yaml"]
    return subprocess.Popen(
        command,
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _artefacts(root: Path) -> dict[str, str]:
    """Digests of all that must be the same."""
    return {
        str(path.relative_to(root)): sha256(path)
        for folder in ("data", "results")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not shows_times(path.name)
    }


def _moments(run: Run, rng: random.Random) -> Iterator[tuple[Stage, float, str]]:
    """A stage, seconds after its start, and the state before it: every kind of stage in turn.

    Before the first 0.02 seconds a command is Python's own start.
    """
    while True:
        kinds = run.of_each_kind(rng)
        trainings = [stage for stage in kinds if stage.kind == "train"]
        for stage in trainings * (TRAININGS - 1) + kinds:
            start = rng.choice(STARTS if stage.stored else STARTS[:2])
            yield stage, rng.uniform(0.02, stage.seconds), start

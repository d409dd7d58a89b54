"""Surroundings that a pipeline may meet: users, modes, clocks, locales and paths."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import yaml

from deepgen.files import sha256
from tests.workflow.project import Project

from .outcome import Outcome
from .stages import (
    KEPT,
    SAVE_ALWAYS,
    Run,
    Stage,
    finished_run,
    refused_in_a_sentence,
    shows_times,
    small_project,
)

FIRST, SECOND, GROUP = 41001, 41002, 41000
YEARS = 3 * 365 * 86400
LOCALES = {
    "C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "de_DE.ISO-8859-1": {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"},
    "tr_TR.UTF-8": {"LC_ALL": "tr_TR.UTF-8"},
}
# Files of the way to samples, from the first
STEPS = (
    "data/raw/digits/*",
    "data/prepared/digits/*",
    "results/tiny/digits/seed-1/*.*",
    "results/tiny/digits/seed-1/last/*",
)
PLACES = ("dépôt 数据", 'it\'s a "place" & $HOME; (two)')


def two_users(count: int, seed: int, folder: Path) -> Outcome:
    """Stages in one folder by two users of a group, one of whom may be interrupted.

    Then by a third user who may not write there.
    """
    outcome = Outcome("two users of a group in one folder; a third who may not write there")
    run, rng = finished_run(folder), random.Random(seed)
    users = [[FIRST, GROUP], [SECOND, GROUP]]
    _give(run.root, FIRST, GROUP, 0o2775, 0o664)
    for i, stage in enumerate(_some(run, count, rng)):
        first, second = users if i % 2 else users[::-1]
        run.forget(stage, rng.choice(("nothing", "stale")))
        moment = rng.uniform(0.02, stage.seconds)
        shared = {"umask": 0o002, "patches": SAVE_ALWAYS}
        run.run(stage.argv, user=first, signals=[[signal.SIGTERM, moment]], **shared)
        problems = run.repeat(stage, user=second, umask=0o002)
        outcome.judge(f"{stage.name} by {second} after {first}", problems, "same bits")

        stranger = run.run(stage.argv, user=[65534, 65534])
        problems = run.harm(stage)
        if not refused_in_a_sentence(stranger, stage):
            problems.append(f"ended with {stranger.code} for a stranger: {stranger.output[-300:]}")
        outcome.judge(f"{stage.name} by a stranger", problems, "refused in one sentence")
    return outcome


def read_only_data(count: int, seed: int, folder: Path) -> Outcome:
    """Stages by a user who may read data/ and write only results and the store."""
    outcome = Outcome("data/raw and data/prepared read-only")
    run, rng = finished_run(folder), random.Random(seed)
    _give(run.root, FIRST, GROUP, 0o2775, 0o664)
    _give(run.root / "data", 0, 0, 0o555, 0o444)
    for stage in _some(run, count, rng):
        if not stage.out.is_relative_to("data"):
            run.forget(stage, "nothing")
            outcome.judge(stage.name, run.repeat(stage, user=[FIRST, GROUP]), "same bits")
    return outcome


def locales(count: int, seed: int, folder: Path) -> Outcome:
    """Stages under other locales, among them one that knows ASCII only."""
    outcome = Outcome("a locale that is not English or not UTF-8")
    run, rng = finished_run(folder), random.Random(seed)
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.lower()
    for name, variables in LOCALES.items():
        if name.lower().replace("-", "") not in known.replace("-", ""):
            continue
        other = run.under(variables)
        for stage in _some(run, count, rng):
            run.forget(stage, "nothing")
            problems = other.repeat(stage)
            outcome.judge(f"{stage.name} under {name}", problems, f"{name}: same bits")
        other.close()
    return outcome


def places(count: int, seed: int, folder: Path, target: str = "all") -> Outcome:
    """Runs in folders whose names have spaces, quotes and other scripts."""
    outcome = Outcome("spaces, quotes and non-ASCII characters in the path of the checkout")
    expected = finished_run(folder)
    for place in PLACES[:count]:
        project = small_project(folder / "places" / place)
        project.snakemake(target)
        for stage in expected.stages:
            problems = [
                f"made another {name}"
                for name, digest in stage.outputs.items()
                if not shows_times(Path(name).name)
                and _digest(project.root / stage.out / name) != digest
            ]
            if (project.root / stage.out / stage.provenance).exists():
                outcome.judge(f"{stage.name} in {place}", problems, "same bits")
    return outcome


def clocks(count: int, seed: int, folder: Path, target: str = "all") -> Outcome:
    """Files from the future and the past, and another time of day: nothing reruns, nothing stays.

    Args:
        count: Times that every file gets another time.
    """
    outcome = Outcome("a clock that jumps by years, forward and back")
    rng = random.Random(seed)
    project = small_project(folder / "clocks" / "a project")
    project.snakemake(target)
    files = [path for name in KEPT for path in (project.root / name).rglob("*") if path.is_file()]
    for _ in range(count):
        for path in files:
            set_time(path, rng.uniform(-YEARS, YEARS))
        problems = [f"reruns {rule}" for rule in project.planned(target)]
        outcome.judge("files of any time", problems, "nothing reruns")
    for jump in (-YEARS, YEARS) if shutil.which("faketime") else ():
        problems = [f"reruns {rule}" for rule in _planned_at(project, jump, target)]
        outcome.judge(f"a clock {jump} s off", problems, "nothing reruns")
    model = "results/tiny/digits/seed-1/last.safetensors"
    for i, jump in enumerate((-YEARS, YEARS)):
        change_rate(project, 0.05 + 0.01 * i)
        project.snakemake(model)
        # All in order but the new model, which lies before the samples of the old one or far ahead
        for age, step in enumerate(reversed(STEPS)):
            for path in project.root.glob(step):
                set_time(path, -1000 * (age + 1))
        if jump > 0:
            set_time(project.root / model, jump)
        again = project.planned("results/tiny/digits/seed-1/last/samples.npy")
        problems = [] if again == {"sample": 1} else [f"plans {again}, not the samples"]
        outcome.judge(f"a model {jump} s off", problems, "what is made of it reruns")
        project.snakemake(target)
    return outcome


def set_time(path: Path, offset: float) -> None:
    """Give a file a time so many seconds from now."""
    when = time.time() + offset
    os.utime(path, (when, when))


def change_rate(project: Project, rate: float) -> None:
    """Another learning rate for the project's experiment."""
    path = project.root / "config/experiments/digits.yaml"
    content = yaml.safe_load(path.read_text())
    content["training"]["optimiser"] = {"name": "momentum", "learning_rate": rate}
    path.write_text(yaml.safe_dump(content))


def _planned_at(project: Project, jump: float, target: str) -> list[str]:
    """Rules that Snakemake would run if the clock were so many seconds off."""
    command = ["faketime", "-f", f"{jump:+d}s", "snakemake", "-n", target, "--cores", "2"]
    command += ["--configfile", "config/tiny.yaml", "--quiet", "rules"]
    ended = subprocess.run(
        command, cwd=project.root, env=project.environment, capture_output=True, text=True
    )
    return [] if "Nothing to be done" in ended.stdout + ended.stderr else [ended.stdout[-300:]]


def _digest(path: Path) -> str:
    return sha256(path) if path.exists() else "none"


def _some(run: Run, count: int, rng: random.Random) -> list[Stage]:
    kinds = run.of_each_kind(rng)
    return rng.sample(kinds, min(count, len(kinds)))


def _give(root: Path, user: int, group: int, folders: int, files: int) -> None:
    """Everything below `root` to a user and a group, with these modes."""
    for path in [root, *root.rglob("*")]:
        os.chown(path, user, group)
        path.chmod(folders if path.is_dir() else files)

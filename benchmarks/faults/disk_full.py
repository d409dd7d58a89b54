"""Stages whose results, store or log lie on a file system that is full."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deepgen.engine.progress import LOG, read_epochs
from deepgen.tensors import read_metadata

from .outcome import Outcome
from .stages import SAVE_ALWAYS, Run, Stage, finished_run, refused_in_a_sentence

MEGABYTES = 64
PAGE = 4096
SMALL, ELSEWHERE = "small disk", "elsewhere"


def disk_full(count: int, seed: int, folder: Path) -> Outcome:
    """Run each stage with too little space, free some, and run it again.

    Args:
        count: How often, shared evenly by all kinds of stages; a share begins with no space at all.
    """
    outcome = Outcome("disk full under results or store, then space and the same command")
    run, rng = finished_run(folder), random.Random(seed)
    kinds = run.of_each_kind(rng)
    kinds = rng.sample(kinds, min(count, len(kinds)))
    with small_disk(run.root.parent / SMALL) as disk:
        work, elsewhere = disk / "work", run.root.parent / ELSEWHERE
        for stage in kinds:
            places = ("results", "store") if stage.stored else ("results",)
            tries = max(1, count // len(kinds) // len(places))
            for place in places:
                # Staged and stored; the two states of a training are larger than its models
                files = [run.root / stage.out / name for name in stage.outputs]
                needed = sum(path.stat().st_size for path in files)
                needed *= 8 if stage.kind == "train" else 2
                for share in [0, *(rng.random() for _ in range(tries - 1))]:
                    moved = _moved(stage, place, work, elsewhere)
                    end, problems = _try(run, moved, needed, share, disk)
                    what = f"{stage.name} with {place} on a disk with {share:.0%} of the space"
                    outcome.judge(what, problems, end)
    return outcome


def may_mount() -> bool:
    """Whether this process can make a file system of its own."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={MEGABYTES}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "faults", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _moved(stage: Stage, place: str, disk: Path, elsewhere: Path) -> Stage:
    """The same command with its results or its store in an empty folder on the small disk.

    The other lies in an empty folder elsewhere, so that nothing is taken from a store.
    """
    for folder in (disk, elsewhere):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    results, store = (disk, elsewhere) if place == "results" else (elsewhere, disk)
    argv = list(stage.argv)
    argv[argv.index("--out") + 1] = str(results / "out")
    argv += ["--store", str(store / "store")] if stage.stored else []
    stored = {str(store / path): digest for path, digest in stage.stored.items()}
    return replace(stage, argv=argv, out=results / "out", stored=stored)


def _try(run: Run, stage: Stage, needed: int, share: float, disk: Path) -> tuple[str, list[str]]:
    """How a stage ended with a share of the bytes that it needs, and what was wrong then."""
    with _only(int(share * needed), disk):
        ended = run.run(stage.argv, patches=SAVE_ALWAYS)
    problems = run.harm(stage)
    if ended.code != 0 and not refused_in_a_sentence(ended, stage):
        problems.append(f"ended with code {ended.code}: {ended.output[-600:]}")
    problems += [f"left {path.name}" for path in disk.rglob(".*")]
    saved, before = _saved_epochs(run), _trained_epochs(run)
    again = run.run(stage.argv)
    if again.code != 0:
        problems.append(f"failed with space (code {again.code}): {again.output[-300:]}")
    made = [run.root / stage.out / name for name in (*stage.outputs, stage.provenance)]
    made += [Path(path) for path in stage.stored]
    problems += [f"made no {path.name} with space" for path in made if not path.exists()]
    problems += run.harm(stage)
    if saved + _trained_epochs(run) - before > run.epochs:
        problems.append(f"trained again what the state at epoch {saved} had")
    return "had room" if ended.code == 0 else "one sentence, then the same bits", problems


@contextmanager
def _only(space: int, disk: Path) -> Iterator[None]:
    """Leave so many bytes free, as long as the block lasts."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - space // PAGE * PAGE, PAGE))
    try:
        yield
    finally:
        filler.unlink()


def _saved_epochs(run: Run) -> int:
    states = _found(run, "state.safetensors")
    return max((int(read_metadata(path)["epoch"]) for path in states), default=0)


def _trained_epochs(run: Run) -> int:
    return sum(len(read_epochs(path)) for path in _found(run, LOG))


def _found(run: Run, name: str) -> list[Path]:
    """Files of this name in the stores of `_moved`."""
    folders = [run.root.parent / folder for folder in (SMALL, ELSEWHERE)]
    return [path for folder in folders for path in folder.rglob(name)]

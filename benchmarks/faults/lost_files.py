"""Files of a finished run that are deleted or damaged: the next run makes them again."""

import os
import random
from collections.abc import Callable
from pathlib import Path

from deepgen.files import sha256

from . import spoil
from .outcome import Outcome
from .stages import KEPT, Run, finished_run, shows_times

AT_ONCE = 12  # a run of Snakemake repairs so many
END = "made again, the same bits, without training"


def _spoil(change: spoil.Spoil) -> Callable[[Path, random.Random], None]:
    def harm(path: Path, rng: random.Random) -> None:
        path.write_bytes(change(path.read_bytes(), rng))

    return harm


def _flip_in_time(path: Path, rng: random.Random) -> None:
    """Another bit, under the same size and time."""
    before = path.stat()
    _spoil(spoil.ANY["a bit flipped"])(path, rng)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _pipe(path: Path, rng: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.mkdir()


HARMS: dict[str, Callable[[Path, random.Random], None]] = {
    "deleted": lambda path, rng: path.unlink(),
    "a bit flipped at the same time": _flip_in_time,
    "a pipe in its place": _pipe,
    "a folder in its place": _folder,
    **{
        name: _spoil(spoil.ANY[name])
        for name in ("cut off", "empty", "bytes too many at its end", "noise")
    },
}


def lost_files(count: int, seed: int, folder: Path) -> Outcome:
    """Harm files of a finished run, several at once, and give the same line again.

    Args:
        count: Of files, about evenly of each stage and of each harm.
    """
    outcome = Outcome("files of a finished run deleted or damaged, then the same line")
    run, rng = finished_run(folder), random.Random(seed)
    run.project.snakemake()  # from here on Snakemake knows what it has made
    expected, epochs = _artefacts(run), run.project.epochs()
    while outcome.tried < count:
        harmed = _harm(run, min(AT_ONCE, count - outcome.tried), rng)
        problems = []
        try:
            run.project.snakemake()
        except AssertionError as error:
            problems.append(f"the run failed: {str(error)[-500:]}")
        found = _artefacts(run)
        if run.project.epochs() != epochs:
            problems.append("trained again")
            epochs = run.project.epochs()
        for file, how in harmed:
            same = [] if found.get(file) == expected.get(file) else ["is another or missing"]
            outcome.judge(f"{file}, {how}", problems + same, END)
            problems = []  # told once
        others = {n for n in expected if found.get(n) != expected[n]} - {f for f, _ in harmed}
        if others:
            outcome.failures.append(f"changed {', '.join(sorted(others))}")
        for aside in (path for name in KEPT for path in (run.root / name).rglob("*.altered-*")):
            aside.rmdir() if aside.is_dir() else aside.unlink()
    run.put_back_times()
    return outcome


def _harm(run: Run, count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Harm files of so many jobs: [(path, how)]."""
    harmed = []
    for stage in rng.sample(run.stages, min(count, len(run.stages))):
        name = rng.choice([*stage.outputs, stage.provenance])
        how = rng.choice(list(HARMS))
        HARMS[how](run.root / stage.out / name, rng)
        harmed.append((str(stage.out / name), how))
    return harmed


def _artefacts(run: Run) -> dict[str, str]:
    """Digests of what must be the same, and that the rest is there."""
    files = [
        stage.out / name for stage in run.stages for name in (*stage.outputs, stage.provenance)
    ]
    return {
        str(file): "there" if shows_times(file.name) else sha256(run.root / file)
        for file in files
        if (run.root / file).is_file()
    }

"""Trainings as events of TensorBoard, in a folder of their own; nothing else knows of it."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.engine.status import find_trainings
from deepgen.errors import DeepgenError

SUFFIX = ".deepgen"  # of our files, which a later call replaces
EVERY_SECONDS = 5
TRAININGS = "train"  # folder of a store

Point = tuple[str, float, int, float | None]  # tag, value, epoch, when


def write_events(source: Path, out: Path, watch: bool = False) -> None:
    """Write every training of a run, or of a store, to a folder below `out`.

    A run has whole histories, a store also has what runs now: losses, scores and speed.

    Args:
        source: `results/<run>`, `reports/<run>` or a store.
        out: For `tensorboard --logdir`; what an earlier call wrote there is replaced.
        watch: Go on, with new epochs and trainings, until interrupted.

    Raises:
        DeepgenError: if TensorBoard is missing, or there is nothing to write.
    """
    writer = _writer()
    if not source.is_dir():
        raise DeepgenError(f"{source} is no folder: give results/<run>, or the store")
    read = _of_store if (source / TRAININGS).is_dir() else _of_run
    logs: dict[str, _Log] = {}
    while True:
        for name, points in read(source).items():
            if name not in logs:
                logs[name] = _Log(writer, out / name)
                print(out / name, flush=True)
            logs[name].add(points)
        if not logs:
            raise DeepgenError(
                f"{source} has no training yet: give results/<run> of a finished run, or the store "
                "for one that runs"
            )
        if not watch:
            break
        time.sleep(EVERY_SECONDS)
    for log in logs.values():
        log.close()


class _Log:
    """The events of one training; a point that was written is not written again."""

    def __init__(self, writer: Any, folder: Path):
        for old in folder.glob(f"events.out.tfevents.*{SUFFIX}"):
            old.unlink()
        self.events = writer(folder, filename_suffix=SUFFIX)
        self.written: set[tuple[str, int]] = set()

    def add(self, points: list[Point]) -> None:
        for tag, value, epoch, when in points:
            if (tag, epoch) not in self.written:
                self.events.add_scalar(tag, value, epoch, walltime=when)
                self.written.add((tag, epoch))
        self.events.flush()

    def close(self) -> None:
        self.events.close()


def _writer() -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise DeepgenError(
            "TensorBoard is missing: run pip install 'deepgen[tensorboard]', in a checkout pip "
            "install -e '.[tensorboard]'"
        ) from None
    return SummaryWriter


def _of_run(run: Path) -> dict[str, list[Point]]:
    """{<experiment>/seed-<s>: every number of its history}."""
    return {
        str(path.parent.relative_to(run)): list(_history(path))
        for path in sorted(run.glob("*/seed-*/history.csv"))
    }


def _history(path: Path) -> Iterator[Point]:
    try:
        history = pd.read_csv(path).astype(float)
        epochs = history.pop("epoch").astype(int)
    except (ValueError, KeyError, OSError) as error:
        raise DeepgenError(
            f"{path} is damaged ({type(error).__name__}): delete it and run snakemake again"
        ) from None
    for column in history:
        for epoch, value in zip(epochs, history[column], strict=True):
            if value == value:  # scores are empty in epochs without one
                yield _tag(column), value, epoch, None


def _of_store(store: Path) -> dict[str, list[Point]]:
    """{<run>/<experiment>/seed-<s>/<key>: what its logs say}, a key for each set of settings."""
    found: dict[str, list[Point]] = {}
    for training in find_trainings(store):
        out = re.sub(r"[^\w/-]+", "_", training.out).strip("/")
        points = found.setdefault(f"{out}/seed-{training.seed}/{training.key[:8]}", [])
        points += [point for epoch in training.epochs for point in _epoch(epoch)]
    return found


def _epoch(epoch: dict[str, Any]) -> Iterator[Point]:
    number, when = epoch["epoch"], datetime.fromisoformat(epoch["time"]).timestamp()
    for name, value in epoch["losses"].items():
        yield _tag(f"loss_{name}"), value, number, when
    if "score" in epoch:
        yield _tag("selection_score"), epoch["score"], number, when
    yield "examples_per_second", epoch["examples_per_second"], number, when


def _tag(column: str) -> str:
    """A column of a history as TensorBoard groups them, `loss_model` as `loss/model`."""
    return column.replace("_", "/", 1) if column.startswith("loss_") else column

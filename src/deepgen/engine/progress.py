"""How far a training is: a bar on a terminal, and a JSON object an epoch in a log file."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

LOG = "train.jsonl"


class TrainingProgress:
    """Reports each epoch's losses, examples a second and the time left.

    Args:
        log: File to which a line an epoch is appended, for `read_epochs`.
        epochs: Budget.
        examples: Examples in an epoch.
    """

    def __init__(self, log: Path, epochs: int, examples: int):
        self.log, self.epochs, self.examples = log, epochs, examples
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab+") as file:
            file.seek(max(0, file.tell() - 1))
            if file.read() not in (b"", b"\n"):
                file.write(b"\n")  # so that a line that was cut off spoils no other
        self.last, self.last_processor = time.monotonic(), time.process_time()
        self.bar = Progress(
            TextColumn("training"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self.task = self.bar.add_task("", total=epochs)
        self.bar.start()

    def __call__(self, row: dict[str, Any]) -> None:
        """Report one row of the history."""
        now = time.monotonic()
        seconds, self.last = now - self.last, now
        now = time.process_time()
        processor, self.last_processor = now - self.last_processor, now
        epoch = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "epoch": row["epoch"],
            "epochs": self.epochs,
            "seconds": seconds,
            "processor_seconds": processor,
            "losses": {k[5:]: v for k, v in row.items() if k.startswith("loss_")},
            "examples_per_second": self.examples / seconds,
        }
        score = ""
        if "selection_score" in row:
            epoch["score"] = row["selection_score"]
            score = f"  validation {epoch['score']:.1f}"
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(json.dumps(epoch) + "\n")
        losses = "  ".join(f"{name} {value:.4f}" for name, value in epoch["losses"].items())
        line = f"epoch {row['epoch']}/{self.epochs}  {losses}{score}"
        rate = f"{seconds:.1f} s  {epoch['examples_per_second']:.0f} examples/s"
        left = (self.epochs - row["epoch"]) * seconds / 60
        self.bar.update(self.task, completed=row["epoch"], description=f"{line}  {rate}")
        if self.bar.disable:
            print(f"{line}  {rate}  {left:.0f} min left", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the bar."""
        self.bar.stop()


def read_epochs(log: Path) -> list[dict[str, Any]]:
    """The lines of a log that `TrainingProgress` wrote, without any that a kill cut off.

    Each has `time` (ISO 8601), `epoch`, `epochs` (the budget), `seconds` (wall time),
    `processor_seconds` (of all threads; earlier versions did not write it), `losses`,
    `examples_per_second`, and `score` where the epoch was scored.
    """
    epochs = []
    for line in log.read_bytes().splitlines() if log.exists() else []:
        try:
            epochs.append(json.loads(line))
        except ValueError:
            continue
    return epochs


def seconds_in(log: Path) -> float:
    """The time that the epochs in a log took, interruptions apart, in seconds."""
    return sum(epoch["seconds"] for epoch in read_epochs(log))


def processor_seconds_in(log: Path) -> float | None:
    """The same in processor time; None if an epoch does not tell it."""
    times = [epoch.get("processor_seconds") for epoch in read_epochs(log)]
    return None if None in times else sum(times)

"""How far a training is: a bar on a terminal, and a line an epoch in a log file."""

import re
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class TrainingProgress:
    """Reports each epoch's losses, examples a second and the time left.

    Args:
        log: File to which a line an epoch is appended.
        epochs: Budget.
        examples: Examples in an epoch.
    """

    def __init__(self, log: Path, epochs: int, examples: int):
        self.log, self.epochs, self.examples = log, epochs, examples
        self.last = time.monotonic()
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
        log.parent.mkdir(parents=True, exist_ok=True)

    def __call__(self, row: dict[str, Any]) -> None:
        """Report one row of the history."""
        now = time.monotonic()
        seconds, self.last = now - self.last, now
        losses = "  ".join(f"{k[5:]} {v:.4f}" for k, v in row.items() if k.startswith("loss_"))
        score = f"  validation {row['selection_score']:.1f}" if "selection_score" in row else ""
        line = f"epoch {row['epoch']}/{self.epochs}  {losses}{score}"
        rate = f"{seconds:.1f} s  {self.examples / seconds:.0f} examples/s"
        left = (self.epochs - row["epoch"]) * seconds / 60
        text = f"{line}  {rate}  {left:.0f} min left"
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")
        self.bar.update(self.task, completed=row["epoch"], description=f"{line}  {rate}")
        if self.bar.disable:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the bar."""
        self.bar.stop()


def seconds_in(log: Path) -> float:
    """The time that the epochs in a log took, interruptions apart."""
    return sum(map(float, re.findall(r"  ([\d.]+) s  ", log.read_text(encoding="utf-8"))))

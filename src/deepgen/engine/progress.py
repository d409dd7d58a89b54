"""How far a training is: a bar on a terminal, and a JSON object an epoch in a log file."""

import importlib
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

LOG = "train.jsonl"
EPOCH = "epoch "  # begins the line of an epoch


class TrainingProgress:
    """Reports each epoch's losses, examples a second and the time left.

    Args:
        log: File to which a line an epoch is appended, for `read_epochs`.
        epochs: Budget.
        examples: Examples in an epoch.
        names: Of `loss_names`.
    """

    def __init__(self, log: Path, epochs: int, examples: int, names: dict[str, str] | None = None):
        self.log, self.epochs, self.examples = log, epochs, examples
        self.names, self.score, self.paces = names or {}, "", []
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
        if "selection_score" in row:
            epoch["score"] = row["selection_score"]
            self.score = f"  validation {epoch['score']:.1f}"
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(json.dumps(epoch) + "\n")
        losses = "  ".join(named_losses(epoch["losses"], self.names))
        line = f"{EPOCH}{row['epoch']}/{self.epochs}  {losses}{self.score}"
        rate = f"{seconds:.1f} s, {epoch['examples_per_second']:,.0f} examples/s"
        self.bar.update(self.task, completed=row["epoch"], description=f"{line}  {rate}")
        if self.bar.disable:
            self.paces.append(seconds)
            left = (self.epochs - row["epoch"]) * sum(self.paces) / len(self.paces)
            print(f"{line}  ({rate}, {duration(left)} left)", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the bar."""
        self.bar.stop()


def loss_names(settings: dict[str, Any]) -> dict[str, str]:
    """What a family calls the losses of its groups.

    Args:
        settings: Of a training; the sections `model` and `objective` are read.

    Example:
        >>> loss_names({"model": {"family": "gan"}, "objective": {"name": "adversarial"}})
        {'objective': 'D', 'model': 'G'}
    """
    family = importlib.import_module(f"deepgen.families.{settings['model']['family']}.settings")
    for objective in family.Model.OBJECTIVES:
        if settings["objective"]["name"] in get_args(objective.model_fields["name"].annotation):
            return objective.LOSSES
    return {}


def named_losses(losses: dict[str, float], names: dict[str, str]) -> list[str]:
    """Each loss with its name, in the order of these; one alone is the loss.

    Example:
        >>> named_losses({"model": 1.5, "objective": 0.25}, {"objective": "D", "model": "G"})
        ['D 0.2500', 'G 1.5000']
        >>> named_losses({"model": -12.0}, {})
        ['loss -12.0000']
    """
    if len(losses) == 1 and not names:
        return [f"loss {value:.4f}" for value in losses.values()]
    order = sorted(losses, key=lambda group: names.get(group, group))
    return [f"{names.get(group, group)} {losses[group]:.4f}" for group in order]


def duration(seconds: float) -> str:
    """A time in its largest unit.

    Example:
        >>> duration(4.25), duration(75), duration(5400), duration(200000)
        ('4 s', '1.2 min', '1.5 h', '2.3 days')
    """
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


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

"""All trainings in a store: who runs, how far each is, what stopped."""

import fcntl
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from deepgen.columns import aligned
from deepgen.engine.progress import LOG, duration, named_losses, read_epochs
from deepgen.engine.store import MANIFEST, STARTED, asked_for, peek_json
from deepgen.engine.train_job import DIVERGED
from deepgen.places import Place

PAUSE, LONG_PAUSE = 2, 30  # seconds; the longer where lines cannot change
STATES = ("running", "stopped", "diverged", "finished")
HEAD = ["training", "seed", "state", "epoch", "losses", "validation", "examples/s", "left", "MB"]


@dataclass
class Training:
    """One training of one budget, as its folder in the store tells it.

    `place` is the folder of its results, `out` a short name of that.
    `epochs` are what `read_epochs` finds in its log; `size` is in bytes; `names` are those of its
    losses; `remark` is one sentence about who runs it or why it ended; `changed` is when its files
    last did, in seconds since 1970.
    """

    out: str
    place: str
    seed: str
    state: str
    budget: int
    epochs: list[dict[str, Any]]
    size: int
    changed: float
    names: dict[str, str]
    remark: str = ""
    key: str = ""  # in the store

    def replaces(self, other: "Training") -> bool:
        """Whether this one was finished at the place of another one after that had stopped."""
        return (
            (self.place, self.seed) == (other.place, other.seed)
            and self.state == "finished"
            and other.state in ("stopped", "diverged")
            and self.changed > other.changed
        )


def print_trainings(store: Path) -> None:
    """Print a line a training, running ones first; one sentence if there is none."""
    print("\n".join(_lines(store)))


def watch_trainings(store: Path) -> None:
    """The same again and again, in place on a terminal, until Ctrl-C."""
    console = Console()
    pause = PAUSE if console.is_terminal else LONG_PAUSE
    with suppress(KeyboardInterrupt), Live(console=console, auto_refresh=False) as live:
        while True:
            if console.is_terminal:
                lines = (Text(line, no_wrap=True, overflow="ellipsis") for line in _lines(store))
                live.update(Group(*lines), refresh=True)
            else:
                print_trainings(store)
                print(flush=True)
            time.sleep(pause)


def _lines(store: Path) -> list[str]:
    trainings = find_trainings(store)
    if not trainings:
        return [f"no trainings in {store}"]
    shown = [t for t in trainings if not any(other.replaces(t) for other in trainings)]
    head, *rows = aligned([HEAD, *map(_cells, shown)], left=3)
    lines = [head]
    for row, training in zip(rows, shown, strict=True):
        lines += [row, f"    {training.remark}"] if training.remark else [row]
    notes = [f"losses: {text}" for text in sorted({_unnamed(t) for t in shown} - {""})]
    notes += ["left: at the pace of the last epoch"] * any(t.state == "running" for t in shown)
    closing = ["; ".join(notes)] if notes else []
    if hidden := len(trainings) - len(shown):
        closing.append(f"not shown: {hidden} that stopped, and that later ones replaced")
    if any(t.state in ("stopped", "diverged") for t in trainings):
        closing.append(
            "stopped: the same command goes on; deepgen store prune --interrupted deletes what no "
            "run uses"
        )
    return [*lines, "", *closing] if closing else lines


def _unnamed(training: Training) -> str:
    """The groups whose losses stand without a name, because their family has none for them."""
    losses = training.epochs[-1]["losses"] if training.epochs else {}
    return "" if training.names or len(losses) == 1 else ", ".join(losses)


def find_trainings(store: Path) -> list[Training]:
    """Every training in `store`, of any host that shares it, running ones first."""
    found = []
    for folder in store.glob("train/*"):
        owner = peek_json(folder / "owner.json") if is_locked(folder / "lock") else {}
        for entry in folder.glob("budget-*"):
            with suppress(FileNotFoundError):  # pruned in this moment
                found.append(_training(entry, owner))
    return sorted(found, key=lambda t: (STATES.index(t.state), t.out, t.seed, t.budget))


def is_locked(lock: Path) -> bool:
    """Whether a process on any host holds a lock; nobody's lock is taken to find out.

    The lock is asked for as a reader for an instant, which `deepgen.engine.store.owned` allows for.
    """
    try:
        with open(lock, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:  # held, or a file system without flock, where the file itself is the lock
        return True
    return False


def _training(entry: Path, owner: dict[str, Any]) -> Training:
    started, manifest = peek_json(entry / STARTED), peek_json(entry / MANIFEST)
    diverged = peek_json(entry.parent / DIVERGED)
    out = place = asked_for(manifest, started) or entry.parent.name
    seed = started.get("seed", manifest.get("seed"))
    state, remark = "stopped", ""
    if manifest:
        state = "finished"
    elif owner and all(owner.get(k) == started.get(k) for k in ("host", "pid")):
        state, remark = "running", _who(owner)
    elif diverged:
        state, remark = "diverged", str(diverged.get("reason", ""))
    match out.split("/", 2):
        case ["results", run, path] if (found := Place.parse(path)) and found[0].seed == seed:
            out = f"{run}/{found[0].experiment}"
    return Training(
        out=out,
        place=place,
        seed="" if seed is None else str(seed),
        state=state,
        budget=int(entry.name.removeprefix("budget-")),
        epochs=read_epochs(entry / LOG),
        size=sum(map(_size, entry.iterdir())),
        changed=max(map(_changed, entry.iterdir()), default=0.0),
        names=started.get("losses", {}),
        remark=remark,
        key=entry.parent.name,
    )


def _who(owner: dict[str, Any]) -> str:
    job = f", SLURM job {owner['job']}" if "job" in owner else ""
    return f"on {owner['host']}, pid {owner['pid']}{job}, since {owner['since']}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the running training has replaced its state
        return 0


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _cells(training: Training) -> list[str]:
    last = training.epochs[-1] if training.epochs else {}
    scores = [epoch["score"] for epoch in training.epochs if "score" in epoch]
    running, finished = training.state == "running", training.state == "finished"
    return [
        training.out,
        training.seed,
        training.state,
        f"{training.budget if finished else last.get('epoch', 0)}/{training.budget}",
        " ".join(_losses(last.get("losses", {}), training.names)),
        f"{scores[-1]:.1f}" if scores else "",
        f"{last['examples_per_second']:,.0f}" if last else "",
        _left(training.budget, last) if running and last else "",
        f"{training.size / 1e6:,.1f}",
    ]


def _losses(losses: dict[str, float], names: dict[str, str]) -> list[str]:
    if names or len(losses) == 1:
        return named_losses(losses, names)
    return [f"{value:.4f}" for value in losses.values()]


def _left(budget: int, last: dict[str, Any]) -> str:
    """Time left at the pace of the last epoch, from now on."""
    since = time.time() - datetime.fromisoformat(last["time"]).timestamp()
    return duration(max(0.0, (budget - last["epoch"]) * last["seconds"] - since))

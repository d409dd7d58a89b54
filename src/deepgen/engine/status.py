"""All trainings in a store: who runs, how far each is, what stopped."""

import fcntl
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from deepgen.columns import aligned
from deepgen.engine.progress import LOG, read_epochs
from deepgen.engine.store import MANIFEST, asked_for, read_json
from deepgen.engine.train_job import DIVERGED, TRAINING
from deepgen.places import Place

STATES = ("running", "stopped", "diverged", "finished")
HEAD = ["training", "seed", "state", "epoch", "losses", "validation", "examples/s", "left", "MB"]


@dataclass
class Training:
    """One training of one budget, as its folder in the store tells it.

    `place` is the folder of its results, `out` a short name of that.
    `epochs` are what `read_epochs` finds in its log; `size` is in bytes; `remark` is one sentence
    about who runs it or why it ended; `changed` is when its files last did, in seconds since 1970.
    """

    out: str
    place: str
    seed: str
    state: str
    budget: int
    epochs: list[dict[str, Any]]
    size: int
    changed: float
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
    trainings = find_trainings(store)
    if not trainings:
        print(f"no trainings in {store}")
        return
    shown = [t for t in trainings if not any(other.replaces(t) for other in trainings)]
    head, *rows = aligned([HEAD, *map(_cells, shown)], left=3)
    lines = [head]
    for row, training in zip(rows, shown, strict=True):
        lines += [row, f"    {training.remark}"] if training.remark else [row]
    if names := {", ".join(t.epochs[-1]["losses"]) for t in shown if t.epochs}:
        note = f"losses: {' or '.join(sorted(names))}; left: at the pace of the last epoch"
        lines += ["", note]
    if hidden := len(trainings) - len(shown):
        lines.append(f"not shown: {hidden} that stopped, and that later ones replaced")
    if any(t.state in ("stopped", "diverged") for t in trainings):
        lines.append(
            "stopped: the same command goes on; deepgen store prune --interrupted deletes what no "
            "run uses"
        )
    print("\n".join(lines))


def find_trainings(store: Path) -> list[Training]:
    """Every training in `store`, of any host that shares it, running ones first."""
    found = []
    for folder in store.glob("train/*"):
        owner = read_json(folder / "owner.json") if is_locked(folder / "lock") else {}
        found += [_training(entry, owner) for entry in folder.glob("budget-*")]
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
    started, manifest = read_json(entry / TRAINING), read_json(entry / MANIFEST)
    diverged = read_json(entry.parent / DIVERGED)
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
        " ".join(f"{value:.4f}" for value in last.get("losses", {}).values()),
        f"{scores[-1]:.1f}" if scores else "",
        f"{last['examples_per_second']:,.0f}" if last else "",
        _left(training.budget, last) if running and last else "",
        f"{training.size / 1e6:,.1f}",
    ]


def _left(budget: int, last: dict[str, Any]) -> str:
    """Time left at the pace of the last epoch, from now on."""
    since = time.time() - datetime.fromisoformat(last["time"]).timestamp()
    seconds = max(0.0, (budget - last["epoch"]) * last["seconds"] - since)
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"

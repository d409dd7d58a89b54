"""All trainings in a store: who runs, how far each is, what stopped."""

import fcntl
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepgen.columns import aligned
from deepgen.jobs.store import MANIFEST
from deepgen.jobs.train_job import DIVERGED, TRAINING

STATES = ("running", "stopped", "diverged", "finished")
HEAD = ["training", "seed", "state", "epoch", "losses", "validation", "examples/s", "left", "MB"]
# A line of `deepgen.jobs.progress`
LINE = re.compile(
    r"  epoch (?P<epoch>\d+)/\d+  (?P<losses>\w+ \S+(  \w+ \S+)*?)"
    r"(  validation (?P<validation>\S+))?"
    r"  (?P<seconds>[\d.]+) s  (?P<rate>\d+) examples/s  \d+ min left$"
)


@dataclass
class Training:
    """One training of one budget, as its folder in the store tells it.

    `lines` are the matches of `LINE` in its log; `remark` is one sentence about who runs it or why
    it ended; `logged` is when the log was written last, in seconds since 1970.
    """

    out: str
    seed: str
    state: str
    budget: int
    lines: list[dict[str, str]]
    size: int
    remark: str = ""
    logged: float = field(default=0.0)


def print_trainings(store: Path) -> None:
    """Print a line a training, running ones first; one sentence if there is none."""
    trainings = find_trainings(store)
    if not trainings:
        print(f"no trainings in {store}")
        return
    head, *rows = aligned([HEAD, *map(_cells, trainings)], left=3)
    lines = [head]
    for row, training in zip(rows, trainings, strict=True):
        lines += [row, f"    {training.remark}"] if training.remark else [row]
    if names := {", ".join(_losses(t.lines[-1])) for t in trainings if t.lines}:
        note = f"losses: {' or '.join(sorted(names))}; left: at the pace of the last epoch"
        lines += ["", note]
    print("\n".join(lines))


def find_trainings(store: Path) -> list[Training]:
    """Every training in `store`, of any host that shares it, running ones first."""
    found = []
    for folder in store.glob("train/*"):
        owner = _read(folder / "owner.json") if is_locked(folder / "lock") else {}
        found += [_training(entry, owner) for entry in folder.glob("budget-*")]
    return sorted(found, key=lambda t: (STATES.index(t.state), t.out, t.seed, t.budget))


def is_locked(lock: Path) -> bool:
    """Whether a process on any host holds a lock; nobody's lock is taken to find out.

    The lock is asked for as a reader for an instant, which `deepgen.jobs.store.owned` allows for.
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
    started, manifest = _read(entry / TRAINING), _read(entry / MANIFEST)
    diverged = _read(entry.parent / DIVERGED)
    command = manifest.get("run", {}).get("command", [])
    made = command[command.index("--out") + 1] if "--out" in command[:-1] else ""
    out = str(started.get("out") or made or entry.parent.name)
    seed = started.get("seed", manifest.get("seed"))
    state, remark = "stopped", ""
    if manifest:
        state = "finished"
    elif owner and all(owner.get(k) == started.get(k) for k in ("host", "pid")):
        state, remark = "running", _who(owner)
    elif diverged:
        state, remark = "diverged", str(diverged.get("reason", ""))
    log = entry / "train.log"
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return Training(
        out=re.sub(rf"^results/(.*)/seed-{re.escape(str(seed))}$", r"\1", out),
        seed="" if seed is None else str(seed),
        state=state,
        budget=int(entry.name.removeprefix("budget-")),
        lines=[m.groupdict() for line in text.splitlines() if (m := LINE.search(line))],
        size=sum(map(_size, entry.iterdir())),
        remark=remark,
        logged=log.stat().st_mtime if text else 0.0,
    )


def _who(owner: dict[str, Any]) -> str:
    job = f", SLURM job {owner['job']}" if "job" in owner else ""
    return f"on {owner['host']}, pid {owner['pid']}{job}, since {owner['since']}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the running training has replaced its state
        return 0


def _read(path: Path) -> dict[str, Any]:
    """A JSON file's content; nothing if it is missing or damaged, because others write it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    except (OSError, ValueError):
        return {}


def _cells(training: Training) -> list[str]:
    last = training.lines[-1] if training.lines else {}
    scores = [line["validation"] for line in training.lines if line["validation"]]
    running, finished = training.state == "running", training.state == "finished"
    return [
        training.out,
        training.seed,
        training.state,
        f"{training.budget if finished else last.get('epoch', 0)}/{training.budget}",
        " ".join(_losses(last).values()) if last else "",
        scores[-1] if scores else "",
        f"{int(last['rate']):,}" if last else "",
        _left(training, last) if running and last else "",
        f"{training.size / 1e6:,.1f}",
    ]


def _losses(line: dict[str, str]) -> dict[str, str]:
    return dict(part.split(" ") for part in line["losses"].split("  ") if part)


def _left(training: Training, last: dict[str, str]) -> str:
    """Time left at the pace of the last epoch, from now on."""
    ahead = (training.budget - int(last["epoch"])) * float(last["seconds"])
    seconds = max(0.0, ahead - (time.time() - training.logged))
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"

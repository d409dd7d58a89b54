"""Finished outputs and running trainings, by identity, so that no expensive work is done twice.

store/<stage>/<key>/            one job, whatever the run or experiment it was asked for
    lock, owner.json            one owner at a time; the owner is only for the message
    manifest.json               written last: the outputs below are complete
    <outputs>
store/train/<key>/budget-<n>/   the same for a training of n epochs, with its running state
"""

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from deepgen.engine.integrity import read_manifest
from deepgen.errors import DeepgenError, TemporaryStop
from deepgen.files import copy, read_regular, sha256, write_json

MANIFEST = "manifest.json"
STARTED = "training.json"  # whose state it is and who continued it last, for `deepgen status`


@contextmanager
def owned(folder: Path, timeout: float = -1) -> Iterator[None]:
    """Be the one process that works in `folder`, waiting up to `timeout` seconds (-1: for ever).

    The lock goes with the process, also after SIGKILL.

    Raises:
        TemporaryStop: if another process still owns the folder after `timeout`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock, owner = FileLock(folder / "lock"), folder / "owner.json"
    try:
        lock.acquire(timeout=0.1)  # `deepgen status` and prune look at a lock for an instant
    except Timeout:
        sentence = f"another process ({_read_owner(owner)}) is making {folder}"
        if timeout != 0:
            print(f"deepgen: {sentence}; waiting for it", file=sys.stderr, flush=True)
        try:
            lock.acquire(timeout=timeout)
        except Timeout:
            raise TemporaryStop(
                f"{sentence}: wait for it to end, or stop it and run the same command"
            ) from None
        print(f"deepgen: {folder} is free; going on", file=sys.stderr, flush=True)
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        who = {"host": socket.gethostname(), "pid": os.getpid(), "since": now}
        if job := os.environ.get("SLURM_JOB_ID"):
            who["job"] = job
        write_json(owner, who)
        for path in folder.rglob(".*-*-*"):
            if path.is_file():  # a temporary one of a killed process, perhaps on another machine
                path.unlink()
        yield
    finally:
        lock.release()


def _read_owner(path: Path) -> str:
    try:
        owner = peek_json(path)
        job = f", SLURM job {owner['job']}," if "job" in owner else ""
        return f"pid {owner['pid']} on {owner['host']}{job} since {owner['since']}"
    except KeyError:
        return "unknown"


def finished(entry: Path) -> dict[str, Any] | None:
    """The manifest of a complete and undamaged entry, else None."""
    try:
        manifest = read_manifest(entry / MANIFEST)
        if all(sha256(entry / name) == digest for name, digest in manifest["outputs"].items()):
            return manifest
    except (OSError, ValueError):
        pass
    return None


def put(entry: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Copy the outputs that `manifest` names from `folder`; the manifest comes last."""
    (entry / MANIFEST).unlink(missing_ok=True)
    for name in manifest["outputs"]:
        copy(folder / name, entry / name)
    write_json(entry / MANIFEST, manifest)


def asked_for(manifest: dict[str, Any], started: dict[str, Any]) -> str:
    """The folder that the first who asked for an entry gave as `--out`; empty if nothing tells.

    Args:
        manifest: Of the entry.
        started: What a training wrote when it began.
    """
    command = manifest.get("run", {}).get("command", [])
    made = command[command.index("--out") + 1] if "--out" in command[:-1] else ""
    return str(started.get("out") or made)


def peek_json(path: Path) -> dict[str, Any]:
    """A JSON file's content; nothing if it is missing or damaged, because others write it."""
    try:
        content = json.loads(read_regular(path))
        return content if isinstance(content, dict) else {}
    except (OSError, ValueError):
        return {}


def entries(store: Path) -> list[dict[str, Any]]:
    """All entries: stage, key, name, budget, bytes, and whether finished.

    The name is the folder that the first who asked for it gave, and which score or study it is.
    """
    found = []
    for folder in sorted(store.glob("*/*")):
        parts = sorted(folder.glob("budget-*")) or [folder]
        for part in parts:
            files = [path for path in part.rglob("*") if path.is_file()]
            if files:
                manifest = peek_json(part / MANIFEST)
                settings = manifest.get("settings", {})
                which = settings.get("score") or settings.get("study") or ""
                out = asked_for(manifest, peek_json(part / STARTED))
                found.append(
                    {
                        "stage": folder.parent.name,
                        "key": folder.name,
                        "name": "/".join(filter(None, (out, which))) or "-",
                        "budget": part.name.removeprefix("budget-") if part != folder else "",
                        "bytes": sum(path.stat().st_size for path in files),
                        "finished": (part / MANIFEST).exists(),
                    }
                )
    return found


def prune(store: Path, keep: set[str], interrupted: bool = False) -> list[Path]:
    """Delete the entries whose key is not in `keep` and that nobody owns; returns their folders.

    Trainings that were interrupted stay, because they can be continued, unless `interrupted`.
    """
    unfinished = {entry["key"] for entry in entries(store) if not entry["finished"]}
    gone = []
    for folder in sorted(store.glob("*/*")):
        if folder.name in keep or (folder.name in unfinished and not interrupted):
            continue
        try:
            with owned(folder, timeout=0):
                shutil.rmtree(folder)
                gone.append(folder)
        except DeepgenError:
            continue
    return gone

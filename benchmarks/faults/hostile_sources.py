"""Servers and mirror folders that misbehave, in front of a source that has the right file."""

import hashlib
import json
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

from tests.data.hostile_server import ANSWERS, CONTENT, PACKED, SLOW, answering

from .mutated_files import Scratch
from .outcome import Outcome
from .stages import finished_run

SECONDS = 20
END = "the next source's right file"
ENTRY = {"name": "digits", "sha256": hashlib.sha256(CONTENT).hexdigest(), "sources": []}
# A window of a second instead of a minute, and no pauses between attempts
QUICK = {"deepgen.data.sources.WINDOW_SECONDS": 1, "deepgen.data.sources.RETRIES": 0}


def _socket(path: Path) -> None:
    bound = socket.socket(socket.AF_UNIX)
    folder = os.open(path.parent, os.O_RDONLY)  # a socket's path may have 107 characters
    bound.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)
    bound.close()


SPECIAL: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": _socket,
    "a folder": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path),
}


def hostile_sources(count: int, seed: int, folder: Path) -> Outcome:
    """Fetch a file from a mirror that misbehaves, with the right one among the bundled files.

    Args:
        count: How many, of each kind in turn.
    """
    outcome = Outcome("servers that misbehave, and mirrors with pipes or devices for files")
    scratch, rng = Scratch(finished_run(folder)), random.Random(seed)
    kinds = [*ANSWERS, *SLOW, *SPECIAL]
    rng.shuffle(kinds)
    for i in range(count):
        scratch.clear()
        kind = kinds[i % len(kinds)]
        if kind in SPECIAL:
            mirror = scratch.folder / "mirror"
            (mirror / "toy").mkdir(parents=True)
            SPECIAL[kind](mirror / "toy" / "digits.gz")
            problems = _fetch(scratch, str(mirror))
        else:
            parts = [ANSWERS[kind]] if kind in ANSWERS else [SLOW[kind], *[b"x"] * 600]
            with answering(*parts, pause=0.1) as url:
                problems = _fetch(scratch, url)
        outcome.judge(kind, problems, END)
    return outcome


def _fetch(scratch: Scratch, mirror: str) -> list[str]:
    """What is wrong after a fetch with this mirror."""
    bundled = scratch.folder / "bundled"
    (bundled / "toy").mkdir(parents=True)
    (bundled / "toy" / "digits.gz").write_bytes(PACKED)
    settings = json.dumps({"dataset": "toy", "files": [ENTRY]})
    argv = ["fetch", "--mirror", mirror, "--bundled", str(bundled), "--settings", settings]
    before = scratch.everything()
    # One that waits for ever is ended, and has no file
    ended = scratch.run.run(
        [*argv, "--out", str(scratch.out)], patches=QUICK, signals=[[9, SECONDS]]
    )
    problems = scratch.surprises(ended, before)
    if "Traceback" in ended.output:
        problems.append(f"printed a traceback: {ended.output[-300:]}")
    file = scratch.out / "digits"
    if ended.code != 0 or not file.is_file() or file.read_bytes() != CONTENT:
        problems.append(f"ended with {ended.code}: {ended.output[-300:]}")
    return problems

"""DVC as a program: what it is asked, what it says of the shelf, its refusals as one sentence."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from deepgen.engine.ledger.shelf import RECORD, SHELF
from deepgen.errors import DeepgenError, TemporaryStop

TARGETS_PER_CALL = 500  # far below the longest command line


class State(NamedTuple):
    """How the shelf differs from what DVC recorded of it; paths of files.

    `absent` are not on the shelf, of which DVC's cache lacks `uncached`.
    """

    changed: set[str]
    absent: set[str]
    uncached: set[str]


def find_dvc() -> str | None:
    """The program beside this Python, or else on the path; None if DVC is not installed."""
    return shutil.which(
        "dvc", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )


def dvc(*arguments: str, folder: Path = Path()) -> str:
    """Run DVC in a folder; returns what it printed to stdout.

    Raises:
        TemporaryStop: if another process of DVC is at work in this checkout.
        DeepgenError: if DVC is not installed or fails, with its first error.
    """
    result = run(*arguments, folder=folder)
    if error := refusal(result):
        raise error
    return result.stdout


def run(*arguments: str, folder: Path = Path()) -> subprocess.CompletedProcess[str]:
    """Run DVC in a folder, whatever becomes of it.

    Raises:
        DeepgenError: if DVC is not installed.
    """
    program = find_dvc()
    if program is None:
        raise DeepgenError("DVC is not installed: pip install dvc")
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
    )


def refusal(result: subprocess.CompletedProcess[str]) -> DeepgenError | None:
    """Why DVC failed, if it did."""
    if result.returncode == 0:
        return None
    if re.search(r"acquire lock|is busy", result.stderr):
        return TemporaryStop(
            "another dvc is at work in this checkout: wait for it to end and run the same again"
        )
    errors = re.findall(r"ERROR: (.*)", result.stderr) or result.stderr.split("\n")
    reason = next(filter(None, errors), f"exit code {result.returncode}")
    return DeepgenError(f"dvc {result.args[1]} failed: {reason}")


def state() -> State:
    """What DVC says of the shelf; it knows the digests of files that did not change.

    Raises:
        DeepgenError: as `listed`.
    """
    here = {path.as_posix() for path in SHELF.rglob("*") if path.is_file()}
    if not RECORD.exists():
        return State(here, set(), set())
    # DVC tells of folders alone until it has the list, which may have to be fetched
    recorded = {f"{SHELF}/{path}" for path in listed()}
    said = json.loads(dvc("data", "status", "--granular", "--json"))
    modified = set(said.get("uncommitted", {}).get("modified", []))
    uncached = set(said.get("not_in_cache", []))
    return State((here - recorded) | (here & modified), recorded - here, recorded & uncached)


@contextmanager
def alone() -> Iterator[None]:
    """Be the only ledger at work in this checkout.

    Raises:
        TemporaryStop: if there is another.
        DeepgenError: if DVC is missing, or this is no checkout with its configuration.
    """
    if find_dvc() is None:
        raise DeepgenError("DVC is not installed: pip install dvc")
    if not Path(".dvc").is_dir():
        raise DeepgenError("there is no .dvc in this folder: go to the checkout's root")
    if (SHELF.exists() or SHELF.is_symlink()) and not SHELF.is_dir():
        raise DeepgenError(f"{SHELF} is no folder: move it away and run the same again")
    Path(".dvc/tmp").mkdir(exist_ok=True)
    lock = FileLock(".dvc/tmp/deepgen-ledger.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise TemporaryStop(
            "another ledger is at work in this checkout: wait for it to end and run the same again"
        ) from None
    try:
        yield
    finally:
        lock.release()


def listed(checkout: Path = Path()) -> dict[str, str]:
    """{path below the shelf: MD5} of all that the record in a checkout names.

    Raises:
        DeepgenError: if the list is neither in DVC's cache nor in the remote, or names a file
            elsewhere, which DVC would write.
    """
    try:
        found = dvc("ls", "--json", "--dvc-only", "-R", ".", str(SHELF), folder=checkout)
    except TemporaryStop:
        raise
    except DeepgenError as error:
        raise DeepgenError(
            f"what {RECORD} records cannot be had ({error}): take the file from git if it is "
            "damaged, see `dvc remote list`, and whether `deepgen ledger --push` was run where it "
            f"was made; or delete {RECORD} to record what is here alone"
        ) from None
    files = {item["path"]: item["md5"] for item in json.loads(found) if not item["isdir"]}
    for path in files:
        if not (SHELF / path).resolve().is_relative_to(SHELF.resolve()):
            raise DeepgenError(f"{RECORD} names {path!r}, which is not in {SHELF}/: do not use it")
    return files


def on_each(*command: str, targets: list[str], folder: Path = Path()) -> None:
    """Run a command of DVC on more targets than one command line may hold."""
    for i in range(0, len(targets), TARGETS_PER_CALL):
        dvc(*command, "--", *targets[i : i + TARGETS_PER_CALL], folder=folder)

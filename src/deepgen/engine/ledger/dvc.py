"""DVC as a program: what it is asked, what it says of the shelf, its refusals as one sentence."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

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
    errors = re.findall(r"ERROR: (.*)", result.stderr)
    reason = errors[0] if errors else f"exit code {result.returncode}"
    return DeepgenError(f"dvc {result.args[1]} failed: {reason}")


def state() -> State:
    """What DVC says of the shelf; it knows the digests of files that did not change.

    Raises:
        DeepgenError: as `listed`.
    """
    if not RECORD.exists():
        return State({str(path) for path in SHELF.rglob("*") if path.is_file()}, set(), set())
    listed()  # without the list, which may have to be fetched, DVC would tell of folders alone
    said = json.loads(dvc("data", "status", "--granular", "--json"))
    kinds: dict[str, list[str]] = said.get("uncommitted", {}) | {"": said.get("not_in_cache", [])}
    files = {
        kind: {path for path in paths if path.startswith(f"{SHELF}/") and not path.endswith("/")}
        for kind, paths in kinds.items()
    }
    changed = (files.get(kind, set()) for kind in ("added", "modified", "unknown"))
    return State(set().union(*changed), files.get("deleted", set()), files[""])


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
            f"what {RECORD} records cannot be had ({error}): see `dvc remote list`, and whether "
            "`deepgen ledger --push` was run where it was made"
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

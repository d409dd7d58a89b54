"""DVC as a program: what it is asked, where its objects lie, and its refusals as one sentence."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from deepgen.errors import DeepgenError, TemporaryStop

STAGES, LOCK = Path("dvc.yaml"), Path("dvc.lock")


def find_dvc() -> str | None:
    """The program beside this Python, or else on the path; None if DVC is not installed."""
    return shutil.which(
        "dvc", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )


def dvc(*arguments: str) -> str:
    """Run DVC; returns what it printed to stdout.

    Raises:
        TemporaryStop: if another process of DVC is at work in this checkout.
        DeepgenError: if DVC is not installed or fails, with its first error.
    """
    program = find_dvc()
    if program is None:
        raise DeepgenError("DVC is not installed: pip install dvc")
    result = subprocess.run(
        [program, *arguments], capture_output=True, encoding="utf-8", errors="surrogateescape"
    )
    if result.returncode == 0:
        return result.stdout
    if re.search(r"acquire lock|is busy", result.stderr):
        raise TemporaryStop(
            "another dvc is at work in this checkout: wait for it to end and run the same again"
        )
    errors = re.findall(r"ERROR: (.*)", result.stderr)
    reason = errors[0] if errors else f"exit code {result.returncode}"
    raise DeepgenError(f"dvc {arguments[0]} failed: {reason}")


def read_lock() -> dict[str, Any]:
    """What dvc.lock records of every stage; nothing if there is no such file.

    Raises:
        DeepgenError: if the file is damaged.
    """
    try:
        return stages_in(LOCK.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise DeepgenError(f"{LOCK} is damaged: take it from git again") from None


def stages_in(lock: str) -> dict[str, Any]:
    """The stages of a dvc.lock by name.

    Raises:
        ValueError: if it is none.
    """
    try:
        return dict(yaml.safe_load(lock).get("stages") or {})
    except (yaml.YAMLError, AttributeError, TypeError, RecursionError):
        raise ValueError("no dvc.lock") from None

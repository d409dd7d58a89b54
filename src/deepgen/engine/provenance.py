"""Who made this file, when, on which machine, from what, with which code and settings."""

import importlib.metadata
import platform
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info


def describe_machine() -> dict[str, Any]:
    """The machine and the versions that decide the bits of a result."""
    torch = sys.modules.get("torch")
    used_gpu = bool(torch and torch.cuda.is_initialized())
    packages = ("torch", "numpy", "pandas", "scikit-learn", "matplotlib", "snakemake")
    return {
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "processor": _processor(),
        "kernels": _kernels(),
        "device": "cuda" if used_gpu else "cpu",
        "gpu": torch.cuda.get_device_name() if used_gpu else None,
        "threads": torch.get_num_threads() if torch else None,
        "python": platform.python_version(),
        "packages": {name: version for name in packages if (version := _version(name))},
    }


def describe_run(
    started: datetime, processor_seconds: float, command: list[str], revision: str | None
) -> dict[str, Any]:
    """Time, duration in seconds, command and git revision of a job that began at `started`.

    `processor_seconds` are those of all its threads, which other work on the machine hardly moves.
    """
    return {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
        "processor_seconds": round(processor_seconds, 3),
        "command": [Path(command[0]).name, *command[1:]] if command else [],
        "git": revision,
    }


def git_revision() -> str | None:
    """The commit that the package lies in, with `+changes` if it differs; None without git."""
    try:
        revision = _git("rev-parse", "HEAD")
        return revision + ("+changes" if _git("status", "--porcelain", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(Path(__file__).parents[1]), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _kernels() -> list[str]:
    """What numpy's BLAS and torch chose for this processor: others round otherwise."""
    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    named = {
        f"{library['internal_api']} {library.get('architecture', '')}".strip() for library in blas
    }
    torch = sys.modules.get("torch")
    return sorted(named) + ([f"torch {torch.backends.cpu.get_cpu_capability()}"] if torch else [])


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()

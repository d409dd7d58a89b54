"""What the log of a job says: how far it is, and why it failed."""

import os
import re
from pathlib import Path

from deepgen.engine.progress import EPOCH

TAIL = 16_384  # bytes, within which a traceback ends
SENTENCE = re.compile(r"deepgen( [a-z-]+)?: (?P<said>.+)")
TAKEN = re.compile(r"deepgen: [a-z-]+: taken from .+")


def modified(log: str | None) -> float | None:
    """When a log was last written to; None if there is none."""
    try:
        return os.stat(log or "").st_mtime
    except OSError:
        return None


def latest(log: str | None) -> str:
    """The last line of a log; nothing if there is none yet.

    Lines are of other programs, too, so that only printable characters are kept.
    """
    lines = _lines(log)
    return lines[-1] if lines else ""


def outcome(log: str | None) -> str:
    """What a job that ended well has to say: a training's last epoch, or that nothing was to do."""
    line = latest(log)
    if line.startswith(EPOCH):
        return line.partition("  (")[0]
    return "made before" if TAKEN.fullmatch(line) else ""


def failure(log: str | None) -> str:
    """The sentence with which a job failed: its own, or a traceback's last line; maybe none.

    Example:
        >>> failure(None)
        ''
    """
    lines = _lines(log)
    if not lines:
        return ""
    if said := SENTENCE.fullmatch(lines[-1]):
        return said["said"]
    return lines[-1] if any(line.startswith("Traceback (") for line in lines) else ""


def _lines(log: str | None) -> list[str]:
    try:
        with open(Path(log or ""), "rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.splitlines())
    return [line.strip() for line in lines if line.strip()]

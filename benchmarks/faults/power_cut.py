"""A power cut at a chosen moment of a process's writing."""

import builtins
import json
import os
import signal
from pathlib import Path
from typing import Any


class PowerCut:
    """Counts the moments around every flush, rename and deletion, and dies at one of them.

    What was never flushed is cut to half before dying, because a disk may not have it yet: at a
    flush the file itself, after a rename the file under its new name.

    Args:
        moment: Which of the moments to die at; -1 for none.
        events: File to which each moment is written as a line of JSON [kind, path, flushed].
    """

    def __init__(self, moment: int, events: str):
        self.moment, self.events, self.count = moment, events, 0
        self.flushed: set[tuple[int, int, int]] = set()
        self.real = {name: getattr(os, name) for name in ("fsync", "replace", "rename", "unlink")}

    def install(self) -> None:
        """Take the place of the functions of `os`."""
        os.fsync, os.replace, os.rename = self._fsync, self._replace, self._rename
        os.unlink = os.remove = self._unlink

    def _fsync(self, file: Any) -> None:
        path = Path(
            os.readlink(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}")
        )
        self._pass("flush", path, path.is_dir())
        self.real["fsync"](file)
        self.flushed.add(_state(path))

    def _replace(self, source: Any, target: Any, **options: Any) -> None:
        self._move("replace", source, target, options)

    def _rename(self, source: Any, target: Any, **options: Any) -> None:
        self._move("rename", source, target, options)

    def _move(self, kind: str, source: Any, target: Any, options: dict[str, Any]) -> None:
        flushed = _state(Path(source)) in self.flushed
        self._pass(f"before {kind}", Path(source), flushed)
        self.real[kind](source, target, **options)
        self._pass(f"after {kind}", Path(target), flushed)

    def _unlink(self, path: Any, **options: Any) -> None:
        self.real["unlink"](path, **options)
        if "dir_fd" not in options:
            self._pass("after unlink", Path(path), True)

    def _pass(self, kind: str, path: Path, flushed: bool) -> None:
        with builtins.open(self.events, "a", encoding="utf-8") as file:
            file.write(json.dumps([kind, str(path), flushed]) + "\n")
        if self.count == self.moment:
            if not flushed and path.is_file():
                os.truncate(path, path.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written: a rename or a new mode leaves it alone."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns

"""Files that are either whole or absent, and their digests."""

import errno
import hashlib
import json
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ALTERED = ".altered-"  # in the name of a file that a run keeps before it makes it anew


def canonical_json(value: Any) -> str:
    """`value` as JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_regular(path: Path) -> str:
    """The text of a file.

    Raises:
        OSError: if it is missing or cannot be read, or is a pipe or device, which might never end.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "no regular file", str(path))
    return path.read_text(encoding="utf-8")


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Call `write(temporary)`, flush it to the disk, then rename it to `path`.

    A reader sees the old file or the new one, never a part; a failure leaves the old file and no
    litter. The temporary file lies in the folder of `path`, because a rename is atomic only there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=temporary_prefix(path.name))
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        os.chmod(temporary, 0o644)
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_prefix(name: str) -> str:
    """How this process begins the names of temporary files and folders, for `sweep` to find."""
    return f".{name}-{_machine()}-{os.getpid()}-"


def _machine() -> str:
    """Where a pid means something: a host, and on Linux one container of it."""
    try:
        return f"{socket.gethostname()}.{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def sweep(folder: Path) -> None:
    """Delete the temporary files and folders that killed processes of this machine left."""
    for path in folder.glob(f".*-{_machine()}-*-*"):
        try:
            os.kill(int(path.name.rsplit("-", 2)[1]), 0)
        except ProcessLookupError:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
        except (PermissionError, ValueError, OverflowError):
            continue


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys, atomically."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def copy(source: Path, target: Path) -> None:
    """Copy a file's bytes, atomically."""
    write_atomically(target, lambda temporary: shutil.copyfile(source, temporary))

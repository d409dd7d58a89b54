"""A file that only its user can get: it is taken from where they put it."""

import hashlib
import os
import shutil
import stat
from functools import partial
from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.files import sha256, write_atomically


def take_own_file(dataset: str, file: dict[str, Any], target: Path) -> str:
    """Copy the user's file to `target`, atomically.

    Args:
        dataset: Name of the set.
        file: {"name", "md5", "path", "how_to_get"}; `path` is the setting `data.<dataset>.file`.

    Returns:
        Its path and whether its MD5 is the one that is known. That one was never seen with the file
        in hand, so another is told and not refused.

    Raises:
        DeepgenError: if no path is set, nothing can be read there, or `target` cannot be written.
    """
    setting = f"data.{dataset}.file"
    path = find_own_file(dataset, file)
    try:
        with open(path, "rb") as opened:
            md5 = hashlib.file_digest(opened, "md5").hexdigest()
    except OSError as error:
        raise _unreadable(setting, path, error.strerror, file["name"]) from None
    known = "as known" if md5 == file["md5"] else f"{md5}, where {file['md5']} is known"
    try:
        if not (target.is_file() and sha256(target) == sha256(path)):
            write_atomically(target, partial(shutil.copyfile, path))
    except OSError as error:
        raise DeepgenError(
            f"cannot write {target} ({error.strerror or error}): make room or rights there, or "
            "choose another folder"
        ) from None
    return f"{path} (MD5 {known})"


def find_own_file(dataset: str, file: dict[str, Any]) -> Path:
    """Where the user's file lies; it is looked at and not opened, because a pipe would block.

    Args:
        dataset: Name of the set.
        file: As for `take_own_file`.

    Raises:
        DeepgenError: if no path is set, or no regular file lies there.
    """
    setting = f"data.{dataset}.file"
    if not file["path"]:
        raise DeepgenError(f"{setting} is not set: {file['how_to_get']}")
    path = Path(os.path.expanduser(file["path"]))
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        raise DeepgenError(
            f"{setting} is {path}, which is missing: correct the path, or get the file, for "
            f"{file['how_to_get']}"
        ) from None
    except OSError as error:
        raise _unreadable(setting, path, error.strerror, file["name"]) from None
    if not regular:
        raise _unreadable(setting, path, "no regular file", file["name"])
    return path


def _unreadable(setting: str, path: Path, reason: str, name: str) -> DeepgenError:
    return DeepgenError(
        f"{setting} is {path}, which cannot be read ({reason}): give the path of {name}"
    )

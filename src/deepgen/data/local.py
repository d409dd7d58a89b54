"""A person's own files and folders of pictures, taken as they are if they have the right digest."""

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.files import write_atomically

PICTURES = {
    ".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"
}  # fmt: skip
MAX_PICTURES = 200_000
MAX_BYTES = 4 * 1024**3

_CHUNK = 1024**2
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can have


def take_file(dataset: str, file: dict[str, Any], target: Path) -> str:
    """Copy the user's file to `target`, atomically.

    Args:
        dataset: Name of the set.
        file: {"name", "path", "digest"}.

    Returns:
        Its path, or "kept" if `target` has that content already.

    Raises:
        DeepgenError: if it is missing, no regular file, or not the one that the digest speaks of.
    """
    kind, _, expected = file["digest"].partition(":")
    if target.is_file() and _digest(target, kind) == expected:
        return "kept"
    path = _existing(dataset, file["path"])

    def copy(temporary: Path) -> None:
        with open(temporary, "wb") as copied:
            _check_file(dataset, file, path, copied.write)

    write_atomically(target, copy)
    return f"{path} (digest as known)"


def take_folder(dataset: str, file: dict[str, Any], target: Path) -> str:
    """Pack a folder of pictures into `target`, a `.zip` that depends on names and contents alone.

    Args:
        dataset: Name of the set.
        file: {"name", "folder", "listing"}, an entry `LocalFolder`.

    Returns:
        The folder, or "kept" if `target` has these pictures already.

    Raises:
        DeepgenError: if it is missing, has no pictures, or others than `listing` says.
    """
    if target.is_file() and _packed_listing(target) == file["listing"]:
        return "kept"
    folder = _existing(dataset, file["folder"])
    names = list_pictures(folder)

    def pack(temporary: Path) -> None:
        digests, size = [], 0
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for name in names:
                content = b"".join(_chunks(dataset, folder / name))
                size += len(content)
                if size > MAX_BYTES:
                    raise DeepgenError(
                        f"data set {dataset!r}: {folder} holds more than {MAX_BYTES >> 30} GiB of "
                        "pictures: shrink them first"
                    )
                archive.writestr(zipfile.ZipInfo(name, _DATE), content)
                digests.append((hashlib.sha256(content).hexdigest(), name))
        check_listing(dataset, folder, len(names), listing_of(digests), file["listing"])

    write_atomically(target, pack)
    return f"{folder} (digest as known)"


def check_unchanged(dataset: str, file: dict[str, Any], target: Path) -> None:
    """Refuse a source that is missing or no longer what the experiment file says.

    What was taken from it already, and is not older, is not read again.

    Args:
        dataset: Name of the set.
        file: As for `take_file` or `take_folder`.
        target: Where those have put it, if they have.

    Raises:
        DeepgenError: as `take_file` and `take_folder`.
    """
    given = file.get("folder") or file["path"]
    if target.is_file() and not os.path.exists(os.path.expanduser(given)):
        return
    path = _existing(dataset, given)
    names = list_pictures(path) if "folder" in file else []
    parents = {path, *(parent for name in names for parent in (path / name).parents)}
    files = [*(path / name for name in names), *(p for p in parents if p.is_relative_to(path))]
    if target.is_file() and max(_stat(p).st_mtime for p in files) <= target.stat().st_mtime:
        return
    if "folder" in file:
        check_listing(dataset, path, len(names), listing(path, names), file["listing"])
    else:
        _check_file(dataset, file, path)


def check_listing(dataset: str, folder: Path, count: int, found: str, expected: str) -> None:
    """Refuse a folder that no longer has the pictures of which the experiment file speaks."""
    if found != expected:
        raise DeepgenError(
            f"data set {dataset!r}: {folder} has other pictures than the experiment file says, "
            f"{count:,} now: put the old ones back, or, if these are meant, write sha256: {found} "
            f"and count: {count} (without copies) there"
        )


def list_pictures(folder: Path) -> list[str]:
    """Names of all pictures below a folder, `class/cat.png`, sorted; hidden ones do not count.

    Links to files are followed, links to folders are not.

    Raises:
        DeepgenError: if it is no folder, cannot be read, has none or too many, or a name that
            cannot be printed.
    """
    if not os.path.isdir(folder):
        raise DeepgenError(f"{folder} is no folder: give the folder that the pictures are in")
    names = [path.relative_to(folder).as_posix() for path in _walk(folder)]
    if not names:
        kinds = ", ".join(sorted(PICTURES))
        raise DeepgenError(f"{folder} has no picture in it: put files there that end in {kinds}")
    if len(names) > MAX_PICTURES:
        raise DeepgenError(
            f"{folder} has {len(names):,} pictures, and {MAX_PICTURES:,} are the most that are "
            "packed: give an .npz of them"
        )
    if odd := [name for name in names if not name.isprintable()]:
        raise DeepgenError(
            f"{folder} has {len(odd)} pictures whose names cannot be printed, such as "
            f"{odd[0]!a}: rename them"
        )
    return sorted(names)


def listing(folder: Path, names: list[str]) -> str:
    """SHA-256 of what `sha256sum` prints of these files, in their order.

    Raises:
        DeepgenError: if one cannot be read.
    """
    return listing_of((_digest(folder / name, "sha256"), name) for name in names)


def listing_of(digests: Iterable[tuple[str, str]]) -> str:
    """The same of digests and names that are known already."""
    total = hashlib.sha256()
    for digest, name in digests:
        total.update(f"{digest}  {name}\n".encode())
    return total.hexdigest()


def is_picture(name: str) -> bool:
    """Whether a file counts, by its name below the folder or in the archive of the pictures.

    An archive also names folders, with a `/` at the end, and what is hidden: macOS puts a second
    file of each picture into `__MACOSX`.
    """
    path = PurePosixPath(name)
    seen = not name.endswith("/") and not any(map(_hidden, path.parts))
    return seen and path.suffix.lower() in PICTURES


def _hidden(part: str) -> bool:
    return part.startswith((".", "__MACOSX"))


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise DeepgenError(f"{error.filename} cannot be read ({error.strerror}): fix its mode")

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not _hidden(name)]
        for name in filter(is_picture, files):
            path = Path(parent, name)
            if not _is_regular(path):
                raise DeepgenError(
                    f"{path} is no regular file, or a link to nowhere: delete it or put a picture "
                    "there"
                )
            yield path


def _check_file(
    dataset: str,
    file: dict[str, Any],
    path: Path,
    take: Callable[[bytes], object] = lambda chunk: None,
) -> None:
    """Give the content of a file to `take`, and refuse it if it is not that of the digest."""
    if not stat.S_ISREG(_stat(path).st_mode):
        raise DeepgenError(f"data set {dataset!r}: {path} is no regular file: give one")
    kind, _, expected = file["digest"].partition(":")
    total = hashlib.new(kind)
    for chunk in _chunks(dataset, path):
        total.update(chunk)
        take(chunk)
    if total.hexdigest() != expected:
        raise DeepgenError(
            f"data set {dataset!r}: {path} has another content than the experiment file says: if "
            f"the new one is meant, write {kind}: {total.hexdigest()} there"
        )


def _existing(dataset: str, text: str) -> Path:
    path = Path(os.path.expanduser(text))  # which leaves the `~` of a stranger as it is
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise DeepgenError(
            f"data set {dataset!r}: {path} is missing, counted from {Path.cwd()}: correct the "
            "path in the experiment file"
        ) from None
    except OSError as error:
        raise DeepgenError(
            f"data set {dataset!r}: {path} cannot be read ({error.strerror}): correct the path in "
            "the experiment file, or fix its mode"
        ) from None
    return path


def _is_regular(path: Path) -> bool:
    """Whether there is a file; no other error says that there is none."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unreadable(path, error) from None


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> DeepgenError:
    return DeepgenError(f"{path} cannot be read ({error.strerror}): fix that first")


def _chunks(dataset: str, path: Path) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            yield from iter(partial(file.read, _CHUNK), b"")
    except OSError as error:
        raise DeepgenError(
            f"data set {dataset!r}: {path} cannot be read ({error.strerror}): fix that first"
        ) from None


def _digest(path: Path, kind: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, kind).hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _packed_listing(path: Path) -> str | None:
    """The listing of what `take_folder` has packed, or None of any other file."""
    digests = []
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                with archive.open(info) as member:
                    digest = hashlib.file_digest(member, "sha256").hexdigest()
                digests.append((digest, info.filename))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return None
    return listing_of(digests)

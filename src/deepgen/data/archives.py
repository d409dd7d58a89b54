"""Archives as they come from the network: read in one pass, never unpacked to the disk."""

import gzip
import posixpath
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

# Far more than any set needs; what is packed more tightly is a bomb.
MAX_BYTES = 1024**3
MAX_MEMBER_BYTES = 128 * 1024**2
MAX_MEMBERS = 100_000

_CHUNK = 1024**2


class BadArchive(Exception):
    """Why an archive cannot be used, in a few words."""


def read_members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The wanted files and folders of a `.tar.gz`, in their order.

    The whole archive is read to its end, so that its checksum is verified.

    Args:
        wanted: Whether a member is, by its name: `folder/file`, and `folder/` for a folder.

    Yields:
        Name and content, which is empty for a folder.

    Raises:
        BadArchive: if it is missing, damaged, cut off or too large, or if any member, wanted or
            not, is a link or a device or has a name that leads out of the archive.
    """
    try:
        with gzip.open(path) as packed:
            content = _Bounded(packed)
            with tarfile.open(fileobj=content, mode="r|") as archive:
                for count, member in enumerate(archive):
                    name = _checked_name(member)
                    if count >= MAX_MEMBERS:
                        raise BadArchive("too many members")
                    if wanted(name):
                        yield name, _read(archive, member)
            while content.read(_CHUNK):
                pass
    except (EOFError, tarfile.ReadError):
        raise BadArchive("truncated or damaged archive") from None
    except (gzip.BadGzipFile, zlib.error):
        raise BadArchive("no gzip archive, or a damaged one") from None
    except FileNotFoundError:
        raise BadArchive("not there") from None
    except OSError as error:
        raise BadArchive(f"unreadable, {error.strerror or error}") from None
    except (tarfile.TarError, ValueError, OverflowError):  # numbers in headers that are none
        raise BadArchive("damaged archive") from None


class _Bounded:
    """A stream that gives at most `MAX_BYTES`."""

    def __init__(self, file: BinaryIO):
        self.file, self.left = file, MAX_BYTES

    def read(self, size: int) -> bytes:
        chunk = self.file.read(size)
        self.left -= len(chunk)
        if self.left < 0:
            raise BadArchive("too large")
        return chunk


def _checked_name(member: tarfile.TarInfo) -> str:
    shown = repr(member.name[:80])
    if member.name.startswith("/") or ".." in member.name.replace("\\", "/").split("/"):
        raise BadArchive(f"its member {shown} leads out of the archive")
    if member.issym() or member.islnk():
        raise BadArchive(f"its member {shown} is a link")
    if not (member.isfile() or member.isdir()) or member.issparse():
        raise BadArchive(f"its member {shown} is no plain file or folder")
    return posixpath.normpath(member.name) + "/" * member.isdir()


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.isdir():
        return b""
    if member.size > MAX_MEMBER_BYTES:
        raise BadArchive("too large")
    return archive.extractfile(member).read()

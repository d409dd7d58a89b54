"""The files of a data set, each from the first source that has the right bytes."""

import gzip
import hashlib
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from deepgen.data.archives import BadArchive, read_members
from deepgen.data.sources import BadSource, Bounded, as_local_file, list_sources
from deepgen.errors import DeepgenError
from deepgen.files import write_atomically

_CHUNK = 1024**2
_GZIP_MAGIC = b"\x1f\x8b"


def fetch_file(
    dataset: str, file: dict[str, Any], target: Path, mirror: str | None, bundled: Path | None
) -> str:
    """Put one verified file at `target`, decompressed, atomically.

    Asked in this order: the mirror, the file's own URLs, the bundled folder. Each may hold the
    file as it is or compressed by gzip; what counts is the SHA-256 of the content.

    Args:
        dataset: Name of the set, a folder of the mirror and of the bundled files.
        file: {"name", "sha256", "sources"}, an entry of `deepgen.data.registry`.
        target: Where the content goes; a file there with the right digest is kept.
        mirror: A folder or an http(s) base URL.
        bundled: Folder of the bundled sets.

    Returns:
        The URL or path that served the file, or "kept".

    Raises:
        DeepgenError: if no source has the right bytes, or if `target` cannot be written.
    """
    digest = f"sha256:{file['sha256']}"
    return _from_first(
        list_sources(dataset, file, mirror, bundled),
        lambda source: _take(source, target, digest),
        kept=lambda: _has(target, digest),
        target=target,
        problem=f"no source has the right {file['name']} of data set {dataset!r}",
        wanted=f"{dataset}/{file['name']}.gz",
    )


def fetch_variant(
    dataset: str, file: dict[str, Any], target: Path, mirror: str | None, bundled: Path | None
) -> str:
    """Put at `target` the first that can be had of several files that hold the same images.

    Args:
        file: {"name", "variants": [{"name", "digest", "sources"}, ...]}, in order of preference,
            each looked for as in `fetch_file`; a digest is `sha256:...` or `md5:...`.

    Returns, raises:
        As `fetch_file`.
    """
    digests = {
        source: variant["digest"]
        for variant in file["variants"]
        for source in list_sources(dataset, variant, mirror, bundled)
    }
    return _from_first(
        digests,
        lambda source: _take(source, target, digests[source]),
        kept=lambda: any(_has(target, variant["digest"]) for variant in file["variants"]),
        target=target,
        problem=f"no source has the right {file['name']} of data set {dataset!r}",
        wanted=" or ".join(f"{dataset}/{variant['name']}" for variant in file["variants"]),
    )


def fetch_members(
    dataset: str,
    archive: dict[str, Any],
    files: list[dict[str, Any]],
    out: Path,
    mirror: str | None,
    bundled: Path | None,
) -> str:
    """Put the files of one archive at `out/<name>` from one download, once all are verified.

    What counts is the SHA-256 of each file, so that an archive may be made anew.

    Args:
        archive: {"name", "folder", "sources"}: a `.tar.gz`, looked for as in `fetch_file`, and the
            folder in it that holds the files.
        files: [{"name", "sha256"}, ...].

    Returns:
        The URL or path that served the archive, or "kept".

    Raises:
        DeepgenError: as `fetch_file`; an archive with a link or with a name that leads out of it is
            no source.
    """
    return _from_first(
        list_sources(dataset, archive, mirror, bundled),
        lambda source: _take_members(source, archive["folder"], files, out),
        kept=lambda: all(_has(out / file["name"], f"sha256:{file['sha256']}") for file in files),
        target=out / files[0]["name"],
        problem=f"no source has the right {archive['name']} of data set {dataset!r}",
        wanted=f"{dataset}/{archive['name']}",
    )


def _from_first(
    sources: Iterable[str],
    take: Callable[[str], None],
    *,
    kept: Callable[[], bool],
    target: Path,
    problem: str,
    wanted: str,
) -> str:
    failures = []
    try:
        if kept():
            return "kept"
        for source in sources:
            try:
                take(source)
                return source
            except BadSource as reason:
                failures.append(f"{source} ({reason})")
                print(f"deepgen fetch: passed over {failures[-1]}", file=sys.stderr, flush=True)
    except OSError as error:  # every reading error is a BadSource by now
        raise DeepgenError(
            f"cannot write {target} ({error.strerror or error}): make room or rights there, or "
            "choose another folder"
        ) from None
    raise DeepgenError(
        f"{problem}: {'; '.join(failures) or 'none is known'}: check the network, or set "
        f"DEEPGEN_MIRROR or data.mirror to a folder or URL that has {wanted}"
    )


def _has(path: Path, digest: str) -> bool:
    return path.is_file() and _digest(path, digest) == digest


def _digest(path: Path, like: str) -> str:
    """The file's digest, of the same kind as `like`: `sha256:...` or `md5:...`."""
    kind = like.partition(":")[0]
    with open(path, "rb") as file:
        return f"{kind}:{hashlib.file_digest(file, kind).hexdigest()}"


def _take(source: str, target: Path, digest: str) -> None:
    """Verify what `source` has and put it at `target`."""
    with as_local_file(source, target) as path:
        _unpack(path, target, digest)


def _take_members(source: str, folder: str, files: list[dict[str, Any]], out: Path) -> None:
    """Verify the members of the archive at `source` and put them in `out`."""
    digests = {f"{folder}/{file['name']}": file["sha256"] for file in files}
    contents = {}
    with as_local_file(source, out / files[0]["name"]) as path:
        try:
            for member, content in read_members(path, digests.__contains__):
                found = hashlib.sha256(content).hexdigest()
                if found != digests[member]:
                    raise BadSource(f"wrong content of {member}, SHA-256 {found[:12]}...")
                contents[member] = content
        except BadArchive as reason:
            raise BadSource(str(reason)) from None
    if missing := [member for member in digests if member not in contents]:
        raise BadSource(f"lacks {', '.join(missing)}")
    for file in files:
        content = contents[f"{folder}/{file['name']}"]
        write_atomically(out / file["name"], partial(Path.write_bytes, data=content))


def _unpack(source: Path, target: Path, digest: str) -> None:
    """Copy the content of `source` to `target` if it has this digest."""
    kind, _, expected = digest.partition(":")
    try:
        with open(source, "rb") as file:
            start = file.read(_CHUNK)
        # an archive may itself be the file that the digest speaks of
        packed = start.startswith(_GZIP_MAGIC) and not _has(source, digest)
    except FileNotFoundError:
        raise BadSource("not there") from None
    except OSError as error:
        raise BadSource(f"unreadable, {error.strerror or error}") from None

    def write(temporary: Path) -> None:
        total = hashlib.new(kind)
        with open(temporary, "wb") as file:
            for chunk in _content(source, packed):
                total.update(chunk)
                Bounded(file).write(chunk)
        if total.hexdigest() != expected:
            name = {"sha256": "SHA-256", "md5": "MD5"}[kind]
            raise BadSource(_difference(start, f"{name} {total.hexdigest()}"))

    write_atomically(target, write)


def _content(source: Path, packed: bool) -> Iterator[bytes]:
    """The content in pieces; every error of reading becomes a `BadSource`."""
    try:
        with gzip.open(source) if packed else open(source, "rb") as file:
            yield from iter(partial(file.read, _CHUNK), b"")
    except EOFError:
        raise BadSource("truncated gzip") from None
    except (gzip.BadGzipFile, zlib.error):
        raise BadSource("damaged gzip") from None
    except OSError as error:
        raise BadSource(f"unreadable, {error.strerror or error}") from None


def _difference(start: bytes, digest: str) -> str:
    if not start:
        return "empty"
    if start.lstrip()[:9].lower().startswith((b"<html", b"<!doctype")):
        return "an HTML page instead of data"
    return f"wrong content, {digest[:20]}..."

"""One file of a data set, from the first source that has the right bytes."""

import gzip
import hashlib
import sys
import tempfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pooch
import requests

from deepgen.errors import DeepgenError
from deepgen.files import sha256, write_atomically

# No file of any set is larger; a gzip bomb or an endless answer must not fill the disk.
MAX_BYTES = 4 * 1024**3
CONNECT_SECONDS, READ_SECONDS = 10, 30
RETRIES = 2

_CHUNK = 1024**2
_GZIP_MAGIC = b"\x1f\x8b"


class _BadSource(Exception):
    """Why a source cannot be used, in a few words."""


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
    failures = []
    try:
        if target.is_file() and sha256(target) == file["sha256"]:
            return "kept"
        for source in _sources(dataset, file, mirror, bundled):
            try:
                _take(source, target, file["sha256"])
                return source
            except _BadSource as reason:
                failures.append(f"{source} ({reason})")
    except OSError as error:  # every reading error is a _BadSource by now
        raise DeepgenError(
            f"cannot write {target} ({error.strerror or error}): make room or rights there, or "
            "choose another folder"
        ) from None
    raise DeepgenError(
        f"no source has the right {file['name']} of data set {dataset!r}: "
        f"{'; '.join(failures) or 'none is known'}: check the network, or set DEEPGEN_MIRROR or "
        f"data.mirror to a folder or URL that has {dataset}/{file['name']}.gz"
    )


def _sources(
    dataset: str, file: dict[str, Any], mirror: str | None, bundled: Path | None
) -> Iterator[str]:
    """URLs and paths in order of preference."""
    name = f"{dataset}/{file['name']}"
    if mirror:
        base = mirror.rstrip("/") if _is_url(mirror) else Path(mirror).expanduser()
        yield f"{base}/{name}.gz"
        yield f"{base}/{name}"
    yield from file["sources"]
    if bundled:
        yield f"{bundled}/{name}.gz"


def _is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _take(source: str, target: Path, digest: str) -> None:
    """Verify what `source` has and put it at `target`."""
    if not _is_url(source):
        _unpack(Path(source), target, digest)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside the target, because /tmp is often too small for a data set
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        _unpack(_download(source, Path(folder)), target, digest)


def _download(url: str, folder: Path) -> Path:
    """What `url` answers, as it is, in a file in `folder`."""
    pooch.get_logger().setLevel("ERROR")  # a failed source is told once, by our own sentence
    store = pooch.create(
        path=folder,
        base_url="",
        registry={"download": None},  # the digest is that of the content, checked by _unpack
        urls={"download": url},
        retry_if_failed=RETRIES,
    )
    try:
        return Path(store.fetch("download", downloader=_get))
    except requests.exceptions.RequestException as error:
        raise _BadSource(_reason(error)) from None


def _get(url: str, output: str, store: pooch.Pooch) -> None:
    """A pooch downloader that gives up at once where trying again cannot help."""
    http = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(), timeout=(CONNECT_SECONDS, READ_SECONDS)
    )
    try:
        with open(output, "wb") as file:
            http(url, _Bounded(file), store)
    except requests.exceptions.ConnectTimeout as error:
        raise _BadSource(_reason(error)) from None
    except requests.exceptions.HTTPError as error:
        if error.response.status_code < 500 and error.response.status_code not in (408, 429):
            raise _BadSource(_reason(error)) from None
        raise


class _Bounded:
    """A file that takes at most `MAX_BYTES`."""

    def __init__(self, file: BinaryIO):
        self.file = file

    def write(self, chunk: bytes) -> None:
        if self.file.tell() + len(chunk) > MAX_BYTES:
            raise _BadSource("too large")
        self.file.write(chunk)

    def flush(self) -> None:
        self.file.flush()


def _reason(error: requests.exceptions.RequestException) -> str:
    kinds = {
        requests.exceptions.Timeout: "timed out",
        requests.exceptions.SSLError: "certificate refused",
        requests.exceptions.ChunkedEncodingError: "connection broke off",
        requests.exceptions.ConnectionError: "no connection",
    }
    if isinstance(error, requests.exceptions.HTTPError):
        return f"HTTP {error.response.status_code}"
    for kind, words in kinds.items():
        if isinstance(error, kind):
            return words
    return type(error).__name__


def _unpack(source: Path, target: Path, digest: str) -> None:
    """Copy the content of `source` to `target` if it has this digest."""
    try:
        with open(source, "rb") as file:
            start = file.read(_CHUNK)
        # an archive may itself be the file that the digest speaks of
        packed = start.startswith(_GZIP_MAGIC) and sha256(source) != digest
    except FileNotFoundError:
        raise _BadSource("not there") from None
    except OSError as error:
        raise _BadSource(f"unreadable, {error.strerror or error}") from None

    def write(temporary: Path) -> None:
        total = hashlib.sha256()
        with open(temporary, "wb") as file:
            for chunk in _content(source, packed):
                total.update(chunk)
                _Bounded(file).write(chunk)
        if total.hexdigest() != digest:
            raise _BadSource(_difference(start, total.hexdigest()))

    write_atomically(target, write)


def _content(source: Path, packed: bool) -> Iterator[bytes]:
    """The content in pieces; every error of reading becomes a `_BadSource`."""
    try:
        with gzip.open(source) if packed else open(source, "rb") as file:
            yield from iter(partial(file.read, _CHUNK), b"")
    except EOFError:
        raise _BadSource("truncated gzip") from None
    except (gzip.BadGzipFile, zlib.error):
        raise _BadSource("damaged gzip") from None
    except OSError as error:
        raise _BadSource(f"unreadable, {error.strerror or error}") from None


def _difference(start: bytes, digest: str) -> str:
    if not start:
        return "empty"
    if start.lstrip()[:9].lower().startswith((b"<html", b"<!doctype")):
        return "an HTML page instead of data"
    return f"wrong content, SHA-256 {digest[:12]}..."

"""Where a file may be had: folders and web addresses, in order, without trusting what they hold."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pooch
import requests

# No file of any set is larger; a gzip bomb or an endless answer must not fill the disk.
MAX_BYTES = 4 * 1024**3
CONNECT_SECONDS, READ_SECONDS = 10, 30
RETRIES = 2


class BadSource(Exception):
    """Why a source cannot be used, in a few words."""


def list_sources(
    dataset: str, file: dict[str, Any], mirror: str | None, bundled: Path | None
) -> Iterator[str]:
    """URLs and paths in order of preference."""
    name = f"{dataset}/{file['name']}"
    # What is packed already is not looked for packed once more
    names = [name] if name.endswith((".gz", ".tgz", ".npz")) else [f"{name}.gz", name]
    if mirror:
        base = mirror.rstrip("/") if _is_url(mirror) else Path(mirror).expanduser()
        yield from (f"{base}/{name}" for name in names)
    yield from file["sources"]
    if bundled:
        yield f"{bundled}/{names[0]}"


def _is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


@contextmanager
def as_local_file(source: str, target: Path) -> Iterator[Path]:
    """What `source` has as a file on this machine, downloaded if it is a URL."""
    if not _is_url(source):
        yield Path(source)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside the target, because /tmp is often too small for a data set
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        yield _download(source, Path(folder))


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
        raise BadSource(_reason(error)) from None


def _get(url: str, output: str, store: pooch.Pooch) -> None:
    """A pooch downloader that gives up at once where trying again cannot help."""
    http = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(), timeout=(CONNECT_SECONDS, READ_SECONDS)
    )
    try:
        with open(output, "wb") as file:
            http(url, Bounded(file), store)
    except requests.exceptions.ConnectTimeout as error:
        raise BadSource(_reason(error)) from None
    except requests.exceptions.HTTPError as error:
        if error.response.status_code < 500 and error.response.status_code not in (408, 429):
            raise BadSource(_reason(error)) from None
        raise


class Bounded:
    """A file that takes at most `MAX_BYTES`."""

    def __init__(self, file: BinaryIO):
        self.file = file

    def write(self, chunk: bytes) -> None:
        if self.file.tell() + len(chunk) > MAX_BYTES:
            raise BadSource("too large")
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

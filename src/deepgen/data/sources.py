"""Where a file may be had: folders and web addresses, in order, without trusting what they hold."""

import os
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pooch
import requests

# No file of any set is larger; a gzip bomb or an endless answer must not fill the disk.
MAX_BYTES = 4 * 1024**3
CONNECT_SECONDS, READ_SECONDS = 10, 30
RETRIES = 2
# A server that sends less in a window, or is not done after half a day, is given up: the timeouts
# above begin anew with every byte.
MIN_BYTES_PER_SECOND, WINDOW_SECONDS, MAX_SECONDS = 5_000, 60, 12 * 3600


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
        base = mirror.rstrip("/") if _is_url(mirror) else os.path.expanduser(mirror)
        yield from (f"{base}/{name}" for name in names)
    yield from file["sources"]
    if bundled:
        yield f"{bundled}/{names[0]}"


def _is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


@contextmanager
def as_local_file(source: str, target: Path) -> Iterator[Path]:
    """What `source` has as a file on this machine, downloaded if it is a URL.

    Raises:
        BadSource: if it has none, whatever the reason; a pipe, a device or a folder is not opened.
        OSError: if nothing can be written beside `target`.
    """
    if not _is_url(source):
        yield _regular_file(Path(source))
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside the target, because /tmp is often too small for a data set
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=f".{target.name}.", ignore_cleanup_errors=True
    ) as folder:
        yield _download(source, Path(folder))


def _regular_file(path: Path) -> Path:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BadSource("not there") from None
    except (OSError, ValueError) as error:
        raise BadSource(f"unreadable, {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(mode):
        raise BadSource("no regular file")
    return path


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
    received = Received()
    get = partial(_get, received=received)
    try:
        return Path(_patiently(lambda: store.fetch("download", downloader=get), received))
    except requests.exceptions.RequestException as error:
        raise BadSource(_reason(error)) from None


def _patiently(download: Callable[[], str], received: "Received") -> str:
    """What `download` returns, unless the server is too slow.

    It runs in a thread of its own, because a server can hold a reader at any point: while it is
    looked up, in its headers, and with a byte now and then. A thread that is given up ends with its
    next bytes, or with the process.
    """
    ends: dict[str, Any] = {}

    def run() -> None:
        try:
            ends["path"] = download()
        except BaseException as error:
            ends["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    began = window = time.monotonic()
    before = 0
    thread.start()
    while thread.is_alive():
        thread.join(min(0.5, WINDOW_SECONDS))
        now = time.monotonic()
        if thread.is_alive() and now - window >= WINDOW_SECONDS:
            if received.bytes - before < MIN_BYTES_PER_SECOND * (now - window):
                received.given_up = True
                raise BadSource(f"slower than {MIN_BYTES_PER_SECOND / 1000:g} kB/s")
            window, before = now, received.bytes
        if thread.is_alive() and now - began >= MAX_SECONDS:
            received.given_up = True
            raise BadSource(f"not done after {MAX_SECONDS / 3600:g} hours")
    if "error" in ends:
        raise ends["error"]
    return ends["path"]


def _get(url: str, output: str, store: pooch.Pooch, received: "Received") -> None:
    """A pooch downloader that gives up at once where trying again cannot help."""
    http = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(), timeout=(CONNECT_SECONDS, READ_SECONDS)
    )
    try:
        with open(output, "wb") as file:
            http(url, Bounded(file, received), store)
    except BadSource:
        raise
    except requests.exceptions.HTTPError as error:
        if error.response.status_code < 500 and error.response.status_code not in (408, 429):
            raise BadSource(_reason(error)) from None
        raise
    except requests.exceptions.RequestException as error:
        if isinstance(error, requests.exceptions.ConnectTimeout | ValueError):
            raise BadSource(_reason(error)) from None
        raise
    except Exception as error:  # of whatever library read the answer
        # This machine's disk, not the server
        if isinstance(error, OSError) and (error.filename or received.unwritable):
            raise
        raise BadSource(_reason(error)) from None


@dataclass
class Received:
    """How much a server has sent, whether anybody still waits for it, and whether it cannot be
    written."""

    bytes: int = 0
    given_up: bool = False
    unwritable: bool = False


class Bounded:
    """A file that takes at most `MAX_BYTES`.

    Args:
        file: Opened for writing.
        received: Told of what is written, or cannot be.
    """

    def __init__(self, file: BinaryIO, received: Received | None = None):
        self.file, self.received = file, received or Received()

    def write(self, chunk: bytes) -> None:
        if self.received.given_up:
            raise BadSource("given up")
        if self.file.tell() + len(chunk) > MAX_BYTES:
            raise BadSource("too large")
        self.received.bytes += len(chunk)
        self._try(lambda: self.file.write(chunk))

    def flush(self) -> None:
        self._try(self.file.flush)

    def _try(self, step: Callable[[], Any]) -> None:
        try:
            step()
        except OSError:
            self.received.unwritable = True
            raise


def _reason(error: Exception) -> str:
    kinds = {
        requests.exceptions.Timeout: "timed out",
        requests.exceptions.SSLError: "certificate refused",
        requests.exceptions.ChunkedEncodingError: "connection broke off",
        requests.exceptions.ConnectionError: "no connection",
        requests.exceptions.TooManyRedirects: "sent from place to place",
        ValueError: "an address or a header that is none",
    }
    if isinstance(error, requests.exceptions.HTTPError):
        return f"HTTP {error.response.status_code}"
    for kind, words in kinds.items():
        if isinstance(error, kind):
            return words
    return f"no answer that can be read, {type(error).__name__}"

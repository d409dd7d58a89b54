"""A server or a mirror that misbehaves in any way: the next source is asked, and soon."""

import gzip
import hashlib
import os
import socket
import threading
import time

import pytest

from deepgen.data import sources
from deepgen.data.download import fetch_file, fetch_members
from deepgen.errors import DeepgenError

CONTENT = bytes(range(256)) * 8
PACKED = gzip.compress(CONTENT, mtime=0)
OK = b"HTTP/1.1 200 OK\r\n"


def to(place):
    return b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n"


ANSWERS = {
    "a redirect to half an address": to(b"http://[::1"),
    "a redirect to an overlong host": to(b"http://" + b"a" * 300 + b".example/x"),
    "a redirect to a host of dots": to(b"http://../x"),
    "a redirect to a port that is none": to(b"http://127.0.0.1:99999/x"),
    "a redirect to bytes": to(b"http://\xff\xfe/x"),
    "a length that is no number": OK + b"Content-Length: abc\r\n\r\n" + PACKED,
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + PACKED,
    "chunks that are none": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + PACKED,
    "an encoding that lies": OK + b"Content-Encoding: gzip\r\n\r\n" + CONTENT,
    "no HTTP": b"\x00\x01\x02\x03 nothing\r\n\r\n",
    "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
    "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
    "a thousand headers": OK + b"X-A: b\r\n" * 1000 + b"\r\n",
    "nothing": b"",
}


@pytest.fixture
def serve(monkeypatch):
    """A function that gives the address of a server which sends each who asks these parts, with a
    pause before each but the first."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    listening, stop = [], threading.Event()

    def answer(connection, parts, pause):
        with connection:
            try:
                connection.recv(65536)
                for i, part in enumerate(parts):
                    if i and stop.wait(pause):
                        return
                    connection.sendall(part)
            except OSError:
                pass  # the other side has given up

    def accept(listener, parts, pause):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection, parts, pause), daemon=True).start()

    def serve(*parts, pause=0.0):
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)
        threading.Thread(target=accept, args=(listener, parts, pause), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/digits.gz"

    yield serve
    stop.set()
    for listener in listening:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "raw" / "digits"


@pytest.fixture
def bundled(tmp_path):
    (tmp_path / "bundled" / "toy").mkdir(parents=True)
    (tmp_path / "bundled" / "toy" / "digits.gz").write_bytes(PACKED)
    return tmp_path / "bundled"


def entry(*urls):
    return {
        "name": "digits",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "sources": list(urls),
    }


def assert_taken_from_bundled(file, target, bundled, mirror=None):
    used = fetch_file("toy", file, target, mirror, bundled)
    assert used == str(bundled / "toy" / "digits.gz")
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.parametrize("fault", ANSWERS)
def test_whatever_a_server_answers_the_next_source_is_asked(serve, target, bundled, fault, capsys):
    url = serve(ANSWERS[fault])
    assert_taken_from_bundled(entry(url), target, bundled)
    said = capsys.readouterr().err
    assert f"deepgen fetch: passed over {url} (" in said, "silently"


@pytest.mark.parametrize(
    "mirror", ["http://[::1", f"http://{'a' * 300}.example", "http://", "~nobody-has-this-name/x"]
)
def test_a_mirror_whose_address_is_none_is_passed_over(target, bundled, mirror, monkeypatch):
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    assert_taken_from_bundled(entry(), target, bundled, mirror)


def test_all_hostile_is_one_sentence(serve, target):
    urls = [serve(answer) for answer in ANSWERS.values()]
    with pytest.raises(DeepgenError) as error:
        fetch_file("toy", entry(*urls), target, None, None)
    assert all(f"{url} (" in str(error.value) for url in urls)
    assert "\n" not in str(error.value)
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize("where", ["headers", "content"])
def test_a_server_that_sends_a_byte_now_and_then_is_given_up(
    serve, target, bundled, where, monkeypatch
):
    monkeypatch.setattr(sources, "WINDOW_SECONDS", 1)
    start = OK if where == "headers" else OK + b"Content-Length: 5000\r\n\r\n"
    url = serve(start, *[b"x"] * 600, pause=0.1)
    began = time.monotonic()
    assert_taken_from_bundled(entry(url), target, bundled)
    assert time.monotonic() - began < 10, "a minute of bytes was waited for"


def test_a_server_that_is_slow_and_fast_enough_is_waited_for(serve, target, monkeypatch):
    monkeypatch.setattr(sources, "WINDOW_SECONDS", 1)
    monkeypatch.setattr(sources, "MIN_BYTES_PER_SECOND", 500)
    noise = os.urandom(6000)
    parts = [noise[i : i + 1000] for i in range(0, 6000, 1000)]
    url = serve(OK + b"Content-Length: 6000\r\n\r\n", *parts, pause=0.4)
    file = entry(url) | {"sha256": hashlib.sha256(noise).hexdigest()}
    assert fetch_file("toy", file, target, None, None) == url
    assert target.read_bytes() == noise


def test_half_a_day_is_enough_for_any_source(serve, target, bundled, monkeypatch):
    monkeypatch.setattr(sources, "MAX_SECONDS", 1)
    url = serve(OK + b"Content-Length: 10000000\r\n\r\n", *[bytes(50_000)] * 200, pause=0.1)
    began = time.monotonic()
    assert_taken_from_bundled(entry(url), target, bundled)
    assert time.monotonic() - began < 10


def pipe(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def local_socket(path):
    socket.socket(socket.AF_UNIX).bind(str(path))


def folder(path):
    path.mkdir()


def circle(path):
    path.symlink_to(path)


@pytest.mark.parametrize("make", [pipe, device, local_socket, folder, circle])
@pytest.mark.parametrize("archive", [False, True])
def test_what_is_no_regular_file_is_not_opened(
    target, bundled, make, archive, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    mirror = tmp_path / "mirror" / "toy"
    mirror.mkdir(parents=True)
    make(mirror / ("toy.tar.gz" if archive else "digits.gz"))
    if archive:
        where = {"name": "toy.tar.gz", "folder": "x", "sources": []}
        with pytest.raises(DeepgenError, match=r"toy.tar.gz \((no regular file|unreadable)"):
            fetch_members("toy", where, [entry()], target.parent, str(mirror.parent), None)
    else:
        assert_taken_from_bundled(entry(), target, bundled, str(mirror.parent))

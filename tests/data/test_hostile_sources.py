"""A server or a mirror that misbehaves in any way: the next source is asked, and soon."""

import hashlib
import os
import socket
import time
from contextlib import ExitStack

import pytest

from deepgen.data import sources
from deepgen.data.download import fetch_file, fetch_members
from deepgen.errors import DeepgenError
from tests.data.hostile_server import ANSWERS, CONTENT, OK, PACKED, SLOW, answering


@pytest.fixture
def serve(monkeypatch):
    """A function that gives the address of a server which sends each who asks these parts, with a
    pause before each but the first."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    with ExitStack() as servers:

        def serve(*parts, pause=0.0):
            return servers.enter_context(answering(*parts, pause=pause)) + "/digits.gz"

        yield serve


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


@pytest.mark.parametrize("where", SLOW)
def test_a_server_that_sends_a_byte_now_and_then_is_given_up(
    serve, target, bundled, where, monkeypatch
):
    monkeypatch.setattr(sources, "WINDOW_SECONDS", 1)
    url = serve(SLOW[where], *[b"x"] * 600, pause=0.1)
    began = time.monotonic()
    assert_taken_from_bundled(entry(url), target, bundled)
    assert time.monotonic() - began < 10, "a minute of bytes was waited for"


def test_a_server_that_slows_down_after_a_fast_beginning_is_given_up(
    serve, target, bundled, monkeypatch
):
    monkeypatch.setattr(sources, "WINDOW_SECONDS", 1)
    head = OK + b"Content-Length: 900000\r\n\r\n"
    url = serve(head + bytes(800_000), *[b"x"] * 600, pause=0.1)
    began = time.monotonic()
    assert_taken_from_bundled(entry(url), target, bundled)
    assert time.monotonic() - began < 20


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

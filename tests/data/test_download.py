"""Whatever a source serves, only the right bytes arrive, and nothing else is left behind."""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from deepgen.data import sources
from deepgen.data.download import fetch_file, fetch_members
from deepgen.errors import DeepgenError

CONTENT = np.random.default_rng(1).integers(0, 16, 20_000, dtype=np.uint8).tobytes()
PACKED = gzip.compress(CONTENT, mtime=0)
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
MIDDLE = len(PACKED) // 2
BAD = {
    "truncated": PACKED[:MIDDLE],
    "bit flipped": PACKED[:MIDDLE] + bytes([PACKED[MIDDLE] ^ 1]) + PACKED[MIDDLE + 1 :],
    "swapped": gzip.compress(CONTENT[::-1]),
    "HTML": HTML,
    "packed HTML": gzip.compress(HTML),
    "empty": b"",
}
NOBODY = "http://127.0.0.1:9"


class Server:
    """Serves `files` {path: bytes, or an HTTP status} and counts what is asked."""

    def __init__(self):
        self.files, self.promise, self.asked = {}, {}, Counter()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked[self.path] += 1
                answer = server.files.get(self.path, 404)
                if isinstance(answer, int):
                    self.send_error(answer)
                    return
                self.send_response(200)
                self.send_header("Content-Length", server.promise.get(self.path, len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "raw" / "digits"


@pytest.fixture
def bundled(tmp_path):
    (tmp_path / "bundled" / "toy").mkdir(parents=True)
    (tmp_path / "bundled" / "toy" / "digits.gz").write_bytes(PACKED)
    return tmp_path / "bundled"


def entry(*sources, content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return {"name": "digits", "sha256": digest, "sources": list(sources)}


def assert_only(target):
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == [target.name]


def assert_nothing(target):
    assert not target.parent.exists() or os.listdir(target.parent) == []


def one_sentence(error):
    text = str(error.value)
    assert "\n" not in text
    assert ". " not in text
    return text


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("place", range(3))
def test_a_bad_source_falls_through_to_the_next(server, target, bundled, place, fault):
    paths = ["/mirror/toy/digits.gz", "/one/digits.gz", "/two/digits.gz"]
    server.files[paths[place]] = BAD[fault]
    server.files |= dict.fromkeys(paths[place + 1 :], PACKED)
    file = entry(*(server.url + path for path in paths[1:]))

    used = fetch_file("toy", file, target, f"{server.url}/mirror/", bundled)

    urls = [server.url + path for path in paths]
    assert used == [*urls, str(bundled / "toy" / "digits.gz")][place + 1]
    assert_only(target)


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_mirror_folder_falls_through(tmp_path, target, bundled, fault):
    folder = tmp_path / "mirror" / "toy"
    folder.mkdir(parents=True)
    (folder / "digits.gz").write_bytes(BAD[fault])
    used = fetch_file("toy", entry(), target, str(tmp_path / "mirror"), bundled)
    assert used == str(bundled / "toy" / "digits.gz")
    assert_only(target)


def test_all_bad_is_one_sentence_that_names_each_source(server, target, tmp_path):
    bundled = tmp_path / "bundled" / "toy" / "digits.gz"
    bundled.parent.mkdir(parents=True)
    bundled.write_bytes(BAD["bit flipped"])
    server.files = {
        "/mirror/toy/digits.gz": BAD["truncated"],
        "/mirror/toy/digits": BAD["empty"],
        "/one/digits.gz": HTML,
        "/two/digits.gz": BAD["swapped"],
    }
    file = entry(f"{server.url}/one/digits.gz", f"{server.url}/two/digits.gz")
    with pytest.raises(DeepgenError) as error:
        fetch_file("toy", file, target, f"{server.url}/mirror", bundled.parents[1])
    text = one_sentence(error)
    for path, reason in {
        "/mirror/toy/digits.gz": "truncated gzip",
        "/mirror/toy/digits": "empty",
        "/one/digits.gz": "an HTML page instead of data",
        "/two/digits.gz": "wrong content, SHA-256 ",
    }.items():
        assert f"{server.url}{path} ({reason}" in text
    assert f"{bundled} (damaged gzip)" in text
    assert "'toy'" in text
    assert "DEEPGEN_MIRROR" in text
    assert_nothing(target)


def test_no_network_and_nothing_bundled(server, target, tmp_path):
    file = entry(f"{NOBODY}/digits.gz")
    with pytest.raises(DeepgenError) as error:
        fetch_file("toy", file, target, None, tmp_path / "bundled")
    text = one_sentence(error)
    assert f"{NOBODY}/digits.gz (no connection)" in text
    assert f"{tmp_path / 'bundled' / 'toy' / 'digits.gz'} (not there)" in text
    assert_nothing(target)


def test_no_source_at_all(target):
    with pytest.raises(DeepgenError, match="none is known") as error:
        fetch_file("toy", entry(), target, None, None)
    one_sentence(error)


def test_no_network_but_bundled(server, target, bundled):
    used = fetch_file("toy", entry(f"{NOBODY}/digits.gz"), target, None, bundled)
    assert used == str(bundled / "toy" / "digits.gz")
    assert_only(target)


@pytest.mark.parametrize("level", [0, 1, 9])
def test_a_mirror_may_compress_anew(server, target, level):
    server.files["/digits.gz"] = gzip.compress(CONTENT, level, mtime=12345)
    url = f"{server.url}/digits.gz"
    assert fetch_file("toy", entry(url), target, None, None) == url
    assert_only(target)


@pytest.mark.parametrize("remote", [True, False])
def test_a_mirror_may_hold_the_file_uncompressed(server, target, tmp_path, remote):
    (tmp_path / "mirror" / "toy").mkdir(parents=True)
    (tmp_path / "mirror" / "toy" / "digits").write_bytes(CONTENT)
    server.files["/mirror/toy/digits"] = CONTENT
    mirror = f"{server.url}/mirror" if remote else str(tmp_path / "mirror")
    assert fetch_file("toy", entry(), target, mirror, None) == f"{mirror}/toy/digits"
    assert_only(target)


def test_an_archive_whose_own_digest_is_registered_stays_packed(target, tmp_path):
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "digits").write_bytes(PACKED)
    fetch_file("toy", entry(content=PACKED), target, str(tmp_path), None)
    assert target.read_bytes() == PACKED


def test_a_right_file_is_kept_and_nobody_asked(server, target):
    target.parent.mkdir()
    target.write_bytes(CONTENT)
    assert fetch_file("toy", entry(f"{server.url}/digits.gz"), target, None, None) == "kept"
    assert not server.asked


def test_a_wrong_file_is_replaced(target, bundled):
    target.parent.mkdir()
    target.write_bytes(CONTENT[:-1])
    fetch_file("toy", entry(), target, None, bundled)
    assert_only(target)


def test_a_wrong_file_survives_when_nothing_better_is_found(target):
    target.parent.mkdir()
    target.write_bytes(b"mine")
    with pytest.raises(DeepgenError):
        fetch_file("toy", entry(), target, None, None)
    assert target.read_bytes() == b"mine"


def test_what_may_pass_is_tried_again_and_what_cannot_is_not(server, target, bundled):
    server.files = {"/busy": 503, "/cut": PACKED[:MIDDLE]}
    server.promise["/cut"] = len(PACKED)
    file = entry(*(server.url + path for path in ("/gone", "/busy", "/cut")))
    fetch_file("toy", file, target, None, bundled)
    assert server.asked == {"/gone": 1, "/busy": 3, "/cut": 3}
    with pytest.raises(DeepgenError) as error:
        fetch_file("toy", file, target.with_name("again"), None, None)
    text = one_sentence(error)
    for reason in ("/gone (HTTP 404)", "/busy (HTTP 503)", "/cut (connection broke off)"):
        assert reason in text


def test_a_bomb_is_cut_off(server, target, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BYTES", 50_000)
    server.files = {"/bomb": gzip.compress(bytes(10**7)), "/long": bytes(60_000)}
    file = entry(f"{server.url}/bomb", f"{server.url}/long")
    with pytest.raises(DeepgenError) as error:
        fetch_file("toy", file, target, None, None)
    assert one_sentence(error).count("(too large)") == 2
    assert_nothing(target)


def test_pooch_keeps_quiet(server, target, bundled):
    program = (
        "import sys; from pathlib import Path; from deepgen.data.download import fetch_file; "
        f"fetch_file('toy', {entry(server.url + '/digits.gz')!r}, Path(sys.argv[1]), None, None)"
    )
    server.files["/digits.gz"] = PACKED
    command = [sys.executable, "-c", program, str(target)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout + ended.stderr == ""


def test_an_archive_of_several_files_is_downloaded_once(server, target):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("one", "two"):
            info = tarfile.TarInfo(f"batches/{name}")
            info.size = len(CONTENT)
            archive.addfile(info, io.BytesIO(CONTENT))
    server.files["/toy.tar.gz"] = packed.getvalue()
    url = f"{server.url}/toy.tar.gz"
    entries = [entry() | {"name": name} for name in ("one", "two")]
    where = {"name": "toy.tar.gz", "folder": "batches", "sources": [url]}
    assert fetch_members("toy", where, entries, target.parent, None, None) == url
    assert server.asked == {"/toy.tar.gz": 1}
    assert {path.name: path.read_bytes() for path in target.parent.iterdir()} == {
        "one": CONTENT,
        "two": CONTENT,
    }


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("remote", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_a_full_disk_is_said_and_leaves_nothing(server, small_disk, tmp_path, remote, packed):
    content = bytes(3 * 1024**2)  # compressed it fits, so that decompression fills the disk
    served = gzip.compress(content) if packed else content
    (tmp_path / "mirror" / "toy").mkdir(parents=True)
    (tmp_path / "mirror" / "toy" / "digits.gz").write_bytes(served)
    server.files["/toy/digits.gz"] = served
    target = small_disk / "raw" / "digits"
    mirror = server.url if remote else str(tmp_path / "mirror")
    with pytest.raises(DeepgenError, match="No space left") as error:
        fetch_file("toy", entry(content=content), target, mirror, None)
    assert str(target) in one_sentence(error)
    assert_nothing(target)
    assert server.asked.total() == int(remote)


def test_a_folder_that_cannot_be_made_is_said(tmp_path, bundled):
    (tmp_path / "raw").write_text("a file where a folder should be")
    target = tmp_path / "raw" / "digits"
    with pytest.raises(DeepgenError, match="cannot write") as error:
        fetch_file("toy", entry(), target, None, bundled)
    assert str(target) in one_sentence(error)

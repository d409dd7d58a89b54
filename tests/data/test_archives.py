"""An archive gives the files that were asked for, or a reason, and never anything else."""

import gzip
import io
import tarfile

import numpy as np
import pytest

from deepgen.data import archives
from deepgen.data.archives import BadArchive, read_members

NOISE = np.random.default_rng(1).bytes(50_000)
FILES = {"set/one": b"first", "set/two": NOISE, "set/three": b""}


def member(name, content=b"", **changes):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in changes.items():
        setattr(info, key, value)
    return info, content


def pack(path, *members, form=tarfile.PAX_FORMAT):
    with tarfile.open(path, "w:gz", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return path


def good_members():
    return [member(name, content) for name, content in FILES.items()]


def read(path, names=FILES):
    return dict(read_members(path, names.__contains__))


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_only_the_wanted_files_are_read(tmp_path, form, prefix):
    extra = [member("set", type=tarfile.DIRTYPE), member("set/readme", b"text")]
    files = [member(prefix + name, content) for name, content in FILES.items()]
    path = pack(tmp_path / "a.tar.gz", *extra, *files, form=form)
    assert read(path) == FILES
    assert read(path, ["set/two"]) == {"set/two": NOISE}
    assert read(path, ["set/"]) == {"set/": b""}


BAD = {
    "above": (member("set/../../evil", b"x"), "leads out"),
    "above, in the way of Windows": (member("set\\..\\evil", b"x"), "leads out"),
    "absolute": (member("/etc/evil", b"x"), "leads out"),
    "symbolic link": (member("set/link", type=tarfile.SYMTYPE, linkname="/etc"), "is a link"),
    "hard link": (member("set/link", type=tarfile.LNKTYPE, linkname="set/one"), "is a link"),
    "device": (member("set/null", type=tarfile.CHRTYPE), "no plain file"),
    "pipe": (member("set/pipe", type=tarfile.FIFOTYPE), "no plain file"),
    "folder above": (member("..", type=tarfile.DIRTYPE), "leads out"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("place", [0, 3])
def test_one_bad_member_condemns_the_archive(tmp_path, kind, place):
    bad, words = BAD[kind]
    members = good_members()
    members.insert(place, bad)
    with pytest.raises(BadArchive, match=words) as error:
        read(pack(tmp_path / "a.tar.gz", *members))
    assert "\n" not in str(error.value)


def test_a_sparse_file_is_refused_unread(tmp_path):
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 12}
    block = b"1\n0\n0\n".ljust(512, b"\0")
    sparse = member("set/one", block, pax_headers=headers | {"GNU.sparse.name": "set/one"})
    with pytest.raises(BadArchive, match="no plain file"):
        read(pack(tmp_path / "a.tar.gz", sparse))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_archive(tmp_path, share):
    path = pack(tmp_path / "a.tar.gz", *good_members())
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BadArchive, match="truncated"):
        read(path)


def test_a_cut_tar_that_was_compressed_again(tmp_path):
    path = pack(tmp_path / "a.tar.gz", *good_members())
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[:30_000]))
    with pytest.raises(BadArchive, match="truncated"):
        read(path)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_flipped_bit(tmp_path, place):
    path = pack(tmp_path / "a.tar.gz", *good_members())
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadArchive, match="damaged"):
        read(path)


@pytest.mark.parametrize(
    "content", [b"", b"<html>no</html>", gzip.compress(b"no tar" * 200, mtime=0)]
)
def test_what_is_no_archive(tmp_path, content):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(content)
    with pytest.raises(BadArchive, match="damaged"):
        read(path)


def test_a_missing_archive(tmp_path):
    with pytest.raises(BadArchive, match="not there"):
        read(tmp_path / "a.tar.gz")


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 40_000), ("MAX_MEMBER_BYTES", 40_000)])
def test_a_bomb_is_cut_off(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(archives, limit, value)
    with pytest.raises(BadArchive, match="too large"):
        read(pack(tmp_path / "a.tar.gz", *good_members()))


def test_a_bomb_in_a_file_that_nobody_wants(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 100_000)
    bomb = member("set/bomb", bytes(10**7))
    with pytest.raises(BadArchive, match="too large"):
        read(pack(tmp_path / "a.tar.gz", *good_members(), bomb))


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(BadArchive, match="too many"):
        read(pack(tmp_path / "a.tar.gz", *good_members()))

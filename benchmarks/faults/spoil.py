"""Ways to spoil a file that know nothing of its format, or only of its container."""

import gzip
import io
import json
import os
import pickle
import random
import tarfile
from collections.abc import Callable

import numpy as np

CANARY = "pwned"
Spoil = Callable[[bytes, random.Random], bytes]


class _Command:
    """What runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, (f"touch {CANARY}",)


PICKLE = pickle.dumps(_Command())


def _flip(content: bytes, rng: random.Random, within: int | None = None) -> bytes:
    at = rng.randrange(min(len(content), within or len(content)))
    return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]


def _zeros(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + bytes(len(content[at : at + 512])) + content[at + 512 :]


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + rng.randbytes(7) + content[at:]


def _object_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([_Command()], dtype=object), allow_pickle=True)
    return file.getvalue()


def _npy(header: str) -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text


ANY: dict[str, Spoil] = {
    "a bit flipped": _flip,
    "a bit of the header flipped": lambda content, rng: _flip(content, rng, 100),
    "cut off": lambda content, rng: content[: rng.randrange(1, len(content))],
    "cut off at once": lambda content, rng: content[: rng.randrange(1, 16)],
    "zeros in it": _zeros,
    "bytes too many inside": _insert,
    "bytes too many at its end": lambda content, rng: content + rng.randbytes(rng.randrange(1, 50)),
    "empty": lambda content, rng: b"",
    "noise": lambda content, rng: rng.randbytes(1000),
    "an HTML page": lambda content, rng: b"<!DOCTYPE html><html>Please log in</html>",
    "a pickle": lambda content, rng: PICKLE,
    "packed once more": lambda content, rng: gzip.compress(content),
    "an object array": lambda content, rng: _object_array(),
    "a header of 2**60 rows": lambda content, rng: _npy(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976, 784)}"
    ),
    "a header that is code": lambda content, rng: _npy(
        f"__import__('os').system('touch {CANARY}')"
    ),
}


def array(change: Callable[[np.ndarray, random.Random], np.ndarray]) -> Spoil:
    """A change of an array as one of its file."""

    def spoil(content: bytes, rng: random.Random) -> bytes:
        file = io.BytesIO()
        np.save(file, change(np.load(io.BytesIO(content)), rng))
        return file.getvalue()

    return spoil


def _nan(x: np.ndarray, rng: random.Random) -> np.ndarray:
    x = x.astype(np.float32)
    x.reshape(-1)[rng.randrange(x.size)] = rng.choice([np.nan, np.inf, 1e38])
    return x


def _archive(content: bytes, rng: random.Random) -> bytes:
    file = io.BytesIO()
    np.savez(file, array=np.load(io.BytesIO(content)))
    return file.getvalue()


def _lying(content: bytes, rng: random.Random) -> bytes:
    """The numbers behind a header that tells of more or fewer of them, or of no shape."""
    x = np.load(io.BytesIO(content))
    rows = rng.choice([len(x) + 1 if x.ndim else 2, 1, 10**12, -1, "True", "'x'", "[2]"])
    rest = "".join(f", {n}" for n in x.shape[1:])
    shape = f"({rows}{rest or ','})"
    header = f"{{'descr': '{x.dtype.str}', 'fortran_order': False, 'shape': {shape}}}"
    return _npy(header) + x.tobytes()


ARRAY: dict[str, Spoil] = {
    "a value that is no number": array(_nan),
    "another byte order": array(lambda x, rng: x.astype(x.dtype.newbyteorder(">"))),
    "text for numbers": array(lambda x, rng: x.astype("U3")),
    "records for numbers": array(lambda x, rng: np.zeros(x.shape, [("a", "f4"), ("b", "i4")])),
    "complex numbers": array(lambda x, rng: x.astype(complex)),
    "an archive": _archive,
    "a header that lies": _lying,
    "another type": array(lambda x, rng: x.astype(rng.choice(["<f8", ">f4", "i8", "U3", "?"]))),
    "another shape": array(lambda x, rng: x.reshape(-1)),
    "its axes swapped": array(lambda x, rng: np.ascontiguousarray(x.T)),
    "half of its rows": array(lambda x, rng: x[: len(x) // 2]),
    "none of its rows": array(lambda x, rng: x[:0]),
    "one row": array(lambda x, rng: x[:1]),
    "narrower rows": array(lambda x, rng: x[..., :1] if x.ndim > 1 else x),
    "a single number": array(lambda x, rng: np.float32(1)),
    "rows of zeros": array(lambda x, rng: np.zeros_like(x)),
    "all 255": array(lambda x, rng: np.full_like(x, 255)),
}


# What samples may not be: a sigma of them would be stored and used again
NEVER_SAMPLES = (
    "a value that is no number",
    "none of its rows",
    "a single number",
    "text for numbers",
    "records for numbers",
    "complex numbers",
    "an archive",
)


def _text(change: Callable[[str, random.Random], str]) -> Spoil:
    return lambda content, rng: change(content.decode(), rng).encode()


def _other_value(content: bytes, rng: random.Random) -> bytes:
    """Another value somewhere in JSON, or a key less."""
    whole = json.loads(content)
    places = list(_places(whole)) if isinstance(whole, dict | list) else []
    if places:
        inside, key = rng.choice(places)
        if rng.random() < 0.3:
            del inside[key]
        else:
            inside[key] = rng.choice(
                [None, -1, 0, "text", [], {}, 1e308, 1e-308, float("inf"), True, [[1]], "../../x"]
            )
    return json.dumps(whole).encode()


def _places(content):
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(pairs):
        yield content, key
        if isinstance(value, dict | list):
            yield from _places(value)


JSON: dict[str, Spoil] = {
    "another value": _other_value,
    "one more other value": _other_value,
    "a list": lambda content, rng: b"[1, 2]",
    "nothing in it": lambda content, rng: b"{}",
    "text": lambda content, rng: b'"text"',
    "a number": lambda content, rng: b"3",
    "NaN": _text(lambda text, rng: text.replace(": 0.", ': NaN, "x": 0.', 1)),
    "nested too deeply": lambda content, rng: b"[" * 100_000,
    "a number of 5,000 digits": lambda content, rng: b'{"sigma": ' + b"9" * 5000 + b"}",
}


def _lines(change: Callable[[list[str], random.Random], list[str]]) -> Spoil:
    return _text(lambda text, rng: "\n".join(change(text.splitlines(), rng)) + "\n")


CSV: dict[str, Spoil] = {
    "no rows": _lines(lambda lines, rng: lines[:1]),
    "no head": _lines(lambda lines, rng: lines[1:]),
    "a column less": _lines(lambda lines, rng: [line.partition(",")[2] for line in lines]),
    "a row twice": _lines(lambda lines, rng: [*lines, lines[-1]]),
    "text for numbers": _lines(lambda lines, rng: [lines[0], *("x" + line for line in lines[1:])]),
    "other numbers": _text(lambda text, rng: text.replace("0.", "-7.")),
    "a formula": _lines(lambda lines, rng: [lines[0], *("=cmd(), " + li for li in lines[1:])]),
}


def tar_gz(members: dict[str, bytes], *more: tarfile.TarInfo) -> bytes:
    """An archive of these files, and members without content."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return file.getvalue()


def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A member of an archive that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def in_archive(name: str) -> dict[str, Spoil]:
    """Ways to spoil a `.tar.gz`, with a member `name` beside what it has."""

    def added(*more: tarfile.TarInfo, **files: bytes) -> Spoil:
        def spoil(content: bytes, rng: random.Random) -> bytes:
            return tar_gz(read_tar(content) | files, *more)

        return spoil

    def changed(content: bytes, rng: random.Random) -> bytes:
        members = read_tar(content)
        chosen = rng.choice(list(members))
        return tar_gz(members | {chosen: _flip(members[chosen], rng)})

    def fewer(content: bytes, rng: random.Random) -> bytes:
        members = read_tar(content)
        members.pop(rng.choice(list(members)))
        return tar_gz(members)

    def lying(content: bytes, rng: random.Random) -> bytes:
        plain = bytearray(gzip.decompress(content))
        plain[124:136] = rng.choice([b"77777777777\0", b"\x80" + b"\xff" * 11, b"-0000000001\0"])
        return gzip.compress(bytes(plain))

    return {
        "a member that leads out": added(**{f"../{CANARY}": b"x"}),
        "a member with a backslash": added(**{f"..\\{CANARY}": b"x"}),
        "an absolute member": added(**{f"/tmp/{CANARY}": b"x"}),
        "a symbolic link": added(member(name, tarfile.SYMTYPE, "/etc/passwd")),
        "a hard link": added(member(name, tarfile.LNKTYPE, "../../x")),
        "a device": added(member(name, tarfile.CHRTYPE)),
        "a pipe": added(member(name, tarfile.FIFOTYPE)),
        "a link to a folder": added(member(name, tarfile.SYMTYPE, ".."), **{f"{name}/x": b"x"}),
        "a file of 200 MB of zeros": added(**{name: bytes(200 * 1024**2)}),
        "a member with a bit flipped": changed,
        "a member less": fewer,
        "a size that lies": lying,
    }


def read_tar(content: bytes) -> dict[str, bytes]:
    """{name: content} of the files of a `.tar.gz`."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        files = [member for member in archive if member.isfile()]
        return {member.name: archive.extractfile(member).read() for member in files}

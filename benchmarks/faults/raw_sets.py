"""Small data sets in every format, as they are on a mirror and as `fetch` leaves them."""

import gzip
import hashlib
import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy.io import savemat

from .spoil import tar_gz

RNG = np.random.default_rng(1)


@dataclass(frozen=True)
class RawSet:
    """One data set.

    Args:
        mirror: {file name: content} as a mirror has them.
        raw: The same as `fetch` leaves them.
        fetch: What `fetch` is told beside the name of the set; a file of the user's own has its
            path filled in later.
        prepare: What `prepare` is told.
    """

    mirror: dict[str, bytes]
    raw: dict[str, bytes]
    fetch: dict[str, Any]
    prepare: dict[str, Any]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _files(raw: dict[str, bytes]) -> list[dict[str, Any]]:
    return [{"name": n, "sha256": _sha256(c), "sources": []} for n, c in raw.items()]


def _idx() -> RawSet:
    images = RNG.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    raw = {
        "images": struct.pack(">HBBIII", 0, 8, 3, *images.shape) + images.tobytes(),
        "labels": struct.pack(">HBBI", 0, 8, 1, 40) + bytes(i % 10 for i in range(40)),
    }
    rows = {"train": (0, 20), "valid": (20, 30), "test": (30, 40)}
    return RawSet(
        {f"{name}.gz": gzip.compress(content) for name, content in raw.items()},
        raw,
        {"files": _files(raw)},
        {
            "parser": "idx",
            "parts": {"all": {"images": "images", "labels": "labels"}},
            "splits": _splits("all", rows),
            "folds": 0,
            "sizes": {},
        },
    )


def _splits(part: str, rows: dict[str, tuple[int, int]]) -> dict[str, dict[str, Any]]:
    return {name: {"part": part, "start": a, "stop": b} for name, (a, b) in rows.items()}


def _cifar() -> RawSet:
    records = RNG.integers(0, 256, (20, 3073), dtype=np.uint8)
    records[:, 0] %= 10
    raw = {"one.bin": records[:10].tobytes(), "two.bin": records[10:].tobytes()}
    return RawSet(
        {"cifar.tar.gz": tar_gz({f"batches/{name}": content for name, content in raw.items()})},
        raw,
        {
            "files": _files(raw),
            "archive": {"name": "cifar.tar.gz", "folder": "batches", "sources": []},
        },
        {
            "parser": "cifar",
            "parts": {"all": {"records": list(raw)}},
            "splits": _splits("all", {"train": (0, 10), "valid": (10, 15), "test": (15, 20)}),
            "folds": 0,
            "sizes": {},
        },
    )


def _faces() -> list[str]:
    people = [f"Person_{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWX"]
    return [f"{p}_{i:04d}" for n, p in enumerate(people) for i in range(1, 4 if n < 4 else 2)]


def _lfw(packed: str) -> RawSet:
    names = _faces()
    if packed == "npz":
        file = io.BytesIO()
        images = RNG.integers(0, 256, (len(names), 48, 48), dtype=np.uint8)
        np.savez_compressed(file, X=images, names=np.array(names))
        content = file.getvalue()
    else:
        content = tar_gz({f"lfw/{name.rsplit('_', 1)[0]}/{name}.jpg": _jpeg() for name in names})
    variant = {"name": f"faces.{packed}", "digest": f"sha256:{_sha256(content)}", "sources": []}
    return RawSet(
        {f"faces.{packed}": content},
        {"faces": content},
        {"files": [{"name": "faces", "variants": [variant]}]},
        {
            "parser": "lfw",
            "parts": {"all": {"images": "faces"}},
            "splits": {
                "rule": "people",
                "images": len(names),
                "people": 24,
                "seed": 1,
                "train_share": 0.4,
                "always_train_above": 2,
                "held_out": 3,
            },
            "folds": 5,
            "sizes": {},
        },
    )


def _jpeg() -> bytes:
    file = io.BytesIO()
    pixels = np.full((250, 250), RNG.integers(256), np.uint8)
    pixels[50:200, 50:200] = RNG.integers(0, 256, (150, 150), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def _tfd(compressed: bool) -> RawSet:
    folds = np.zeros((20, 5), np.uint8)
    folds[8:] = [np.roll([1, 1, 1, 2, 3], k) for k in range(12)]
    images = RNG.integers(0, 256, (20, 48, 48), dtype=np.uint8)
    file = io.BytesIO()
    savemat(file, {"images": images, "folds": folds}, do_compression=compressed)
    own = {"name": "faces.mat", "md5": "0" * 32, "how_to_get": "ask its authors"}
    return RawSet(
        {"faces.mat": file.getvalue()},
        {"faces.mat": file.getvalue()},
        {"files": [own]},
        {
            "parser": "tfd",
            "parts": {"all": {"images": "faces.mat"}},
            "splits": {"rule": "given"},
            "folds": 5,
            "sizes": {},
        },
    )


RAW_SETS = {
    "idx": _idx(),
    "cifar": _cifar(),
    "lfw array": _lfw("npz"),
    "lfw archive": _lfw("tgz"),
    "tfd": _tfd(False),
    "compressed tfd": _tfd(True),
}

"""The IDX format of MNIST: two zero bytes, type, number of dimensions, dimensions, values.

Described at http://yann.lecun.com/exdb/mnist/; dimensions are big-endian uint32. A file may be
packed by gzip.
"""

import gzip
import io
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from deepgen.data.part import Part
from deepgen.data.raw_file import AGAIN, ANOTHER, read_raw
from deepgen.errors import DeepgenError

MAX_BYTES = 4 * 1024**3
_UINT8, _INT32 = 0x08, 0x0C
_TYPES = {_UINT8: np.dtype(np.uint8), _INT32: np.dtype(">i4")}
_GZIP_MAGIC = b"\x1f\x8b"


def read(raw: Path, files: dict[str, str], own: dict[str, Any] | None = None) -> Part:
    """One part of a data set.

    Args:
        raw: Folder of the raw files.
        files: {"images": file name, "labels": file name}; "labels" may be missing.
        own: An entry `Own` of a person's own set, whose files no fetching can mend.

    Returns:
        Images, uint8 [N, H, W, C] (C is 1 for a file of three dimensions), and labels, uint8 [N],
        or None.

    Raises:
        DeepgenError: if a file is missing or damaged, or if the two counts differ.
    """
    cure = AGAIN if own is None else ANOTHER
    images = read_array(raw / files["images"], dimensions=(3, 4), cure=cure)
    if images.ndim == 3:
        images = images[..., None]
    if "labels" not in files:
        return Part(images)
    labels = read_array(raw / files["labels"], dimensions=(1,), cure=cure)
    if len(labels) != len(images):
        both = cure if own is not None else "delete both and run deepgen fetch again"
        raise DeepgenError(
            f"{raw / files['images']} holds {len(images)} images but {raw / files['labels']} "
            f"{len(labels)} labels: {both}"
        )
    return Part(images, labels)


def read_array(
    path: Path, dimensions: tuple[int, ...], kind: int = _UINT8, cure: str = AGAIN
) -> np.ndarray:
    """A whole IDX file that has one of these numbers of dimensions.

    Args:
        path: The file.
        dimensions: Numbers of dimensions that it may have.
        kind: Type of its values: 0x08, bytes, or 0x0C, big-endian int32.
        cure: What the person shall do if it cannot be used.

    Raises:
        DeepgenError: if it is missing, damaged or another kind of file.
    """
    content = _unpacked(path, cure)
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DeepgenError(
            f"{path} is not an IDX file (it begins with {content[:4].hex() or 'nothing'}): {cure}"
        )
    found, count = content[2:4]
    if found != kind or count not in dimensions:
        expected = " or ".join(map(str, dimensions))
        raise DeepgenError(
            f"{path} has type 0x{found:02x} and {count} dimensions where type 0x{kind:02x} and "
            f"{expected} are expected: {cure}"
        )
    start = 4 + 4 * count
    if len(content) < start:
        raise DeepgenError(f"{path} ends inside its header of {start} bytes: {cure}")
    shape = struct.unpack(f">{count}I", content[4:start])
    if 0 in shape:
        raise DeepgenError(f"{path} is empty, its dimensions are {list(shape)}: {cure}")
    needed = start + math.prod(shape) * _TYPES[kind].itemsize
    if len(content) != needed:
        raise DeepgenError(
            f"{path} has {len(content)} bytes where dimensions {list(shape)} need {needed}: {cure}"
        )
    return np.frombuffer(content, _TYPES[kind], offset=start).reshape(shape)


def _unpacked(path: Path, cure: str) -> bytes:
    """The content of a file, of which nothing is believed yet."""
    content = read_raw(path)
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            content = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise DeepgenError(f"{path} is a damaged gzip file: {cure}") from None
    if len(content) > MAX_BYTES:
        raise DeepgenError(f"{path} unpacks to more than {MAX_BYTES >> 30} GiB: {cure}")
    return content

"""The IDX format of MNIST: two zero bytes, type, number of dimensions, dimensions, values.

Described at http://yann.lecun.com/exdb/mnist/; dimensions are big-endian uint32.
"""

import math
import struct
from pathlib import Path

import numpy as np

from deepgen.data.part import Part
from deepgen.data.raw_file import read_raw
from deepgen.errors import DeepgenError

_UINT8 = 0x08


def read(raw: Path, files: dict[str, str]) -> Part:
    """One part of a data set.

    Args:
        raw: Folder of the raw files.
        files: {"images": file name, "labels": file name}; "labels" may be missing.

    Returns:
        Images, uint8 [N, H, W, C] (C is 1 for a file of three dimensions), and labels, uint8 [N],
        or None.

    Raises:
        DeepgenError: if a file is missing or damaged, or if the two counts differ.
    """
    images = _read_array(raw / files["images"], dimensions=(3, 4))
    if images.ndim == 3:
        images = images[..., None]
    if "labels" not in files:
        return Part(images)
    labels = _read_array(raw / files["labels"], dimensions=(1,))
    if len(labels) != len(images):
        raise DeepgenError(
            f"{raw / files['images']} holds {len(images)} images but {raw / files['labels']} "
            f"{len(labels)} labels: delete both and run deepgen fetch again"
        )
    return Part(images, labels)


def _read_array(path: Path, dimensions: tuple[int, ...]) -> np.ndarray:
    """A whole IDX file of bytes that has one of these numbers of dimensions."""
    content = read_raw(path)
    again = "delete it and run deepgen fetch again"
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DeepgenError(
            f"{path} is not an IDX file (it begins with {content[:4].hex() or 'nothing'}): {again}"
        )
    kind, count = content[2:4]
    if kind != _UINT8 or count not in dimensions:
        expected = " or ".join(map(str, dimensions))
        raise DeepgenError(
            f"{path} has type 0x{kind:02x} and {count} dimensions where type 0x{_UINT8:02x} and "
            f"{expected} are expected: {again}"
        )
    start = 4 + 4 * count
    if len(content) < start:
        raise DeepgenError(f"{path} ends inside its header of {start} bytes: {again}")
    shape = struct.unpack(f">{count}I", content[4:start])
    if 0 in shape:
        raise DeepgenError(f"{path} is empty, its dimensions are {list(shape)}: {again}")
    if len(content) != start + math.prod(shape):
        raise DeepgenError(
            f"{path} has {len(content)} bytes where dimensions {list(shape)} need "
            f"{start + math.prod(shape)}: {again}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)

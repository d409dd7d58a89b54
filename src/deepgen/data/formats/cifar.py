"""The binary version of CIFAR-10: records of one label byte and 3,072 bytes of image.

Described at https://www.cs.toronto.edu/~kriz/cifar.html: red, green and blue plane, each row by
row.
"""

from pathlib import Path
from typing import Any

import numpy as np

from deepgen.data.part import Part
from deepgen.data.raw_file import AGAIN, ANOTHER, read_raw
from deepgen.errors import DeepgenError

CLASSES = 10
SIDE = 32
RECORD = 1 + 3 * SIDE * SIDE


def read(raw: Path, files: dict[str, list[str]], own: dict[str, Any] | None = None) -> Part:
    """One part of the data set.

    Args:
        raw: Folder of the raw files.
        files: {"records": file names in their order}.
        own: An entry `Own` of a person's own set, whose files no fetching can mend.

    Returns:
        Images, uint8 [N, 32, 32, 3], and labels, uint8 [N].

    Raises:
        DeepgenError: if a file is missing or damaged, or holds a label above 9.
    """
    cure = AGAIN if own is None else ANOTHER
    records = np.concatenate([_read_records(raw / name, cure) for name in files["records"]])
    planes = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    return Part(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].copy())


def _read_records(path: Path, cure: str) -> np.ndarray:
    """A whole file, uint8 [N, 3073]."""
    content = read_raw(path)
    if not content or len(content) % RECORD:
        raise DeepgenError(
            f"{path} has {len(content)} bytes, which are no whole records of {RECORD}: {cure}"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    wrong = np.flatnonzero(records[:, 0] >= CLASSES)
    if len(wrong):
        raise DeepgenError(
            f"{path} has label {records[wrong[0], 0]} in record {wrong[0]}, counted from 0, where "
            f"0..{CLASSES - 1} are known: {cure}"
        )
    return records

"""QMNIST (Yadav and Bottou 2019): IDX files whose labels are eight integers an image.

Described at https://github.com/facebookresearch/qmnist; the first of the eight is the digit.
"""

from pathlib import Path

import numpy as np

from deepgen.data.formats import idx
from deepgen.data.part import Part
from deepgen.data.raw_file import AGAIN
from deepgen.errors import DeepgenError

INT32 = 0x0C
CLASSES = 10


def read(raw: Path, files: dict[str, str]) -> Part:
    """One part of the data set.

    Args:
        raw: Folder of the raw files.
        files: {"images": file name, "labels": file name}.

    Returns:
        Images, uint8 [N, 28, 28, 1], and labels, uint8 [N].

    Raises:
        DeepgenError: if a file is missing or damaged, the counts differ, or a label is no digit.
    """
    images = idx.read(raw, {"images": files["images"]}).images
    path = raw / files["labels"]
    digits = idx.read_array(path, dimensions=(2,), kind=INT32)[:, 0]
    if len(digits) != len(images):
        raise DeepgenError(f"{path} has {len(digits)} labels of {len(images)} images: {AGAIN}")
    if (digits < 0).any() or (digits >= CLASSES).any():
        raise DeepgenError(f"{path} has labels that are no digits: {AGAIN}")
    return Part(images, digits.astype(np.uint8))

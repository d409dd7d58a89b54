"""Street View House Numbers, cropped digits (Netzer et al. 2011).

A MATLAB file with `X` [32, 32, 3, N] and `y` [N, 1], where the digit 0 has the label 10.
"""

from pathlib import Path

import numpy as np

from deepgen.data.matlab_file import read_fields
from deepgen.data.part import Part
from deepgen.data.raw_file import AGAIN
from deepgen.errors import DeepgenError

SHAPE = (32, 32, 3)
CLASSES = 10


def read(raw: Path, files: dict[str, str]) -> Part:
    """One part of the data set.

    Args:
        raw: Folder of the raw files.
        files: {"records": file name}.

    Returns:
        Images, uint8 [N, 32, 32, 3], and labels, uint8 [N], each the digit that is shown.

    Raises:
        DeepgenError: if the file is missing or damaged, or a field is missing or holds what it must
            not.
    """
    path = raw / files["records"]
    fields = read_fields(path, ["X", "y"], AGAIN)
    images, labels = fields["X"], fields["y"]
    if images.ndim != 4 or images.shape[:3] != SHAPE or images.dtype != np.uint8:
        raise DeepgenError(
            f"{path} has a field X of {images.dtype} and shape {list(images.shape)} where bytes of "
            f"[32, 32, 3, N] are expected: {AGAIN}"
        )
    count = images.shape[3]
    if labels.size != count or not np.isin(labels, np.arange(1, CLASSES + 1)).all():
        raise DeepgenError(
            f"{path} has a field y that is not one label of 1..{CLASSES} for each of {count} "
            f"images: {AGAIN}"
        )
    digits = (labels.ravel() % CLASSES).astype(np.uint8)
    return Part(np.ascontiguousarray(images.transpose(3, 0, 1, 2)), digits)

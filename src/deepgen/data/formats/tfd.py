"""The Toronto Face Database (Susskind, Anderson and Hinton 2010) as its authors give it.

A MATLAB file with `images` [N, 48, 48] and `folds` [N, 5], which says of every image what it is in
each of five folds: 0 unlabelled, 1 training, 2 validation, 3 test. Labels are not read.
"""

from pathlib import Path

import numpy as np

from deepgen.data.matlab_file import read_fields
from deepgen.data.part import Part
from deepgen.data.splits import FOLDS, TEST, UNLABELLED, VALID
from deepgen.errors import DeepgenError

SIDE = 48

_CURE = "take the file TFD_48x48.mat as its authors give it"


def read(raw: Path, files: dict[str, str]) -> Part:
    """The whole set.

    Args:
        raw: Folder of the raw file.
        files: {"images": file name}.

    Returns:
        Images, uint8 [N, 48, 48, 1], and folds, uint8 [N, 5].

    Raises:
        DeepgenError: if the file is missing, damaged or of MATLAB 7.3, or a field is missing or
            holds what it must not.
    """
    path = raw / files["images"]
    fields = read_fields(path, ["images", "folds"], _CURE)
    images = _images(path, fields["images"])
    return Part(images, folds=_folds(path, fields["folds"], len(images)))


def _images(path: Path, images: np.ndarray) -> np.ndarray:
    """uint8 [N, 48, 48, 1]; MATLAB keeps most numbers as float64."""
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or not len(images):
        raise DeepgenError(
            f"{path} has a field images of shape {list(images.shape)} where [N, {SIDE}, {SIDE}] is "
            f"expected: {_CURE}"
        )
    if images.dtype.kind not in "uif" or not _are_integers(images, 255):
        raise DeepgenError(
            f"{path} has a field images of {images.dtype} that are not all integers in 0..255: "
            f"{_CURE}"
        )
    return np.ascontiguousarray(images, dtype=np.uint8)[..., None]


def _folds(path: Path, folds: np.ndarray, count: int) -> np.ndarray:
    """uint8 [N, 5], of which every fold can be used."""
    if folds.shape != (count, FOLDS):
        raise DeepgenError(
            f"{path} has a field folds of shape {list(folds.shape)} where [{count}, {FOLDS}] is "
            f"expected for its {count} images: {_CURE}"
        )
    if folds.dtype.kind not in "uif" or not _are_integers(folds, TEST):
        raise DeepgenError(f"{path} has a field folds that are not all 0, 1, 2 or 3: {_CURE}")
    folds = np.ascontiguousarray(folds, dtype=np.uint8)
    unlabelled = folds == UNLABELLED
    if (unlabelled != unlabelled[:, :1]).any():
        row = int((unlabelled != unlabelled[:, :1]).any(axis=1).argmax())
        raise DeepgenError(
            f"{path} has image {row}, counted from 0, unlabelled in some folds but not in all: "
            f"{_CURE}"
        )
    wanted = {UNLABELLED: "unlabelled", VALID: "validation", TEST: "test"}
    for k in range(FOLDS):
        for code, name in wanted.items():
            if code not in folds[:, k]:
                raise DeepgenError(f"{path} has no {name} image in fold {k + 1}: {_CURE}")
    return folds


def _are_integers(values: np.ndarray, most: int) -> bool:
    """Whether all values are integers in 0..most; NaN is not."""
    return bool(((values >= 0) & (values <= most) & (values == np.floor(values))).all())

"""Arrays of NumPy: `.npy` files of images and of labels, or one `.npz` file with both."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from deepgen.data.entries import MAX_BYTES
from deepgen.data.part import Part
from deepgen.data.raw_file import read_raw
from deepgen.errors import DeepgenError

_ZIP_MAGIC, _NPY_MAGIC = b"PK", b"\x93NUMPY"


def read(raw: Path, files: dict[str, str], own: dict[str, Any]) -> Part:
    """One part of the set.

    Args:
        raw: Folder of the raw files.
        files: {"images": file name}, and "labels" of `.npy` files that have them.
        own: An entry `Own`; its `keys` name the arrays of an `.npz` file.

    Returns:
        Images, uint8 [N, H, W, C], and labels, uint8 [N], or None.

    Raises:
        DeepgenError: if a file is missing or damaged, holds objects, or has an array of another
            kind; nothing is ever unpickled.
    """
    part = files["images"].removesuffix("-images")
    path = of_labels = raw / files["images"]
    if keys := own["keys"].get(part):
        images = from_npz(path, keys["images"])
        labels = from_npz(path, keys["labels"]) if "labels" in keys else None
    else:
        images, labels = from_npy(path), None
        if "labels" in files:
            of_labels = raw / files["labels"]
            labels = from_npy(of_labels)
    return Part(*checked(path, images, of_labels, labels))


def checked(
    path: Path, images: np.ndarray, of_labels: Path, labels: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Images as uint8 [N, H, W, C] and labels as uint8 [N].

    Args:
        path: Which file the images are from.
        images: Of any kind.
        of_labels: Which file the labels are from.
        labels: Of any kind, or None.

    Raises:
        DeepgenError: if they are anything else.
    """
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or 0 in images.shape:
        raise DeepgenError(
            f"{path} holds images of {images.dtype} {list(images.shape)} where bytes (uint8) of "
            "[N, H, W] or [N, H, W, C] are expected: save them so, with 0 black and 255 white"
        )
    images = np.ascontiguousarray(images if images.ndim == 4 else images[..., None])
    if labels is None:
        return images, None
    whole = labels.dtype.kind in "iu" and labels.shape == (len(images),)
    if not whole or (labels < 0).any() or (labels > 255).any():
        raise DeepgenError(
            f"{of_labels} has labels of {labels.dtype} {list(labels.shape)} where one integer of "
            f"0..255 for each of {len(images)} images is expected: correct them, or leave them out"
        )
    return images, labels.astype(np.uint8)


def from_npy(path: Path) -> np.ndarray:
    """The integers of a `.npy` file; what else it may be is refused as in `read`."""
    if read_raw(path, len(_NPY_MAGIC)) != _NPY_MAGIC:
        raise DeepgenError(f"{path} is no .npy file: correct the format, or the path")
    with open(path, "rb") as file:
        _check_header(path, file, path.stat().st_size)
    return _load(path, lambda: np.load(path, allow_pickle=False))


def from_npz(path: Path, key: str) -> np.ndarray:
    """One array of integers of a `.npz` file; what else it may be is refused as in `read`."""
    if read_raw(path, 2) != _ZIP_MAGIC:
        raise DeepgenError(f"{path} is no .npz file: correct the format, or the path")

    def load() -> np.ndarray:
        with np.load(path, allow_pickle=False) as content:
            if key not in content.files:
                raise DeepgenError(
                    f"{path} has no array {key!r}; it has {', '.join(content.files[:20])}: correct "
                    "keys"
                )
            name = next(n for n in content.zip.namelist() if n in (key, f"{key}.npy"))
            with content.zip.open(name) as member:
                _check_header(path, member, content.zip.getinfo(name).file_size)
            return content[key]

    return _load(path, load)


def _check_header(path: Path, file: Any, size: int) -> None:
    """Refuse, before it is read, an array of objects, or of more than the file has bytes for."""
    try:
        version = npy.read_magic(file)
        shape, _, dtype = (
            npy.read_array_header_1_0(file)
            if version == (1, 0)
            else npy.read_array_header_2_0(file)
        )
        count = int(np.prod(shape, dtype=object))
    except Exception as error:  # whatever NumPy stumbles upon in a damaged header
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeepgenError(f"{path} has a damaged array ({reason}): save it again") from None
    if dtype.hasobject or dtype.kind not in "iu":
        raise DeepgenError(f"{path} holds {dtype} where integers are expected: save bytes (uint8)")
    if not 0 <= count * dtype.itemsize <= min(size, MAX_BYTES):
        raise DeepgenError(
            f"{path} says that it holds {list(shape)} {dtype}, which is more than is in it or than "
            f"{MAX_BYTES >> 30} GiB: save it again"
        )


def _load(path: Path, load: Any) -> np.ndarray:
    try:
        found = load()
    except DeepgenError:
        raise
    except Exception as error:  # whatever zipfile and NumPy stumble upon in a damaged file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeepgenError(f"{path} is damaged ({reason}): save it again") from None
    if not isinstance(found, np.ndarray):
        raise DeepgenError(f"{path} holds no array: save one")
    return found

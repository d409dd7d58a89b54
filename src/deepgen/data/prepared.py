"""Prepared data sets: arrays with one layout, whatever format they came from."""

from pathlib import Path

import numpy as np

from deepgen.data.arrays import load_array
from deepgen.errors import DeepgenError


def load_images(folder: Path, split: str) -> np.ndarray:
    """The images of a split as bytes, uint8 [N, D] in the order height, width, channel.

    Raises:
        DeepgenError: if the file is missing or not the array that `deepgen prepare` writes.
    """
    images = load_array(folder / f"{split}.npy")
    if images.dtype != np.uint8 or images.ndim != 4:
        raise DeepgenError(
            f"{folder / f'{split}.npy'} holds {images.dtype} {list(images.shape)} where uint8 "
            "[N, H, W, C] is expected: delete it and run deepgen prepare again"
        )
    return images.reshape(len(images), -1)


def load_labels(folder: Path, split: str) -> np.ndarray | None:
    """The labels of a split, int64 [N], or None where the set has none."""
    path = folder / f"{split}_labels.npy"
    return load_array(path).astype(np.int64) if path.exists() else None


def image_shape(folder: Path) -> tuple[int, int, int]:
    """Height, width and channels of the set's images."""
    height, width, channels = load_array(folder / "train.npy", mmap_mode="r").shape[1:]
    return height, width, channels

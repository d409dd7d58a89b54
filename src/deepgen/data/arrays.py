"""NumPy arrays on disk, whole or absent, never pickled."""

from pathlib import Path

import numpy as np

from deepgen.errors import DeepgenError
from deepgen.files import write_atomically


def load_array(path: Path, mmap_mode: str | None = None) -> np.ndarray:
    """A `.npy` file; with `mmap_mode="r"` only what is used is read.

    Raises:
        DeepgenError: if it is missing, damaged or holds pickled objects.
    """
    try:
        return np.load(path, mmap_mode=mmap_mode, allow_pickle=False)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None
    except (ValueError, EOFError, OSError) as error:
        raise DeepgenError(f"{path} is damaged ({error}): delete it and make it again") from None


def save_array(path: Path, array: np.ndarray) -> None:
    """Write a `.npy` file atomically."""

    def write(temporary: Path) -> None:
        with open(temporary, "wb") as file:
            np.save(file, array, allow_pickle=False)

    write_atomically(path, write)

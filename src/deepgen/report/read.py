"""Files of a run, read by their suffix; one that is missing or damaged is named."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from deepgen.data.array_file import read_array
from deepgen.errors import DeepgenError
from deepgen.json_file import parse_strictly

T = TypeVar("T")


def load(path: Path) -> Any:
    """A file's content: an array (.npy), {name: array} (.npz), a table (.csv), JSON or text.

    Raises:
        DeepgenError: if the file is missing or damaged, or has another suffix.
    """
    if path.suffix not in _READERS:
        raise DeepgenError(f"{path} must end in one of {', '.join(_READERS)}")
    return read(path, _READERS[path.suffix])


def read(path: Path, reader: Callable[[Path], T]) -> T:
    """What `reader` makes of a file.

    Raises:
        DeepgenError: if the file is missing, or the reader finds it damaged.
    """
    try:
        return reader(path)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())
        raise DeepgenError(f"{path} is damaged ({reason}): delete it and make it again") from None


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as archive:
        if isinstance(archive, np.ndarray):
            raise ValueError("one array, not an archive")
        return dict(archive)


_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": read_array,
    ".npz": _arrays,
    ".csv": pd.read_csv,
    ".json": lambda path: parse_strictly(path.read_bytes()),
    ".txt": lambda path: path.read_text(encoding="utf-8"),
}

"""Arrays of numbers from files that anybody may have written.

`numpy.load` believes a file's header: it takes the memory that this asks for, and hands out
archives, text and records as readily as numbers.

In no identity: a check decides whether a job begins, not what it makes.
"""

import stat
import tokenize
from pathlib import Path

import numpy as np

from deepgen.errors import DeepgenError

_DAMAGE = (
    ValueError,
    TypeError,
    EOFError,
    OverflowError,
    RecursionError,
    SyntaxError,
    tokenize.TokenError,
    MemoryError,
)


def check_array(path: Path) -> None:
    """Refuse a file that is no `.npy` array of plain numbers of exactly its header's size.

    Only the header is read.

    Raises:
        DeepgenError: one sentence that names the file.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DeepgenError(f"{path} is no regular file: give a .npy file")
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split())
        raise DeepgenError(f"{path} is damaged ({reason}): delete it and make it again") from None
    if not isinstance(array, np.memmap):
        raise DeepgenError(f"{path} is an archive, not one array: save it with numpy.save")
    kind = array.dtype
    if kind.kind not in "buif" or kind.itemsize > 8 or not kind.isnative:
        raise DeepgenError(
            f"{path} holds values of the type {str(kind)!r:.60}, which are no numbers in this "
            "machine's format: save it as float32 or uint8"
        )
    if array.offset + array.nbytes != status.st_size:
        raise DeepgenError(
            f"{path} is damaged (its header tells of {array.offset + array.nbytes} bytes, and it "
            f"has {status.st_size}): delete it and make it again"
        )


def read_array(path: Path, mmap_mode: str | None = None) -> np.ndarray:
    """A `.npy` file, checked first; with `mmap_mode="r"` only what is used is read."""
    check_array(path)
    return np.load(path, mmap_mode=mmap_mode, allow_pickle=False)

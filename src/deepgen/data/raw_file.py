"""Reading a raw file, with one sentence about why it cannot be read."""

from pathlib import Path

from deepgen.errors import DeepgenError

# What to do about a file that is not what it should be: of a known set, or a person's own
AGAIN = "delete it and run deepgen fetch again"
ANOTHER = "correct the format, or give another file"


def read_raw(path: Path, size: int = -1) -> bytes:
    """The content of a raw file, or its first `size` bytes.

    Raises:
        DeepgenError: if it is missing or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: run deepgen fetch first") from None
    except OSError as error:
        raise DeepgenError(f"{path} cannot be read ({error.strerror}): fix that first") from None

"""Fields of a MATLAB file, with one sentence about why they cannot be read."""

from pathlib import Path

import numpy as np
from scipy.io import loadmat

from deepgen.errors import DeepgenError


def read_fields(path: Path, names: list[str], cure: str) -> dict[str, np.ndarray]:
    """The arrays of these names.

    Args:
        path: A file of MATLAB 4 to 7.2.
        names: Fields that it must have.
        cure: What the sentence about a file that cannot be read ends with.

    Raises:
        DeepgenError: if the file is missing, damaged or of MATLAB 7.3, or a field is missing.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(1024)
        if b"MATLAB 7.3" in start[:128] or b"\x89HDF" in start:
            raise DeepgenError(
                f"{path} is a MATLAB 7.3 file, which is HDF5: save it with -v7, or {cure}"
            )
        fields = loadmat(path, variable_names=names)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: run deepgen fetch first") from None
    except DeepgenError:
        raise
    except Exception as error:  # whatever SciPy's reader stumbles upon in a damaged file
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DeepgenError(f"{path} is no MATLAB file, or damaged ({reason}): {cure}") from None
    for name in names:
        if name not in fields:
            raise DeepgenError(f"{path} has no field {name}: {cure}")
    return fields

"""Labeled Faces in the Wild, deep-funneled, as grey faces of 48 x 48 pixels.

From either of two files: the original archive of JPEGs of 250 x 250
(http://vis-www.cs.umass.edu/lfw/), or an array that was prepared from it in the same way.
"""

import io
import re
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, UnidentifiedImageError

from deepgen.data.archives import BadArchive, read_members
from deepgen.data.part import Part
from deepgen.data.raw_file import AGAIN, read_raw
from deepgen.errors import DeepgenError

PREPARED, ORIGINAL = "prepared array", "original archive"
JPEG_SIDE, SIDE = 250, 48
ROWS, COLUMNS = slice(84, 180), slice(77, 173)

_GZIP_MAGIC, _ZIP_MAGIC = b"\x1f\x8b", b"PK"
_NAME = re.compile(r"(.+)_(\d{4})")


def read(raw: Path, files: dict[str, str]) -> Part:
    """The whole set, in the order of the images' names.

    Args:
        raw: Folder of the raw file.
        files: {"images": file name}; what the file is, its first bytes say.

    Returns:
        Images, uint8 [N, 48, 48, 1], the people they show, and which file they come from.

    Raises:
        DeepgenError: if the file is missing or damaged, or a person's images are not numbered 1, 2,
            ... without a gap.
    """
    path = raw / files["images"]
    start = read_raw(path, 2)
    if start not in (_GZIP_MAGIC, _ZIP_MAGIC):
        raise DeepgenError(
            f"{path} is neither the LFW archive nor an array prepared from it (it begins with "
            f"{start.hex() or 'nothing'}): {AGAIN}"
        )
    source = ORIGINAL if start == _GZIP_MAGIC else PREPARED
    faces = _read_archive(path) if source == ORIGINAL else _read_array(path)
    names = sorted(faces)
    people = _people(path, names)
    return Part(np.stack([faces[n] for n in names])[..., None], people=people, source=source)


def _read_archive(path: Path) -> dict[str, np.ndarray]:
    """Faces by name, uint8 [48, 48] each, from the archive of JPEGs."""
    faces, folders, parents = {}, [], set()
    try:
        for member, content in read_members(path, _is_image_or_folder):
            parents.add(str(PurePosixPath(member).parent))
            if member.endswith("/"):
                folders.append(member.rstrip("/"))
                continue
            name, folder = PurePosixPath(member).stem, PurePosixPath(member).parent.name
            if name in faces or not name.startswith(f"{folder}_"):
                raise DeepgenError(f"{path} has {member!r} twice or in a wrong folder: {AGAIN}")
            faces[name] = crop(_decode(path, member, content))
    except BadArchive as reason:
        raise DeepgenError(f"{path} is not the LFW archive ({reason}): {AGAIN}") from None
    for folder in folders:
        if folder not in parents:
            person = PurePosixPath(folder).name
            raise DeepgenError(f"{path} has no image of {person} in their folder: {AGAIN}")
    if not faces:
        raise DeepgenError(f"{path} has no image in it: {AGAIN}")
    return faces


def _is_image_or_folder(member: str) -> bool:
    hidden = PurePosixPath(member).name.startswith(".")  # as some systems add to every file
    return member.endswith(("/", ".jpg")) and not hidden


def _decode(path: Path, member: str, content: bytes) -> np.ndarray:
    """A JPEG as grey values, uint8 [250, 250]."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            if image.size != (JPEG_SIDE, JPEG_SIDE):
                raise DeepgenError(
                    f"{path} has {member!r} of {image.width} x {image.height} pixels where "
                    f"{JPEG_SIDE} x {JPEG_SIDE} are expected: {AGAIN}"
                )
            return np.asarray(image.convert("L"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise DeepgenError(f"{path} has {member!r}, which is no whole JPEG: {AGAIN}") from None


def crop(image: np.ndarray) -> np.ndarray:
    """The face in an image of 250 x 250: the middle, at half the size.

    Args:
        image: uint8 [250, 250].

    Returns:
        uint8 [48, 48]: the mean of 2 x 2 pixels, a half rounded to the even number.
    """
    blocks = image[ROWS, COLUMNS].reshape(SIDE, 2, SIDE, 2)
    return np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8)


def _read_array(path: Path) -> dict[str, np.ndarray]:
    """Faces by name, uint8 [48, 48] each, from the prepared array."""
    try:
        with np.load(path, allow_pickle=False) as content:
            images, names = content["X"], content["names"]
    except KeyError:
        raise DeepgenError(f"{path} lacks the array X or names: {AGAIN}") from None
    except Exception as error:  # whatever zipfile and NumPy stumble upon in a damaged file
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DeepgenError(f"{path} is damaged ({reason}): {AGAIN}") from None
    if not (isinstance(images, np.ndarray) and isinstance(names, np.ndarray)):
        # NumPy hands over the bytes of a member that is no array
        raise DeepgenError(f"{path} has an X or names that is no array: {AGAIN}")
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE) or not images.size:
        raise DeepgenError(
            f"{path} holds {images.dtype} {list(images.shape)} as X where uint8 [N, {SIDE}, {SIDE}]"
            f" is expected: {AGAIN}"
        )
    one_each = names.dtype.kind == "U" and names.shape == (len(images),)
    if not one_each or len(set(names.tolist())) != len(images):
        raise DeepgenError(f"{path} does not have one name for each image: {AGAIN}")
    return dict(zip(names.tolist(), images, strict=True))


def _people(path: Path, names: list[str]) -> list[str]:
    """Whom each image shows; `names` are sorted."""
    people, last = [], 0
    for name in names:
        parts = _NAME.fullmatch(name)
        if not parts:
            raise DeepgenError(f"{path} has an image {name!r}, not named Some_Name_0001: {AGAIN}")
        person, number = parts[1], int(parts[2])
        last = last + 1 if people and people[-1] == person else 1
        if number != last:
            raise DeepgenError(
                f"{path} lacks image {last} of {person}, though it has image {number}: {AGAIN}"
            )
        people.append(person)
    return people

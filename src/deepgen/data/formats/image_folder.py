"""A folder of pictures, as `deepgen.data.local` packs it, or a `.zip` or `.tar.gz` of one.

Each folder at its top is a class, if the set has classes.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from deepgen.data.archives import MAX_MEMBER_BYTES, BadArchive, read_members
from deepgen.data.local import is_picture
from deepgen.data.own_set import such_as
from deepgen.data.part import Part
from deepgen.data.pictures import BadPicture, as_array, decode
from deepgen.data.raw_file import read_raw
from deepgen.errors import DeepgenError

MAX_CLASSES = 256
_GZIP_MAGIC, _ZIP_MAGIC = b"\x1f\x8b", b"PK"


def read(raw: Path, files: dict[str, str], own: dict[str, Any]) -> Part:
    """One part of the set, in the order of the pictures' names.

    Args:
        raw: Folder of the raw file.
        files: {"images": file name}.
        own: An entry `Own`, of which shape, colour, fit and classes are used.

    Returns:
        Images, uint8 [N, H, W, C], their names, and labels, uint8 [N], if there are classes: the
        place of their folder in alphabetical order.

    Raises:
        DeepgenError: if the file is damaged, or any picture is or has another size or colour than
            is set, each of which is named.
    """
    path = raw / files["images"]
    pictures: dict[str, np.ndarray] = {}
    bad: dict[str, list[str]] = {}
    for name, content in sorted_members(path):
        try:
            pictures[name] = _fitted(content, own)
        except BadPicture as reason:
            bad.setdefault(reason.kind, []).append(f"{name}{reason.detail}")
    if bad:
        told = "; ".join(f"{reason}: {such_as(names, 50)}" for reason, names in bad.items())
        count = sum(map(len, bad.values()))
        raise DeepgenError(
            f"{count} of {count + len(pictures)} pictures cannot be used ({told}): mend or delete "
            "these, then give the digest and the count of the others; or change size, fit or colour"
        )
    if not pictures:
        raise DeepgenError(f"{path} has no picture in it: give another file")
    names = list(pictures)
    labels = class_labels(names) if own["classes"] else None
    return Part(np.stack(list(pictures.values())), labels, names=names)


def _fitted(content: bytes, own: dict[str, Any]) -> np.ndarray:
    height, width, channels = own["shape"]
    image = decode(content)
    if own["fit"] == "exact" and image.size != (width, height):
        found = f" ({image.height} x {image.width})"
        raise BadPicture(f"of another size than {height} x {width}", found)
    size = [height, width] if own["fit"] == "crop" else None
    array = as_array(image, size, own["colour"] == "luminance")
    if array.shape[2] > channels:
        raise BadPicture("in colour, where colour is grey")
    return np.repeat(array, channels, axis=2) if array.shape[2] < channels else array


def class_labels(names: list[str]) -> np.ndarray:
    """The class of each picture, uint8: the place of its folder in alphabetical order.

    Args:
        names: Of the pictures, below the folder of the class folders.

    Raises:
        DeepgenError: if pictures lie in no class folder, or there is one such folder or too many.
    """
    loose = [name for name in names if "/" not in name]
    if loose:
        raise DeepgenError(
            f"{len(loose)} pictures lie in no class folder ({such_as(loose)}): move them into "
            "one, or leave out classes"
        )
    of = [PurePosixPath(name).parts[0] for name in names]
    classes = sorted(set(of))
    if len(classes) == 1:
        raise DeepgenError(
            f"all pictures lie in one folder, {classes[0]}, and 2 to {MAX_CLASSES} class folders "
            "are possible: give or pack the folders inside it, if they are the classes, or leave "
            "out classes"
        )
    if len(classes) > MAX_CLASSES:
        raise DeepgenError(
            f"there are {len(classes)} class folders, and 2 to {MAX_CLASSES} are possible: leave "
            "out classes, or sort the pictures otherwise"
        )
    return np.array([classes.index(name) for name in of], np.uint8)


def sorted_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each picture in an archive, sorted by name.

    Raises:
        DeepgenError: if it is no archive or damaged, or has a name that leads out of it.
    """
    start = read_raw(path, 2)
    try:
        if start == _ZIP_MAGIC:
            yield from _zipped(path)
        elif start == _GZIP_MAGIC:
            yield from sorted(read_members(path, is_picture))
        else:
            raise BadArchive("neither .zip nor .tar.gz")
    except BadArchive as reason:
        raise DeepgenError(f"{path} cannot be used ({reason}): give another file") from None


def _zipped(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = {i.filename: i for i in archive.infolist()}
            for name in infos:
                if name.startswith("/") or ".." in name.replace("\\", "/").split("/"):
                    raise BadArchive(f"its member {name[:80]!r} leads out of it")
            for name in sorted(filter(is_picture, infos)):
                if infos[name].file_size > MAX_MEMBER_BYTES:
                    raise BadArchive(f"its member {name[:80]!r} is too large")
                with archive.open(infos[name]) as member:  # never more than the size it states
                    yield name, member.read(MAX_MEMBER_BYTES)
    except BadArchive:
        raise
    except Exception as error:  # whatever zipfile stumbles upon in a damaged file
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadArchive(f"damaged, {reason[:200]}") from None

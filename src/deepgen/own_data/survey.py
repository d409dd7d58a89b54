"""What a folder of pictures or a file of arrays holds: counts, sizes, colours, copies, digests."""

import hashlib
import os
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from deepgen.data.formats import idx, numpy_arrays
from deepgen.data.formats.image_folder import class_labels
from deepgen.data.local import PICTURES, list_pictures, listing_of
from deepgen.data.own_set import such_as
from deepgen.data.pictures import BadPicture, as_array, decode
from deepgen.errors import DeepgenError
from deepgen.files import sha256

LARGEST = 64  # sides in pixels that are kept as they are
USUAL = 32  # what larger or mixed pictures are scaled to
PACKED = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z", ".rar")


@dataclass(frozen=True)
class Survey:
    """What is known of a person's images.

    Attributes:
        format: As the block `dataset` has it.
        size: Height and width that they will have.
        colour: `grey`, `rgb` or `luminance`.
        fit: `exact` or `crop`.
        count: Images without copies.
        copies: Images that are there already.
        sha256: Of the file, or of the folder's listing.
        classes: Names of the class folders, if these are wanted.
        labels: SHA-256 of the file of labels, if there is one.
        keys: Arrays of an `.npz` file.
        remarks: What the person should know.
    """

    format: str
    size: tuple[int, int]
    colour: str
    fit: str
    count: int
    copies: int
    sha256: str
    classes: tuple[str, ...] = ()
    labels: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def survey_folder(folder: Path, size: tuple[int, int] | None, grey: bool, classes: bool) -> Survey:
    """Look at every picture of a folder.

    Args:
        folder: With pictures, or folders of them.
        size: Wanted height and width, or None: their own if all have the same and it is small.
        grey: Whether to turn colours grey.
        classes: Whether the folders at its top are classes.

    Raises:
        DeepgenError: one sentence that names every picture that cannot be read, or lies in no
            class folder where there are classes.
    """
    names = list_pictures(folder)
    if classes:
        class_labels(names)
    looks = _look_at_all(folder, names, size or (USUAL, USUAL), grey)
    sizes = Counter(look.size for look in looks)
    coloured = sum(look.coloured for look in looks)
    first = sizes.most_common(1)[0][0]
    exact = len(sizes) == 1 and max(first) <= LARGEST and size in (None, first)
    wanted = size or (first if exact else (USUAL, USUAL))
    seen = {look.as_is if exact else look.scaled for look in looks}
    remarks = []
    if not exact:
        found = ", ".join(f"{h} x {w}" for (h, w), _ in sizes.most_common(3))
        more = f" and {len(sizes) - 3} more sizes" if len(sizes) > 3 else ""
        height, width = wanted
        remarks.append(f"they are {found}{more}, and will be cut and scaled to {height} x {width}")
    if 0 < coloured < len(names) and not grey:
        remarks.append(f"{coloured:,} are in colour, so all are taken as such")
    tops = {name.split("/")[0] for name in names if "/" in name}
    if len(tops) > 1 and not classes:
        remarks.append(f"they lie in {len(tops)} folders, which --classes would take as classes")
    colour = "luminance" if grey and coloured else "rgb" if coloured else "grey"
    return Survey(
        format="image-folder",
        size=wanted,
        colour=colour,
        fit="exact" if exact else "crop",
        count=len(seen),
        copies=len(names) - len(seen),
        sha256=listing_of((look.sha256, n) for look, n in zip(looks, names, strict=True)),
        classes=tuple(sorted(tops)) if classes else (),
        remarks=tuple(remarks),
    )


def survey_file(path: Path, labels: Path | None) -> Survey:
    """Look at a file of arrays: `.npy`, `.npz` or IDX.

    Raises:
        DeepgenError: if it is none of these, damaged, or holds no images; or if the labels are
            missing, damaged, or not one for each image.
    """
    _check_files(path, labels)
    kind, keys, of = path.suffix.lower(), {}, None
    if kind == ".npz":
        keys = _keys(path)
        images = numpy_arrays.from_npz(path, keys["images"])
        of = numpy_arrays.from_npz(path, keys["labels"]) if "labels" in keys else None
    elif kind == ".npy":
        images = numpy_arrays.from_npy(path)
        of = numpy_arrays.from_npy(labels) if labels else None
    else:
        kind, cure = ".idx", "give a folder of pictures, or a file .npy, .npz or IDX"
        images = idx.read_array(path, dimensions=(3, 4), cure=cure)
        of = idx.read_array(labels, (1,), cure="correct --labels") if labels else None
    images, _ = numpy_arrays.checked(path, images, labels or path, of)
    if images.shape[3] not in (1, 3):
        raise DeepgenError(
            f"{path} has images of {images.shape[3]} channels: give grey images or RGB"
        )
    seen = len({hashlib.sha256(image.tobytes()).digest() for image in images})
    return Survey(
        format=kind.removeprefix("."),
        size=images.shape[1:3],
        colour="rgb" if images.shape[3] == 3 else "grey",
        fit="exact",
        count=seen,
        copies=len(images) - seen,
        sha256=sha256(path),
        labels=sha256(labels) if labels else "",
        keys=keys,
    )


def _check_files(path: Path, labels: Path | None) -> None:
    """Refuse what cannot be a file of images or labels, which no reader could say so well."""
    kind = path.suffix.lower()
    if not os.path.isfile(path):
        found = "is no regular file" if os.path.exists(path) else "is missing"
        raise DeepgenError(f"{path} {found}: give a folder of pictures, or a file of images")
    if kind in PICTURES:
        raise DeepgenError(f"{path} is one picture: give the folder it lies in, {path.parent}")
    if path.name.lower().endswith(PACKED):
        raise DeepgenError(f"{path} is packed: unpack it and give its folder")
    if labels and kind == ".npz":
        raise DeepgenError("--labels is not for .npz, which has its own: leave it out")
    if labels and not os.path.isfile(labels):
        found = "no regular file" if os.path.exists(labels) else "missing"
        raise DeepgenError(f"{labels} is {found}: correct --labels")


class _Look(NamedTuple):
    """What is kept of a picture, which is read once: whether it keeps its size is known only after
    the last, so that both digests are taken of its pixels."""

    size: tuple[int, int]
    coloured: bool
    sha256: str
    as_is: bytes
    scaled: bytes


def _look_at_all(folder: Path, names: list[str], size: tuple[int, int], grey: bool) -> list[_Look]:
    looks, bad = [], []
    for name in names:
        try:
            looks.append(_look(_read(folder / name), size, grey))
        except BadPicture as reason:
            bad.append(f"{name} ({reason})")
    if bad:
        raise DeepgenError(
            f"{len(bad)} of {len(names)} pictures in {folder} cannot be used: "
            f"{such_as(bad, 50)}; mend, move or delete them"
        )
    return looks


def _look(content: bytes, size: tuple[int, int], grey: bool) -> _Look:
    image = decode(content)
    return _Look(
        size=(image.height, image.width),
        coloured=as_array(image, None).shape[2] == 3,
        sha256=hashlib.sha256(content).hexdigest(),
        as_is=hashlib.sha256(as_array(image, None, grey).tobytes()).digest(),
        scaled=hashlib.sha256(as_array(image, list(size), grey).tobytes()).digest(),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadPicture(f"cannot be read, {error.strerror}") from None


def _keys(path: Path) -> dict[str, str]:
    """Which arrays of an `.npz` file are images and labels, told by their dimensions."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise DeepgenError(f"{path} is no .npz file ({reason}): give another") from None
    images, labels = [], []
    for name in names:
        array: np.ndarray = numpy_arrays.from_npz(path, name)
        if array.ndim in (3, 4):
            images.append(name)
        elif array.ndim == 1:
            labels.append(name)
    if len(images) != 1 or len(labels) > 1:
        raise DeepgenError(
            f"{path} has the arrays {', '.join(names[:20])}, of which {len(images)} can be images "
            f"and {len(labels)} labels: keep one of each in it"
        )
    return {"images": images[0]} | ({"labels": labels[0]} if labels else {})

"""A person's own images as they must be: one size and colour, so many, none twice."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from deepgen.data.part import Part
from deepgen.errors import DeepgenError


def checked(parts: dict[str, Part], own: dict[str, Any]) -> dict[str, Part]:
    """The parts without copies, if they are what the experiment file says.

    Args:
        parts: As the parser gives them.
        own: An entry `Own`.

    Raises:
        DeepgenError: one sentence about another shape or number of images, or images that are
            there twice where that is refused.
    """
    for name, part in parts.items():
        _check_shape(name, part.images.shape[1:], own["shape"])
    parts = _without_copies(parts, refuse=own["duplicates"] == "refuse")
    for name, part in parts.items():
        if len(part.images) != own["counts"][name]:
            raise DeepgenError(
                f"part {name!r} has {len(part.images)} images without copies where the experiment "
                f"file says {own['counts'][name]}: write {name}.count: {len(part.images)} there"
            )
    return parts


def _check_shape(name: str, found: Sequence[int], wanted: Sequence[int]) -> None:
    if tuple(found[:2]) != tuple(wanted[:2]):
        raise DeepgenError(
            f"part {name!r} has images of {found[0]} x {found[1]} where size says {wanted[0]} x "
            f"{wanted[1]}: write size: [{found[0]}, {found[1]}]"
        )
    if found[2] != wanted[2]:
        kinds = {1: "grey", 3: "rgb"}
        cure = f": write colour: {kinds[found[2]]}" if found[2] in kinds else ": give one of these"
        raise DeepgenError(
            f"part {name!r} has images of {found[2]} channels where colour says {wanted[2]}{cure}"
        )


def _without_copies(parts: dict[str, Part], refuse: bool) -> dict[str, Part]:
    """The first of equal images, over all parts."""
    first: dict[bytes, str] = {}
    twice, kept = [], {}
    for name, part in parts.items():
        names = part.names or [f"image {i} of {name}" for i in range(len(part.images))]
        fresh = []
        for row, label in enumerate(names):
            key = hashlib.sha256(part.images[row].tobytes()).digest()
            if first.setdefault(key, label) is label:
                fresh.append(row)
            else:
                twice.append(f"{label} is {first[key]}")
        kept[name] = part if len(fresh) == len(part.images) else _rows(part, np.array(fresh, int))
    if twice and refuse:
        raise DeepgenError(
            f"{len(twice)} images are there twice ({such_as(twice)}), so that one could be trained "
            "on and the other tested with: delete them, or write duplicates: drop"
        )
    return kept


def _rows(part: Part, rows: np.ndarray) -> Part:
    labels = None if part.labels is None else part.labels[rows]
    names = None if part.names is None else [part.names[row] for row in rows]
    return replace(part, images=part.images[rows], labels=labels, names=names)


def such_as(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many others there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

"""Stage `prepare`: raw files of any known format in; arrays of one layout out."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from deepgen.data.arrays import save_array
from deepgen.errors import DeepgenError
from deepgen.files import write_json


def prepare(raw: Path, out: Path, settings: dict[str, Any]) -> None:
    """Cut a data set into its splits.

    Args:
        raw: Folder of the raw files, as `fetch` leaves them.
        out: Receives `<split>.npy` (uint8 [N, H, W, C]), `<split>_labels.npy` (uint8 [N], where
            there are labels) and `meta.json`.
        settings: {"parser": module of `deepgen.data.formats`, "parts": {part: the parser's
            files}, "splits": {split: {"part", "start", "stop"}}}.

    Raises:
        DeepgenError: if a raw file is missing or damaged, or a split lies outside its part.
    """
    parser = importlib.import_module(f"deepgen.data.formats.{settings['parser']}")
    parts = {name: parser.read(raw, files) for name, files in settings["parts"].items()}
    shape = _common_shape({name: images.shape[1:] for name, (images, _) in parts.items()})
    for name, split in settings["splits"].items():
        _check(name, split, {part: len(images) for part, (images, _) in parts.items()})

    classes = set()
    for name, split in settings["splits"].items():
        rows = slice(split["start"], split["stop"])
        images, labels = parts[split["part"]]
        save_array(out / f"{name}.npy", images[rows])
        if labels is not None:
            save_array(out / f"{name}_labels.npy", labels[rows])
            classes |= set(np.unique(labels[rows]).tolist())
    splits = {
        name: {**split, "count": split["stop"] - split["start"]}
        for name, split in settings["splits"].items()
    }
    meta = {"shape": list(shape), "splits": splits, "classes": len(classes) or None}
    write_json(out / "meta.json", meta)


def _common_shape(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    if len(set(shapes.values())) != 1:
        found = ", ".join(f"{list(shape)} in part {name!r}" for name, shape in shapes.items())
        raise DeepgenError(f"images differ in shape ({found}): correct the registry entry")
    return next(iter(shapes.values()))


def _check(name: str, split: dict[str, Any], rows: dict[str, int]) -> None:
    part, start, stop = split["part"], split["start"], split["stop"]
    if part not in rows:
        raise DeepgenError(
            f"split {name!r} is cut from part {part!r}, known are {', '.join(rows)}: correct the "
            "registry entry"
        )
    if not 0 <= start < stop <= rows[part]:
        raise DeepgenError(
            f"split {name!r} is rows {start}..{stop} of part {part!r}, which has {rows[part]} "
            "rows: correct the registry entry or fetch the whole set"
        )

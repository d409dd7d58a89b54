"""Stage `prepare`: raw files of any known format in; arrays of one layout out."""

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np

from deepgen.data.arrays import save_array
from deepgen.data.own_set import checked
from deepgen.data.part import Part
from deepgen.data.splits import split_drawn, split_given, split_people
from deepgen.errors import DeepgenError
from deepgen.files import write_json


def prepare(raw: Path, out: Path, settings: dict[str, Any]) -> None:
    """Cut a data set into its splits.

    Args:
        raw: Folder of the raw files, as `fetch` leaves them.
        out: Receives `<split>.npy` (uint8 [N, H, W, C]), `<split>_labels.npy` (uint8 [N], where
            there are labels), the same below `fold-<k>/` where there are folds, and `meta.json`.
        settings: {"parser": module of `deepgen.data.formats`, "parts": {part: the parser's
            files}, "splits", "folds": their number, "sizes": {split: images that it must have}}.
            Splits are {split: {"part", "start", "stop"}}, or {"rule": "people", ...} or {"rule":
            "given"} for a set of one part, or {"rule": "drawn", ...} for a person's own set, which
            also has "own", an entry `Own`, which its parser is given, too.

    Raises:
        DeepgenError: if a raw file is missing or damaged, a split lies outside its part, or a count
            is not the known one.
    """
    parser = importlib.import_module(f"deepgen.data.formats.{settings['parser']}")
    if own := settings.get("own"):
        read = {name: parser.read(raw, files, own) for name, files in settings["parts"].items()}
        parts = checked(read, own)
    else:
        parts = {name: parser.read(raw, files) for name, files in settings["parts"].items()}
    shape = _common_shape({name: part.images.shape[1:] for name, part in parts.items()})
    splits = settings["splits"]
    rows = _split_by_rule(parts, splits) if "rule" in splits else _split_by_rows(parts, splits)
    _check_sizes(rows, settings.get("sizes", {}), raw)

    classes, meta = set(), {}
    for split, (part, chosen) in rows.items():
        save_array(out / f"{split}.npy", parts[part].images[chosen])
        labels = parts[part].labels
        if labels is not None:
            save_array(out / f"{split}_labels.npy", labels[chosen])
            classes |= set(np.unique(labels[chosen]).tolist())
        meta[split] = {"part": part, "count": len(chosen)} | splits.get(split, {})
    sources = sorted({part.source for part in parts.values() if part.source})
    content = {
        "shape": list(shape),
        "splits": meta,
        "classes": len(classes) or None,
        "folds": settings.get("folds", 0),
        "source": ", ".join(sources) or None,
    }
    write_json(out / "meta.json", content)
    counts = ", ".join(f"{split} {told['count']:,}" for split, told in meta.items())
    size = " x ".join(map(str, shape))
    print(f"deepgen prepare: images of {size}: {counts}", file=sys.stderr, flush=True)


def _common_shape(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    if len(set(shapes.values())) != 1:
        found = ", ".join(f"{list(shape)} in part {name!r}" for name, shape in shapes.items())
        raise DeepgenError(f"images differ in shape ({found}): correct the registry entry")
    return next(iter(shapes.values()))


def _split_by_rows(
    parts: dict[str, Part], splits: dict[str, Any]
) -> dict[str, tuple[str, np.ndarray]]:
    """Part and rows of every split."""
    for name, split in splits.items():
        _check(name, split, {part: len(content.images) for part, content in parts.items()})
    return {
        name: (split["part"], np.arange(split["start"], split["stop"]))
        for name, split in splits.items()
    }


def _split_by_rule(
    parts: dict[str, Part], rule: dict[str, Any]
) -> dict[str, tuple[str, np.ndarray]]:
    """The same for a set of one part, or a person's own, where `test` may be another."""
    if rule["rule"] == "drawn":
        rows = split_drawn(
            len(parts["train"].images),
            parts["train"].labels,
            rule["seed"],
            rule["valid_images"],
            rule["test_images"],
        )
        drawn = {split: ("train", chosen) for split, chosen in rows.items() if len(chosen)}
        whole = {n: (n, np.arange(len(p.images))) for n, p in parts.items() if n == "test"}
        return drawn | whole
    ((name, part),) = parts.items()
    if rule["rule"] == "given":
        rows = split_given(part.folds)
    else:
        found = len(part.images), len(set(part.people))
        if found != (rule["images"], rule["people"]):
            raise DeepgenError(
                f"part {name!r} has {found[0]} images of {found[1]} people where {rule['images']} "
                f"of {rule['people']} are known: delete its raw file and run deepgen fetch again"
            )
        keys = ("seed", "train_share", "always_train_above", "held_out")
        rows = split_people(part.people, **{key: rule[key] for key in keys})
    return {split: (name, chosen) for split, chosen in rows.items()}


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


def _check_sizes(rows: dict[str, tuple[str, np.ndarray]], sizes: dict[str, int], raw: Path) -> None:
    for split, size in sizes.items():
        found = len(rows[split][1])
        if found != size:
            raise DeepgenError(
                f"split {split!r} of {raw} has {found} images where {size} are known: fetch or "
                "give the whole set"
            )

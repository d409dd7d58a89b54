"""Stage `fetch`: a data set's files, verified and decompressed."""

import sys
from pathlib import Path
from typing import Any

from deepgen.data.download import fetch_file, fetch_members, fetch_variant
from deepgen.data.local import take_file, take_folder
from deepgen.data.own_file import take_own_file


def fetch(
    settings: dict[str, Any], out: Path, mirror: str | None, bundled: Path | None
) -> dict[str, str]:
    """Put every file of a data set at `out/<name>`; files that are there and right are kept.

    Says on the terminal where each came from.

    Args:
        settings: {"dataset", "files": [file, ...], "archive"}. A file is {"name", "sha256",
            "sources"}, or {"name", "variants"} of which any will do, or {"name", "md5", "path",
            "how_to_get"} where only the user can get it, or {"name", "path", "digest"} or {"name",
            "folder", "listing"} of a set of their own. With "archive", {"name", "folder",
            "sources"}, all files are its members.
        out: Folder of the raw files, made if missing.
        mirror: A folder or an http(s) base URL that is asked first.
        bundled: Folder of the bundled sets, asked last.

    Returns:
        The URL or path that served each file, or "kept", by file name.

    Raises:
        DeepgenError: for the first file that no source has, or that cannot be written.
    """
    dataset, files = settings["dataset"], settings["files"]
    if archive := settings.get("archive"):
        source = fetch_members(dataset, archive, files, out, mirror, bundled)
        used = {file["name"]: source for file in files}
        for name in used:
            _tell(out / name, source)
        return used
    used = {}
    for file in files:
        target = out / file["name"]
        if "how_to_get" in file:
            source = take_own_file(dataset, file, target)
        elif "path" in file:
            source = take_file(dataset, file, target)
        elif "folder" in file:
            source = take_folder(dataset, file, target)
        elif "variants" in file:
            source = fetch_variant(dataset, file, target, mirror, bundled)
        else:
            source = fetch_file(dataset, file, target, mirror, bundled)
        _tell(target, source, verified=not {"path", "folder"} & set(file))
        used[file["name"]] = source
    return used


def _tell(file: Path, source: str, verified: bool = True) -> None:
    came = "was there already" if source == "kept" else f"from {source}"
    how = ", verified by its digest" if verified else ""
    size = f"{file.stat().st_size:,} bytes"
    print(f"deepgen fetch: {file.name} {came}, {size}{how}", file=sys.stderr, flush=True)

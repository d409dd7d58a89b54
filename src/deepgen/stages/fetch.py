"""Stage `fetch`: a data set's files, verified and decompressed."""

from pathlib import Path
from typing import Any

from deepgen.data.download import fetch_file, fetch_members, fetch_variant
from deepgen.data.local import take_file, take_folder
from deepgen.data.own_file import take_own_file


def fetch(
    settings: dict[str, Any], out: Path, mirror: str | None, bundled: Path | None
) -> dict[str, str]:
    """Put every file of a data set at `out/<name>`; files that are there and right are kept.

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
        return {file["name"]: source for file in files}
    used = {}
    for file in files:
        target = out / file["name"]
        if "how_to_get" in file:
            used[file["name"]] = take_own_file(dataset, file, target)
        elif "path" in file:
            used[file["name"]] = take_file(dataset, file, target)
        elif "folder" in file:
            used[file["name"]] = take_folder(dataset, file, target)
        elif "variants" in file:
            used[file["name"]] = fetch_variant(dataset, file, target, mirror, bundled)
        else:
            used[file["name"]] = fetch_file(dataset, file, target, mirror, bundled)
    return used

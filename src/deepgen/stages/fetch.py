"""Stage `fetch`: a data set's files, verified and decompressed."""

from pathlib import Path
from typing import Any

from deepgen.data.download import fetch_file


def fetch(
    settings: dict[str, Any], out: Path, mirror: str | None, bundled: Path | None
) -> dict[str, str]:
    """Put every file of a data set at `out/<name>`; files that are there and right are kept.

    Args:
        settings: {"dataset", "files": [{"name", "sha256", "sources"}, ...]}.
        out: Folder of the raw files, made if missing.
        mirror: A folder or an http(s) base URL that is asked first.
        bundled: Folder of the bundled sets, asked last.

    Returns:
        The URL or path that served each file, or "kept", by file name.

    Raises:
        DeepgenError: for the first file that no source has, or that cannot be written.
    """
    return {
        file["name"]: fetch_file(settings["dataset"], file, out / file["name"], mirror, bundled)
        for file in settings["files"]
    }

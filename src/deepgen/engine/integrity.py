"""Files that were altered after they were made: provenance tells them.

It guards against damage and slips, not against a person, who could write the digest anew.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.files import canonical_json, read_regular

PROVENANCE, INTEGRITY = ".prov.json", "integrity"


def with_digest(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest with a digest of all that it says."""
    return manifest | {INTEGRITY: _digest(manifest)}


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest as it was written; one of an earlier version, without a digest, as it is.

    Raises:
        ValueError: if it was altered or damaged.
        OSError: if it cannot be read.
    """
    try:
        manifest = json.loads(read_regular(path))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("outputs"), dict):
        raise ValueError("no manifest")
    if manifest.get(INTEGRITY, found := _digest(manifest)) != found:
        raise ValueError("altered")
    return manifest


def check_inputs(digests: dict[Path, str]) -> None:
    """Refuse inputs that are not what the provenance beside them says was made.

    Args:
        digests: {file: SHA-256 of its content}; a file without provenance is taken as it is.

    Raises:
        DeepgenError: for the first that was altered since.
    """
    folders = {folder for path in digests for folder in (path.parent, path.parent.parent)}
    made = {path: digest for folder in folders for path, digest in _made(folder).items()}
    for path, digest in digests.items():
        if path.name.endswith(PROVENANCE):
            _check_record(path)
        elif made.get(path, digest) != digest:
            raise DeepgenError(
                f"{path} is not what was made there, as its provenance tells: run snakemake "
                "again, which makes it anew, or choose another folder for a file of your own"
            )


def _check_record(path: Path) -> None:
    try:
        read_manifest(path)
    except (OSError, ValueError):
        raise DeepgenError(
            f"{path} is damaged or was altered: run snakemake again, which makes it anew"
        ) from None


def _made(folder: Path) -> dict[Path, str]:
    """{file: SHA-256} of all that provenance in a folder tells."""
    made = {}
    for path in sorted(folder.glob(f"*{PROVENANCE}")):
        try:
            outputs = read_manifest(path)["outputs"]
        except (OSError, ValueError):
            continue  # what it is about has its own digest in every identity
        made |= {folder / name: digest for name, digest in outputs.items()}
    return made


def _digest(manifest: dict[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != INTEGRITY}
    return hashlib.sha256(canonical_json(rest).encode()).hexdigest()

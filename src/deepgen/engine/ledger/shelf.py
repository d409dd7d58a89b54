"""The shelf: a copy of what runs have finished, which DVC owns, in the folders of the checkout.

ledger/results/<run>/<experiment>/...   as below results/, what is dear to make again
ledger/data/{raw,prepared}/<dataset>/   as below data/
ledger.dvc                              what DVC knows of all that; belongs into git

Jobs look here after the store, by what a provenance says and not by its place, and write nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deepgen.engine.integrity import PROVENANCE, read_manifest
from deepgen.files import sha256

SHELF, RECORD = Path("ledger"), Path("ledger.dvc")
KINDS = {
    "stage": str,
    "settings": dict,
    "code": dict,
    "seed": int | None,
    "inputs": dict,
    "notes": dict | None,
    "machine": dict,
    "run": dict,
}


def look_up(
    provenance: str, identity: dict[str, Any], outputs: list[str]
) -> tuple[Path, dict[str, Any]] | None:
    """The folder on the shelf that holds a job's outputs, undamaged, and their manifest, if any.

    Args:
        provenance: Its file name.
        identity: The job's stage, settings, code, seed, and inputs as {role: SHA-256}.
        outputs: File names below the folder.
    """
    for path in provenances(SHELF, provenance):
        manifest = sound(path)
        if manifest is None or set(manifest["outputs"]) != set(outputs):
            continue
        inputs = {role: item["sha256"] for role, item in manifest["inputs"].items()}
        same = identity == {key: manifest[key] for key in identity} | {"inputs": inputs}
        if same and not any(problems(path, manifest)):
            return path.parent, manifest
    return None


def sound(path: Path) -> dict[str, Any] | None:
    """The manifest in a provenance file, or None if it is damaged, altered or none."""
    try:
        manifest = read_manifest(path)
        whole = all(isinstance(manifest[key], kind) for key, kind in KINDS.items())
        whole &= all(isinstance(i["sha256"], str) for i in manifest["inputs"].values())
        names = [*manifest["outputs"], *(i["path"] for i in manifest["inputs"].values())]
        whole &= all(name.isprintable() for name in names)
        whole &= all(len(part.encode()) < 256 for name in names for part in Path(name).parts)
        inside = all(".." not in Path(f"./{name}").parts for name in manifest["outputs"])
        return manifest if whole and inside else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def problems(path: Path, manifest: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The outputs beside a provenance file that are not what it says, each with the reason."""
    for name, digest in manifest["outputs"].items():
        file = path.parent / f"./{name}"
        if not file.is_file():
            yield file, "missing"
        elif sha256(file) != digest:
            yield file, "altered"


def provenances(folder: Path, name: str = f"*{PROVENANCE}") -> list[Path]:
    """The provenance files below a folder, without those that jobs are writing."""
    paths = sorted(folder.rglob(name))
    return [p for p in paths if not any(part.startswith(".") for part in p.parts)]

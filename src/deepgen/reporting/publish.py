"""Finished reports, copied to where the repository keeps them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deepgen.errors import DeepgenError
from deepgen.files import copy

# Small text files of a run that let a reader check the report: no models, no samples.
EVIDENCE = ("history.csv", "sigma_grid.csv", "sigma.json", "parzen.json")


def publish(run: Path, target: Path) -> list[Path]:
    """Copy the report of a finished run, with the histories and scores behind it.

    The new publication is written beside the old one and takes its place when it is whole.

    Args:
        run: `results/<run>`.
        target: `reports/<run>`; what an earlier publication left there is replaced.

    Returns:
        The files written.

    Raises:
        DeepgenError: if the run has no finished report, or one folder lies in the other.
    """
    if not (run / "report/index.html").exists():
        raise DeepgenError(
            f"{run} has no finished report (report/index.html is missing): run snakemake first"
        )
    here, there = run.resolve(), target.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise DeepgenError(f"{target} and {run} overlap: choose another folder with --out")
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        for source, name in _published(run):
            copy(source, new / name)
        new.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _published(run: Path) -> Iterator[tuple[Path, Path]]:
    """Files of a run and where they go in its publication."""
    report = run / "report"
    for path in run.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(run).parts)
        if hidden or not path.is_file():
            continue
        if report in path.parents and not path.name.endswith(".prov.json"):
            yield path, path.relative_to(report)
        elif path.name in EVIDENCE:
            yield path, path.relative_to(run)

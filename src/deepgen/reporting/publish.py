"""Finished reports, copied to where the repository keeps them."""

import shutil
from pathlib import Path

from deepgen.errors import DeepgenError
from deepgen.files import copy

# Small text files of a run that let a reader check the report: no models, no samples.
EVIDENCE = ("history.csv", "sigma_grid.csv", "sigma.json", "parzen.json")


def publish(run: Path, target: Path) -> list[Path]:
    """Copy the report of a finished run, with the histories and scores behind it.

    Args:
        run: `results/<run>`.
        target: `reports/<run>`; what an earlier publication left there is replaced.

    Returns:
        The files written.

    Raises:
        DeepgenError: if the run has no finished report.
    """
    report = run / "report"
    if not (report / "index.html").exists():
        raise DeepgenError(
            f"{run} has no finished report (report/index.html is missing): run snakemake first"
        )
    shown = [p for p in report.rglob("*") if p.is_file() and not p.name.endswith(".prov.json")]
    files = {path: target / path.relative_to(report) for path in shown}
    for path in run.rglob("*"):
        if path.name in EVIDENCE and report not in path.parents:
            files[path] = target / path.relative_to(run)
    if target.exists():
        shutil.rmtree(target)
    for source, copied in files.items():
        copy(source, copied)
    return sorted(files.values())

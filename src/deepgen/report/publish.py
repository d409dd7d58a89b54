"""Finished reports, copied to where the repository keeps them."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from deepgen.errors import DeepgenError
from deepgen.files import ALTERED, copy, write_json, write_text
from deepgen.report.links import beside, evidence, pictures_beside, relative
from deepgen.report.origins import public
from deepgen.report.published_models import choose_models
from deepgen.report.small_png import small_png

PROVENANCE = ".prov.json"


class Published(NamedTuple):
    """The `files` written, and `remarks`: sentences about what did not go along."""

    files: list[Path]
    remarks: list[str]


def publish(run: Path, target: Path, wanted: list[str] | None = None) -> Published:
    """Copy the report of a finished run with the tables, histories and scores behind it.

    One model of each experiment goes along, if it is small, and no samples or images. Pages are
    changed to link the copies, pictures among them, so that git holds each once. The new
    publication is written beside the old one and takes its place when it is whole.

    Args:
        run: `results/<run>`.
        target: `reports/<run>`; what an earlier publication left there is replaced, but for models
            of experiments that this run does not have.
        wanted: Experiments whose models go along; all if it is left out.

    Raises:
        DeepgenError: if the run has no finished report, a page links a file that is missing, one
            folder lies in the other, or a wanted experiment is none of the run.
    """
    if not (run / "report/index.html").exists():
        raise DeepgenError(
            f"{run} has no finished report (report/index.html is missing): run snakemake first"
        )
    here, there = run.resolve(), target.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise DeepgenError(f"{target} and {run} overlap: choose another folder with --out")
    models = choose_models(run, target, wanted)
    gone = _experiments(target) - _experiments(run)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        for source, name in [*_published(run), *models.files]:
            _copy(source, new / name)
        _check_links(run, new)
        new.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    return Published(files, [*models.remarks, *_loss(gone)])


def _experiments(run: Path) -> set[str]:
    """Those that a folder of results or reports has trainings of."""
    return {path.parents[1].name for path in run.glob("*/seed-*/history.csv")}


def _loss(gone: set[str]) -> Iterator[str]:
    if gone:
        yield (
            f"what an earlier publication had of {', '.join(sorted(gone))} goes, because this run "
            "has no such experiment; git has it"
        )


def _published(run: Path) -> Iterator[tuple[Path, Path]]:
    """Files of a run and where they go in its publication: the report, small text files, links.

    Not the likelihoods of references over all sigmas: no figure draws them, and they would be half
    of the bytes of all tables.
    """
    report = run / "report"
    for path in run.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(run).parts)
        if hidden or not path.is_file() or path.name.endswith(PROVENANCE) or ALTERED in path.name:
            continue
        if report in path.parents:
            if path.suffix != ".pdf" or path.parent == report:  # of figures the pictures go along
                yield path, path.relative_to(report)
        elif path.suffix in (".csv", ".json") and not _of_references_over_sigmas(path):
            yield path, path.relative_to(run)
    for page in report.glob("*.html"):
        for name in evidence(page.read_text(encoding="utf-8")):
            if (run / name).is_file():
                yield run / name, Path(name)


def _of_references_over_sigmas(path: Path) -> bool:
    return path.name == "sigma_grid.csv" and "references" in path.parts


def _copy(source: Path, target: Path) -> None:
    if source.suffix == ".html":
        write_text(target, pictures_beside(beside(source.read_text(encoding="utf-8"))))
    elif source.suffix == ".png":
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(small_png(source))
    elif source.name.endswith(PROVENANCE):
        write_json(target, public(json.loads(source.read_text(encoding="utf-8"))))
    else:
        copy(source, target)


def _check_links(run: Path, new: Path) -> None:
    for page in new.glob("*.html"):
        for name in relative(page.read_text(encoding="utf-8")):
            if not (new / name).is_file():
                raise DeepgenError(
                    f"{run}/report/{page.name} links {name}, which is missing: run snakemake again"
                )

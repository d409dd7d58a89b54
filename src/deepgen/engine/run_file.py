"""Which run file made `results/<run>/`, so that a copy of it does not replace them unseen."""

import os
from collections.abc import Sequence
from pathlib import Path

from deepgen.errors import DeepgenError
from deepgen.files import write_json
from deepgen.json_file import read_json
from deepgen.settings import Run
from deepgen.yaml_file import read_yaml


def check_owner(run: Run, files: Sequence[Path | str], results: Path = Path("results")) -> None:
    """Refuse a run file whose results would replace those of another one.

    The same file may have been edited, renamed or laid under others, and the other file may since
    be gone, or have another `run`. Two files may share one folder if one of them says so.

    Args:
        run: The run.
        files: Those that Snakemake has read.

    Raises:
        DeepgenError: one sentence that names both files.
    """
    made_by, now = _recorded(run, results), _relative(files)
    if not made_by or not now or set(made_by) & set(now) or not _still_makes(made_by, run.run):
        return
    if _names(now, run.shares_results_with, made_by):
        return
    if _names(made_by, read_yaml(Path(made_by[-1])).get("shares_results_with"), now):
        return
    mine, other = now[-1], made_by[-1]
    raise DeepgenError(
        f"{mine} has run: {run.run}, and so has {other}, which made {results / run.run}: each "
        f"would replace the other's results; give {mine} a run of its own, or, if they shall, the "
        f"line shares_results_with: {os.path.relpath(other, Path(mine).parent)}"
    )


def record_owner(run: Run, files: Sequence[Path | str], results: Path = Path("results")) -> None:
    """Note that these files make the run's results from now on."""
    now = _relative(files)
    if now and now != _recorded(run, results):
        write_json(_record(run, results), {"files": now})


def _record(run: Run, results: Path) -> Path:
    return results / run.run / ".jobs" / "run_file.json"


def _recorded(run: Run, results: Path) -> list[str]:
    """The files that are noted; none before the first job, or if the note is damaged."""
    try:
        found = read_json(_record(run, results), "snakemake")["files"]
        return [file for file in found if isinstance(file, str)]
    except (DeepgenError, OSError, LookupError, TypeError):
        return []


def _relative(files: Sequence[Path | str]) -> list[str]:
    """Regular files by their path from here; a run that is piped in has none."""
    return [os.path.relpath(file) for file in files if Path(file).is_file()]


def _still_makes(files: list[str], run: str) -> bool:
    """Whether these files together still are a run of this name."""
    try:
        contents = [read_yaml(Path(file)) for file in files]
    except DeepgenError:
        return False
    return [content["run"] for content in contents if "run" in content][-1:] == [run]


def _names(files: list[str], named: object, others: list[str]) -> bool:
    """Whether a file that these name, from the last one's folder, is among the others."""
    if not isinstance(named, str):
        return False
    return os.path.relpath(Path(files[-1]).parent / named) in others

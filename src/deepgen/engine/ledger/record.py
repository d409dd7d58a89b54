"""`deepgen ledger`: what a run has made, and from what, goes into dvc.yaml and dvc.lock."""

import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from deepgen.config import load_config
from deepgen.engine.ledger.dvc import STAGES, dvc, find_dvc, read_lock
from deepgen.engine.ledger.planned import PlannedJob, plan_jobs
from deepgen.engine.ledger.stages import described, dvc_yaml, identity, identity_path, recorded
from deepgen.errors import DeepgenError, TemporaryStop
from deepgen.files import canonical_json, sha256, write_text
from deepgen.settings import Run


def record(configfile: Path, push: bool = False) -> None:
    """Write dvc.yaml, then have DVC record every stage that is finished and current.

    Recording the same again changes nothing. It ends with one line to stderr and no error if DVC is
    not installed, started this process, or is busy, and if the run has `ledger: false`.

    Args:
        push: Also send the recorded files to the default remote.

    Raises:
        DeepgenError: if Snakemake cannot plan the run, dvc.yaml is another run's, or DVC fails.
    """
    configfile = Path(os.path.relpath(configfile))  # dvc.yaml holds no path of a machine
    run = load_config(configfile).run
    if reason := _why_not(run):
        print(f"deepgen ledger: nothing recorded: {reason}", file=sys.stderr)
        return
    if (other := _described()) and other[0] != run.run:
        raise DeepgenError(
            f"dvc.yaml describes the run {other[0]}, and a checkout keeps the ledger of one: "
            f"delete dvc.yaml and dvc.lock to keep that of {run.run}"
        )
    jobs = recorded(plan_jobs(configfile))
    write_identity(jobs, run.run)
    digest = cache(_digest)
    finished = [job for job in jobs if all(path.is_file() for path in job.paths)]
    current = [job for job in finished if is_current(job, digest)]
    before = read_lock()
    try:
        # DVC takes hours to commit hundreds of stages by name, and seconds to commit a whole file,
        # which it refuses if an output is missing: so the file holds those to commit meanwhile
        _write_if_new(STAGES, dvc_yaml(current, run.run, configfile))
        if current:
            dvc("commit", "--force", str(STAGES))
        if current and push:
            dvc("push", str(STAGES))
    except TemporaryStop as error:
        print(f"deepgen ledger: {error}", file=sys.stderr)
        return
    finally:
        _write_if_new(STAGES, dvc_yaml(jobs, run.run, configfile))
    after = read_lock()
    changed = sum(before.get(job.name) != after.get(job.name) for job in current)
    print(
        f"deepgen ledger: {changed} of {len(jobs)} stages recorded, {len(current) - changed} "
        f"unchanged, {len(jobs) - len(finished)} not finished, {len(finished) - len(current)} not "
        "current" + (f"; {len(current)} pushed" if push else "")
    )
    if changed:
        print("deepgen ledger: to keep this in git: git add dvc.yaml dvc.lock")


def record_after_success(run: Run) -> None:
    """Record a run that Snakemake has just finished, if dvc.yaml describes it; never fails."""
    try:
        found = _described()
        if found and found[0] == run.run and not _why_not(run):
            record(found[1])
    except Exception as error:
        print(f"deepgen: the ledger was not brought up to date: {error}", file=sys.stderr)


def write_identity(jobs: list[PlannedJob], run: str) -> None:
    """Write the file with the params of all stages, without which DVC cannot read dvc.yaml."""
    _write_if_new(identity_path(run), canonical_json(identity(jobs)) + "\n")


def is_current(job: PlannedJob, digest: Callable[[str], str | None]) -> bool:
    """Whether a job's files are what its plan and its inputs would make now.

    Args:
        digest: Gives the SHA-256 of a path, or None if there is no such file.
    """
    try:
        made = json.loads(Path(job.provenance).read_text(encoding="utf-8"))
        return (
            made["settings"] == job.settings
            and made["code"] == job.code
            and made["outputs"] == {name: digest(str(job.folder / name)) for name in job.outputs}
            and all(digest(item["path"]) == item["sha256"] for item in made["inputs"].values())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _why_not(run: Run) -> str | None:
    """Why nothing shall be recorded, if so."""
    if not run.ledger:
        return f"the run {run.run} has ledger: false"
    if "DVC_STAGE" in os.environ:
        return "DVC started this itself and records what it has run"
    if find_dvc() is None:
        return "DVC is not installed (pip install dvc)"
    return None


def _described() -> tuple[str, Path] | None:
    try:
        return described(STAGES.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _write_if_new(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def _digest(path: str) -> str | None:
    try:
        return sha256(Path(path))
    except FileNotFoundError:
        return None

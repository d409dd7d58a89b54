"""What a run has lost, found before Snakemake plans, so that it is made again.

Snakemake asks for a missing file only where something has to be made of it, and never whether a
file still is what its job made. Provenance beside the file tells both.
"""

import atexit
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgen.engine.integrity import read_manifest
from deepgen.engine.plan import Plan
from deepgen.engine.planned import PlannedJob, owners_of, planned_jobs
from deepgen.engine.store import peek_json
from deepgen.errors import DeepgenError
from deepgen.files import ALTERED, canonical_json, sha256, write_text

SEEN = Path(".snakemake/deepgen/seen.json")
SHOWN = 10  # lost files that are named before Snakemake plans
SPECIAL, UNREADABLE = "special", ""  # in place of a digest


@dataclass(frozen=True)
class Lost:
    """A file that a run planned and had, and has no more.

    Attributes:
        file: Its path.
        record: Of the job that makes it.
        digest: Of what lies there now; None if nothing does.
    """

    file: str
    record: str
    digest: str | None = None

    @property
    def aside(self) -> str:
        """Where an altered file is kept, under a name that no job asks for."""
        return f"{self.file}{ALTERED}{(self.digest or '')[:8]}"

    def __str__(self) -> str:
        if self.digest is None:
            return f"{self.file} is missing: a run makes it again"
        kept = Path(self.aside).name
        return f"{self.file} was altered or damaged: a run keeps it as {kept} and makes it again"


class Repair:
    """What jobs have lost: their files are read here, as far as they have changed.

    Args:
        jobs: Of a run.
        seen: What was read of their files before.
    """

    def __init__(self, jobs: Iterable[PlannedJob], seen: "Seen"):
        self.jobs, self.seen = list(jobs), seen
        self.lost = list(find_lost(self.jobs, seen))

    def tell(self) -> None:
        """Name what is lost on the terminal."""
        for lost in self.lost[:SHOWN]:
            print(f"deepgen: {lost}", file=sys.stderr)
        if more := self.lost[SHOWN:]:
            print(f"deepgen: and {len(more)} other files are lost, too", file=sys.stderr)

    @property
    def records(self) -> frozenset[str]:
        """An output of each job that has to run again: its record, which every job makes."""
        return frozenset(lost.record for lost in self.lost)

    def set_aside(self, jobs: Iterable[Any]) -> None:
        """Rename what was altered, which may be somebody's work, before a job replaces it.

        Args:
            jobs: Those of Snakemake that are about to run.

        Raises:
            DeepgenError: if that is not possible; nothing has been replaced then.
        """
        outputs = {str(path) for job in jobs for path in job.output}
        for lost in self.lost:
            if lost.digest and lost.record in outputs:
                _rename(lost.file, lost.aside)

    def look_again(self) -> None:
        """Read what was made since, so that the next plan need not."""
        for output in (output for job in self.jobs for output in job.outputs):
            self.seen.digest(output)

    def remember(self) -> None:
        """Keep for the next plan what was read."""
        self.seen.save()


def look_for_lost(workflow: Any, plan: Plan) -> list[Repair]:
    """Have Snakemake run lost jobs, as if the user had named them behind --forcerun.

    Snakemake knows its targets only after it has read the Snakefile, hence the detour through its
    own preparation of the DAG. A target that is about no single experiment or data set repairs the
    whole run, because what is behind --forcerun becomes a target, too.

    Args:
        workflow: Snakemake's.

    Returns:
        A list that is empty until then, and has one entry afterwards.
    """
    repairs: list[Repair] = []
    prepare = getattr(workflow, "_prepare_dag", None)
    if prepare is None:
        print("deepgen: this Snakemake is another: lost files are not looked for", file=sys.stderr)
        return repairs

    def prepared(*arguments: Any, **options: Any) -> None:
        owners = owners_of(plan, workflow.dag_settings.targets)
        jobs = (job for job in planned_jobs(plan).values() if job.owner in owners)
        repair = Repair(jobs, Seen(SEEN))
        repair.tell()
        repairs.append(repair)
        forced = {*workflow.dag_settings.forcerun, *repair.records}
        workflow.dag_settings.forcerun = forced
        prepare(*arguments, **options)
        if not workflow.dryrun:
            atexit.register(repair.remember)

    workflow._prepare_dag = prepared
    return repairs


def find_lost(jobs: Iterable[PlannedJob], seen: "Seen") -> Iterator[Lost]:
    """Every file that is missing though a job was finished, or is not what the job made.

    A job without a record was never finished, unless one of its files lies there or was read by a
    job that has a record.
    """
    jobs = list(jobs)
    records = {job.record: _read(job.record) for job in jobs}
    found = (record for record in records.values() if record)
    read = {item["path"] for record in found for item in record["inputs"].values()}
    for job in jobs:
        record = records[job.record]
        if record:
            yield from _lost_of(job, record["outputs"], seen)
        elif record == {}:
            if (digest := seen.digest(job.record)) != UNREADABLE:
                yield Lost(job.record, job.record, digest)
        elif read & {job.record, *job.outputs} or any(map(os.path.lexists, job.outputs)):
            missing = (name for name in job.outputs if not os.path.lexists(name))
            yield from (Lost(name, job.record) for name in (job.record, *missing))


def _rename(file: str, aside: str) -> None:
    try:
        os.replace(file, aside)
    except FileNotFoundError:  # gone by now
        return
    except OSError as error:
        raise DeepgenError(
            f"{file} was altered, and cannot be kept as {aside} ({error.strerror}): move it away"
        ) from None


def _lost_of(job: PlannedJob, made: dict[str, str], seen: "Seen") -> Iterator[Lost]:
    folder = Path(job.record).parent
    for output in job.outputs:
        expected = made.get(str(Path(output).relative_to(folder)))
        digest = seen.digest(output)
        if expected is not None and digest not in (expected, UNREADABLE):
            yield Lost(output, job.record, digest)


def _read(record: str) -> dict[str, Any] | None:
    """A record's content; nothing in it if it is damaged or was altered; None if it is missing."""
    try:
        manifest = read_manifest(Path(record))
        for item in manifest["inputs"].values():
            if not isinstance(item["path"], str):
                raise TypeError(item["path"])
        return manifest
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


class Seen:
    """Digests of files, read again only if size or times are not what they were.

    Args:
        path: Where they are kept.
    """

    def __init__(self, path: Path):
        self.path = path
        self.before = peek_json(path)
        self.now: dict[str, Any] = {}

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file; None if there is none, `SPECIAL` for what is no regular file, and
        `UNREADABLE` if nobody can tell."""
        try:
            status = os.stat(name)
            if not stat.S_ISREG(status.st_mode):
                return SPECIAL
            state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
            match self.now.get(name) or self.before.get(name):
                case [*known, str(digest)] if known == state:
                    pass
                case _:
                    digest = sha256(Path(name))
        except (FileNotFoundError, NotADirectoryError):
            return SPECIAL if os.path.islink(name) else None
        except OSError:
            return UNREADABLE
        self.now[name] = [*state, digest]
        return digest

    def save(self) -> None:
        """Keep what was asked for; without it all is only read once more."""
        if (kept := self.before | self.now) != self.before:
            with suppress(OSError):
                write_text(self.path, canonical_json(kept))

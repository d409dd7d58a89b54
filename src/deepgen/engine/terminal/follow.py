"""What Snakemake does, as lines: one a job, with its time, why it runs, or why it failed."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from deepgen.engine.progress import duration
from deepgen.engine.terminal.logs import failure, latest, modified, outcome
from deepgen.engine.terminal.reasons import why
from deepgen.engine.terminal.screen import Screen
from deepgen.errors import TemporaryStop

# Snakemake's events that say nothing more than the lines below
SILENT = {"workflow_started", "shellcmd", "job_started", "progress", "resources_info", "rulegraph"}
# The same of messages that are no event, by their beginnings. Whatever is not here is printed.
NOISE = (
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Elapsed time:",
    "Reasons:",
    "Rules with provenance triggered jobs:",
    "Select jobs to execute",
    "Some jobs were triggered by provenance",
    "Using shell:",
)
LABEL = 10  # width of the first column
TIME = 8  # of the second
STYLES = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "red"}
STOPPED = f" {TemporaryStop.exit_code}"  # ends how a job ended that left in good order
CONTINUES = "the same command continues"  # and the sentence, all that is known on a cluster


@dataclass
class Job:
    """A job that was begun, or on a cluster submitted.

    `told` is the last line about it that was printed while it ran, `ended` how its command did;
    a log that is as old as `stale` is of an earlier attempt.
    """

    title: str
    why: str = ""
    file: str | None = None
    stale: float | None = None
    command: str = ""
    began: float = field(default_factory=time.monotonic)
    told: str | None = None
    ended: str = ""

    @property
    def log(self) -> str | None:
        """Its log, once this attempt has begun it: before, it may wait in a queue."""
        return None if modified(self.file) == self.stale else self.file

    @property
    def named(self) -> str:
        """The job and why it runs."""
        return f"{self.title} ({self.why})" if self.why else self.title

    @property
    def progress(self) -> str:
        """The line of a running job, of which a narrow terminal cuts off the end."""
        said = latest(self.log)
        why = f" ({self.why})" if self.why else ""
        return self._row("...", f"{self.title}: {said}{why}" if said else self.named)

    def row(self, label: str, remark: str) -> str:
        """The line of a job that has ended."""
        return self._row(label, f"{self.named}: {remark}" if remark else self.named)

    def _row(self, label: str, text: str) -> str:
        return _row(label, duration(time.monotonic() - self.began), text)


class Follower:
    """Turns Snakemake's log records into lines.

    Args:
        stream: Standard output or error.
        plain: Without colours.
        dry_run: Whether jobs are only listed.
        whole_logs: Print all of a failed job's log.
        in_full: Snakemake's own words for a record, for what is none of the known events.
    """

    def __init__(
        self,
        stream: TextIO,
        plain: bool,
        dry_run: bool,
        whole_logs: bool,
        in_full: Callable[[logging.LogRecord], str],
    ):
        self.dry_run, self.whole_logs, self.in_full = dry_run, whole_logs, in_full
        self.screen = Screen(stream, plain, self.now, self.news)
        self.began: dict[int, Job] = {}
        self.running: dict[int, Job] = {}
        self.done = self.total = self.plans = 0
        self.stopping = False
        self.takes: dict[str | None, Callable[[Any], None]] = {
            "run_info": self._plan,
            "job_info": self._begin,
            "job_finished": self._finish,
            "job_error": self._fail,
            "error": self._error,
        } | dict.fromkeys(SILENT, lambda record: None)

    def take(self, record: logging.LogRecord) -> None:
        """Print what a record means, if it means anything to a reader."""
        self.takes.get(getattr(record, "event", None), self._other)(record)

    def now(self) -> list[str]:
        """How far the run is, and a line for each job that is running."""
        jobs = list(self.running.values())
        return [f"{self.done} of {self.total} jobs done", *(job.progress for job in jobs)]

    def news(self, age: float) -> list[str]:
        """A line for each job that has run for so many seconds and whose log went on since."""
        lines = []
        for job in list(self.running.values()):
            old = time.monotonic() - job.began >= age
            if old and (said := latest(job.log)) != job.told:
                job.told = said
                lines.append(job.progress)
        return lines

    def _plan(self, record: Any) -> None:
        stats = getattr(record, "stats", {})
        self.total, self.plans = stats.get("total", 0), self.plans + 1
        if not self.dry_run:
            named = [rule if n == 1 else f"{n} {rule}" for rule, n in stats.items()]
            jobs = "1 job" if self.total == 1 else f"{self.total} jobs"
            self.screen.say(f"deepgen: {jobs}: {', '.join(named[:-1])}")
        elif self.plans > 1:  # first before the jobs, which would be far up
            self.screen.say(f"\n{self.in_full(record)}")

    def _begin(self, record: Any) -> None:
        job = Job(
            " ".join((record.rule_msg or record.rule_name).split()),
            getattr(record, "why", ""),
            next(iter(record.log), None),
            getattr(record, "stale", None),
            getattr(record, "shellcmd", None) or "",
        )
        if self.dry_run:
            self.screen.say(job.named)
            return
        self.began[record.jobid] = self.running[record.jobid] = job
        self.screen.follow()

    def _finish(self, record: Any) -> None:
        job = self._end(getattr(record, "job_id", None))
        self.done += 1
        if job:
            self.screen.say(job.row(f"[{self.done}/{self.total}]", outcome(job.log)), "green")

    def _fail(self, record: Any) -> None:
        job = self._end(record.jobid) or Job(record.rule_name, file=next(iter(record.log), None))
        said = failure(job.log) or ", ".join(filter(None, [job.ended or "failed", latest(job.log)]))
        saved = job.ended.endswith(STOPPED) or said.endswith(CONTINUES)
        kind = "stopped" if self.stopping or saved else "FAILED"
        self.screen.say(job.row(kind, said), "yellow" if kind == "stopped" else "red")
        facts = [f"{key}: {value}" for key, value in getattr(record, "aux", {}).items()]
        logs = list(record.log)
        for line in [f"its log: {', '.join(logs)}"] * bool(logs) + facts:
            self.screen.say(_row("", "", line))
        if self.whole_logs:
            self.screen.say(_read(logs))

    def _error(self, record: logging.LogRecord) -> None:
        """Of a job's command only how it ended: its own sentence comes with `job_error`."""
        text = self.in_full(record)
        for job in self.running.values():
            found = re.search(r"exit status \d+|died with .+?(?=\.?$)", text, re.MULTILINE)
            if found and job.command and job.command.strip() in text:
                job.ended = found[0]
                return
        self.screen.say(text, "red")

    def _other(self, record: logging.LogRecord) -> None:
        text = self.in_full(record)
        if text.startswith("Terminating processes on user request"):
            self.stopping = True
        if again := re.fullmatch(r"Trying to restart job (\d+)\.", text):
            job = self.began.get(int(again[1]))
            text = f"trying again: {job.title}" if job else text
        if not text.startswith(NOISE) and text not in ("", "None"):
            self.screen.say(text, STYLES.get(record.levelno, ""))

    def _end(self, jobid: int | None) -> Job | None:
        job = self.running.pop(jobid, None) if jobid is not None else None
        if not self.running:
            self.screen.rest()
        return job


def note_before(record: logging.LogRecord) -> bool:
    """Add to a job's record why it runs and how old its log is, while what it had made is there."""
    if getattr(record, "event", None) == "job_info":
        try:
            record.stale = modified(next(iter(record.log), None))
            record.why = why(record.reason, record.output, record.shellcmd or "")
        except Exception:  # whatever Snakemake has become: no run fails for a remark
            record.why = ""
    return True


def _row(label: str, spent: str, text: str) -> str:
    return f"{label:>{LABEL}} {spent:>{TIME}}  {text}"


def _read(logs: list[str]) -> str:
    texts = []
    for log in logs:
        try:
            with open(log, encoding="utf-8", errors="replace") as file:
                texts.append(file.read().rstrip())
        except OSError:
            continue
    return "\n".join(texts)

"""What a person reads while Snakemake works."""

import io
import logging
import os
from types import SimpleNamespace

import pytest

from deepgen.engine.terminal import screen
from deepgen.engine.terminal.follow import Follower, note_before


def record(message="", level=logging.INFO, **fields):
    """A log record as Snakemake makes it."""
    made = logging.LogRecord("snakemake.logging", level, "", 0, message, None, None)
    made.__dict__.update(fields)
    return made


def info(jobid, title, log, command="deepgen train", **fields):
    """That a job begins."""
    own = {"rule_msg": title, "rule_name": "train", "log": [str(log)], "shellcmd": command}
    own |= {"event": "job_info", "jobid": jobid, "output": [], "reason": ""}
    return record(**own | fields)


@pytest.fixture
def run(tmp_path):
    """A follower of two jobs, whose lines are in `lines()`."""
    stream = io.StringIO()

    def begin(dry_run=False, whole_logs=False, stream=stream):
        follower = Follower(stream, False, dry_run, whole_logs, logging.LogRecord.getMessage)
        stats = {"train": 1, "sample": 2, "total": 3}
        follower.take(record("Job stats: ...", event="run_info", stats=stats))
        return follower

    return SimpleNamespace(
        begin=begin, log=tmp_path / "train.log", lines=lambda: stream.getvalue().splitlines()
    )


def test_a_job_is_one_line_with_its_time_and_how_its_training_ended(run):
    follower = run.begin()
    follower.take(info(5, "Train mnist, seed 1", run.log, why="training.epochs 2 -> 3"))
    run.log.write_text(
        "epoch 2/3  D 0.5\nepoch 3/3  D 0.6  G 0.7  validation 9.0  (1 s, 0 s left)\n"
    )
    follower.take(record(event="job_finished", job_id=5))
    assert run.lines() == [
        "deepgen: 3 jobs: train, 2 sample",
        "     [1/3]      0 s  Train mnist, seed 1 (training.epochs 2 -> 3): epoch 3/3  D 0.6  "
        "G 0.7  validation 9.0",
    ]
    follower.take(info(6, "Sample", run.log))
    run.log.write_text("deepgen: sample: taken from store/sample/1f\n")
    follower.take(record(event="job_finished", job_id=6))
    assert run.lines()[-1] == "     [2/3]      0 s  Sample: made before"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("deepgen train: it diverged: lower the rate\n", "it diverged: lower the rate"),
        ("Traceback (most recent call last):\n  File\nValueError: 3\n", "ValueError: 3"),
        ("epoch 3/9  D 0.5\n", "exit status 137, epoch 3/9  D 0.5"),
        ("", "exit status 137"),
    ],
)
def test_a_failed_job_says_why_in_its_own_words(run, log, said):
    follower = run.begin()
    follower.take(info(5, "Train", run.log, "deepgen train --x"))
    run.log.write_text(log)
    error = "Command 'deepgen train --x' returned non-zero exit status 137."
    follower.take(record(error, logging.ERROR, event="error"))
    failed = {"rule_name": "train", "jobid": 5, "log": [str(run.log)]}
    follower.take(record(event="job_error", **failed, aux={"external_jobid": "77"}))
    assert run.lines()[1:] == [
        f"    FAILED      0 s  Train: {said}",
        f"                     its log: {run.log}",
        "                     external_jobid: 77",
    ]


def test_what_left_in_good_order_has_stopped_and_not_failed(run):
    follower = run.begin()
    error = {"event": "job_error", "rule_name": "train", "log": [str(run.log)]}
    run.log.write_text("deepgen train: stopped in epoch 3; the same command continues\n")
    follower.take(info(5, "Train", run.log, "deepgen train --x"))
    text = "Command 'deepgen train --x' returned non-zero exit status 75."
    follower.take(record(text, logging.ERROR, event="error"))
    follower.take(record(**error, jobid=5))
    assert run.lines()[1].startswith("   stopped      0 s  Train: stopped in epoch 3;")
    follower.take(record(**error, jobid=6))
    assert run.lines()[3].startswith("   stopped "), "whose exit code a cluster does not tell"
    follower.take(record("Trying to restart job 5."))
    assert run.lines()[-1] == "trying again: Train"
    follower.take(info(5, "Train", run.log))
    follower.take(record("Terminating processes on user request, this might take some time."))
    follower.take(record(**error, jobid=5))
    assert run.lines()[-3].startswith("Terminating processes")
    assert run.lines()[-2].startswith("   stopped ")


def test_an_error_that_is_more_than_how_a_command_ended_is_printed(run):
    follower = run.begin()
    follower.take(info(5, "Train", run.log, "deepgen train --x"))
    text = "MissingOutputException: a.npy is missing after 5 seconds: deepgen train --x"
    follower.take(record(text, logging.ERROR, event="error"))
    assert run.lines()[-1] == text


def test_the_log_of_an_earlier_attempt_says_nothing_of_this_one(run):
    follower = run.begin()
    run.log.write_text("epoch 9/9  D 0.5\n")
    begins = info(5, "Train", run.log, reason="")
    note_before(begins)
    follower.take(begins)
    assert follower.news(0)[0].endswith("s  Train")
    run.log.write_text("epoch 1/9  D 0.5\n")
    os.utime(run.log, (1, 1))
    assert follower.news(0)[0].endswith("s  Train: epoch 1/9  D 0.5")


def test_whole_logs_are_printed_where_they_are_asked_for(run):
    follower = run.begin(whole_logs=True)
    run.log.write_text("one\ntwo\n")
    follower.take(record(event="job_error", rule_name="x", jobid=1, log=[str(run.log)]))
    assert run.lines()[-2:] == ["one", "two"]


def test_all_else_that_snakemake_says_is_passed_on_but_for_its_noise(run):
    follower = run.begin()
    follower.take(record("Select jobs to execute..."))
    follower.take(record(None, event="progress", done=1, total=3))
    follower.take(record("    * Specify a container"))
    follower.take(record("of an event of tomorrow", event="tomorrow"))
    follower.take(record("A rule is broken", logging.ERROR, event="error"))
    assert run.lines()[1:] == [
        "    * Specify a container", "of an event of tomorrow", "A rule is broken"
    ]  # fmt: skip


def test_a_dry_run_lists_what_would_run_and_then_how_many(run):
    follower = run.begin(dry_run=True)
    follower.take(info(5, "Train mnist", run.log, why="forced"))
    follower.take(record("Job stats:\ntrain 1", event="run_info", stats={}))
    assert run.lines() == ["Train mnist (forced)", "", "Job stats:", "train 1"]


def test_plain_lines_tell_of_a_running_job_only_when_its_log_went_on(run, monkeypatch):
    monkeypatch.setattr(screen, "EVERY", 0.01)
    follower = run.begin()
    run.log.write_text("epoch 1/3  D 0.5\n")
    follower.take(info(5, "Train", run.log, why="forced"))
    deadline = 200
    while len(run.lines()) < 2 and deadline:
        follower.screen.ended.wait(0.05)
        deadline -= 1
    follower.screen.close()
    follower.screen.thread.join()
    assert run.lines()[1].endswith("Train: epoch 1/3  D 0.5 (forced)")
    assert follower.news(0) == []
    with open(run.log, "a") as file:
        file.write("epoch 2/3  D \x1b[31m0.4\n")
    assert follower.news(60) == [], "a job of a moment is told when it ends"
    (line,) = follower.news(0)
    assert line.endswith("Train: epoch 2/3  D  [31m0.4 (forced)"), (
        "a log's control characters are not"
    )


class Tty(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


def test_a_terminal_shows_running_jobs_below_the_lines_and_is_left_as_it_was(run, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Tty()
    follower = run.begin(stream=stream)
    run.log.write_text("epoch 1/3  D 0.5\n")
    follower.take(info(5, "Train", run.log))
    assert "epoch 1/3  D 0.5" in stream.getvalue()
    assert "0 of 3 jobs done" in stream.getvalue()
    follower.take(record(event="job_finished", job_id=5))
    written = stream.getvalue()
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l"), "the cursor is hidden"
    assert follower.screen.live is None


def test_why_a_job_runs_is_found_where_its_record_is_made_and_never_fails_it():
    job = info(1, "x", "y", reason="Forced execution")
    assert note_before(job)
    assert job.why == "forced"
    odd = record(event="job_info", log=[])
    assert note_before(odd)
    assert odd.why == ""
    assert note_before(record("Select jobs"))

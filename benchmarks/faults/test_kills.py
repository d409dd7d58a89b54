"""A few of the kills of the campaign; `make faults` tries many."""

import os
import signal
import time

from .conftest import holds
from .kills import killed_stages, restart, start, stopped_stages
from .stages import small_project


def test_killed_stages_leave_no_part_and_end_with_the_same_bits(folder):
    holds(killed_stages(5, 1, folder), 5)


def test_stopped_stages_leave_in_order_and_end_with_the_same_bits(folder):
    holds(stopped_stages(5, 1, folder), 5)


def test_a_run_killed_at_work_finishes_by_the_line_that_it_prints(folder):
    project = small_project(folder / "killed" / "a project")
    target = "data/prepared/digits/meta.json"
    process = start(project, target)
    while not any((project.root / ".snakemake/locks").glob("*")):
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert restart(project, target) == ([], "after the printed line")
    assert (project.root / target).exists()

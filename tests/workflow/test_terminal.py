"""The terminal of a real Snakemake, on a workflow of a moment."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SNAKEFILE = """
rule all:
    input: "well", "badly", "late"
rule well:
    output: "well"
    log: "well.log"
    message: "Do well"
    shell: "echo 'epoch 1/1  D 0.5' > {log}; touch {output}"
rule badly:
    output: "badly"
    log: "badly.log"
    message: "Do badly"
    shell: "echo 'deepgen do: it cannot: mend it' > {log}; exit 3"
rule late:
    output: "late"
    log: "late.log"
    message: "Do late"
    shell: "touch begun; sleep 600; touch {output}"
"""


@pytest.fixture
def start(tmp_path):
    """Starts Snakemake with the project's default profile, in a process group of its own."""
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    profile = ["--workflow-profile", str(ROOT / "profiles/default")]

    def start(*arguments):
        return subprocess.Popen(
            ["snakemake", "--cores", "2", *profile, *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # Ctrl-C, also where pytest itself was started in the background, which ignores it
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    return start


def test_a_job_is_a_line_a_failure_its_sentence_and_the_log_file_has_it_all(start, tmp_path):
    process = start("well", "badly")
    said = process.communicate()[0]
    assert process.returncode == 1
    assert re.search(r"^ +\[1/\d\] +\d+ s  Do well: epoch 1/1  D 0.5$", said, re.MULTILINE)
    assert re.search(r"^ +FAILED +\d+ s  Do badly: it cannot: mend it$", said, re.MULTILINE)
    assert "At least one job did not complete successfully" in said
    assert "\x1b" not in said
    assert "Reason" not in said
    (log,) = (tmp_path / ".snakemake/log").iterdir()
    full = log.read_text()
    assert "Reason: Missing output files: well" in full
    assert "mend it' > badly.log" in full, "the command"


def test_ctrl_c_says_what_stopped(start, tmp_path):
    process = start("late")
    while not (tmp_path / "begun").exists():
        time.sleep(0.1)
        assert process.poll() is None, process.communicate()[0]
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=300)[0]
    assert process.returncode != 0
    assert re.search(r"^ +stopped +\d+ s  Do late", said, re.MULTILINE), said
    assert "Traceback" not in said


def test_a_dry_run_is_a_line_a_job_and_with_p_all_that_snakemake_says(start):
    said = start("-n", "well").communicate()[0]
    assert "\nDo well\n" in said
    assert "Reason" not in said
    said = start("-n", "-p", "well").communicate()[0]
    assert "Reason: Missing output files: well" in said
    assert "touch well" in said

"""`make` with a run that does not exist, or whose results have another name."""

import shutil
import subprocess

import pytest

make = shutil.which("make")
pytestmark = pytest.mark.skipif(make is None, reason="make is not installed")


def call(root, *words):
    command = [make, "--no-print-directory", "-n", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


@pytest.mark.parametrize("goal", [[], ["reproduce"], ["pdf"], ["publish"], ["unlock"]])
def test_a_run_without_a_file_is_one_sentence_with_those_there_are(root, goal):
    ended = call(root, *goal, "RUN=quik")
    assert ended.returncode != 0
    (line,) = ended.stderr.splitlines()
    assert "there is no run file config/quik.yaml: choose RUN from" in line
    assert {"paper", "quick", "laptop", "paper-cpu"} <= set(line.replace(".", " ").split())
    assert ended.stdout == ""


def test_what_needs_no_run_does_not_ask_for_one(root):
    assert call(root, "clean", "RUN=quik").returncode == 0


@pytest.mark.parametrize("run", ["paper", "paper-cpu"])
def test_pdf_and_publish_look_where_the_run_file_says(root, run):
    assert "deepgen publish results/paper\n" in call(root, "publish", f"RUN={run}").stdout
    said = call(root, "pdf", f"RUN={run}").stdout
    assert "--html results/paper/report/index.html --out results/paper/report/index.pdf" in said

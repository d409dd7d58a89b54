"""`deepgen estimate` before and after a run, and the line with which a run begins."""

import subprocess

import pytest


def estimate(project, *options):
    """Cells of the row of `digits`, and all that was printed."""
    command = ["deepgen", "estimate", "--configfile", "config/tiny.yaml", "--cores", "2", *options]
    result = subprocess.run(
        command, cwd=project.root, env=project.environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("digits ")]
    return (rows or [None])[0], result.stdout


@pytest.fixture
def only_tiny(project, monkeypatch):
    """The project as if its folder had no other run files, whose networks take a minute to time."""
    others = [p for p in project.root.glob("config/*.yaml") if p.name != "tiny.yaml"]
    for path in others:
        path.rename(path.with_suffix(".away"))
    yield project
    for path in others:
        path.with_suffix(".away").rename(path)


def test_only_what_is_missing_counts(only_tiny):
    row, text = estimate(only_tiny)
    assert row[1:3] == ["1", "10"]  # a seed; 2 epochs of 5 updates
    assert (float(row[-3]) > 0, row[-2:]) == (True, ["0", "timed"])
    assert "What is left of run tiny: about 0 seconds on 2 cores of this machine." in text
    assert "config/tiny.yaml  about 0 seconds  fits an hour" in text
    with only_tiny.configured(lambda content: content["training"].update(epochs=8)):
        row, _ = estimate(only_tiny)
    assert row[2] == "40"
    assert 0 < float(row[-2]) < 0.8 * float(row[-3])  # two epochs at least are done
    with only_tiny.configured(lambda content: content["training"].update(batch_size=50)):
        row, _ = estimate(only_tiny)
    assert float(row[-2]) == float(row[-3])


def test_a_short_run_is_announced_by_nobody(only_tiny):
    assert estimate(only_tiny, "--brief") == (None, "")
    assert "make reproduce takes" not in only_tiny.snakemake("-n", "--forceall")

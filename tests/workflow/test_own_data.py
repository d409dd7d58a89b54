"""Own pictures under Snakemake: what a touched, changed or moved folder makes run again."""

import os
import re
import subprocess

import pytest

from tests.data.made_pictures import put_pictures

from .project import Project

TARGET = "data/prepared/cats/train.npy"

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def cats(tmp_path_factory):
    """A project whose own set is prepared."""
    root = tmp_path_factory.mktemp("own") / "a project"
    root.mkdir()
    project = Project(root)
    put_pictures(root / "pictures", 70)
    command(project, "deepgen", "add-dataset", "pictures", "--name", "cats")
    snakemake(project, TARGET)
    return project


def command(project, *words):
    result = subprocess.run(
        words, cwd=project.root, env=project.environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def snakemake(project, *words):
    run = ("--cores", "2", "--configfile", "config/cats.yaml")
    return command(project, "snakemake", *words, *run)


def planned(project, *targets):
    stats = snakemake(project, "-n", *targets).partition("Job stats:")[2]
    return {rule for rule, _ in re.findall(r"^(\w+) +(\d+)$", stats, flags=re.MULTILINE)} - {
        "total"
    }


def test_nothing_runs_again_for_a_touch(cats):
    for path in (cats.root / "pictures").iterdir():
        os.utime(path)
    assert planned(cats, TARGET) == set()


def test_a_change_is_refused_until_its_digest_is_written_and_then_runs(cats):
    before = {path: path.read_bytes() for path in (cats.root / "pictures").iterdir()}
    put_pictures(cats.root / "pictures", 1, seed=7)
    words = ["snakemake", "-n", "--cores", "1", "--configfile", "config/cats.yaml"]
    refused = subprocess.run(
        words, cwd=cats.root, env=cats.environment, capture_output=True, text=True
    )
    assert refused.returncode != 0
    (digest,) = re.findall(r"write sha256: ([0-9a-f]{64})", refused.stdout + refused.stderr)
    assert "Traceback" not in refused.stderr
    path = cats.root / "config/experiments/cats.yaml"
    text = path.read_text()
    try:
        path.write_text(re.sub("[0-9a-f]{64}", digest, text))
        assert {"fetch_cats", "prepare_cats"} <= planned(cats, TARGET)
        snakemake(cats, TARGET)
        assert planned(cats, TARGET) == set()
    finally:
        path.write_text(text)
        for picture, content in before.items():
            picture.write_bytes(content)
    snakemake(cats, TARGET)


def test_a_moved_folder_is_fetched_and_its_arrays_stay_the_same(cats):
    arrays = (cats.root / TARGET).read_bytes()
    (cats.root / "pictures").rename(cats.root / "elsewhere")
    assert planned(cats, TARGET) == set()  # what was taken is enough
    path = cats.root / "config/experiments/cats.yaml"
    path.write_text(path.read_text().replace('path: "pictures"', 'path: "elsewhere"'))
    assert "fetch_cats" in planned(cats, TARGET)
    snakemake(cats, TARGET)
    assert (cats.root / TARGET).read_bytes() == arrays

"""The script of the first hour, on small data: clone, run, own pictures, one change, comparison."""

import os
import shutil
import subprocess

import pytest

from tests.data.made_pictures import put_pictures
from tests.workflow.project import ROOT, TINY, Project

pytestmark = pytest.mark.whole

# Who commits what the script clones
GIT = ("git", "-c", "user.name=test", "-c", "user.email=test@example.org")


# Of a report of own pictures, enough that every kind of stage has a job
FEW = ["training.epochs=1", "scores=[parzen]", "references.names=[]", "figures=[samples]"]


def test_the_first_hour_goes_through(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    project = Project(root)
    few = {"scores": ["parzen"], "references": {"names": []}, "figures": ["figure2a"]}
    project.write_yaml("config/tiny.yaml", TINY | {"overrides": {"digits": few}})
    for name in ("Makefile", "pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, root)
    for path in ROOT.glob("requirements*.lock"):
        shutil.copy(path, root)
    shutil.copytree(ROOT / "examples", root / "examples")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a small project"]):
        subprocess.run([*GIT, *words], cwd=root, check=True)
    put_pictures(tmp_path / "pictures", 70)

    clone = tmp_path / "first-hour/deepgen"
    environment = project.environment | {
        "PYTHONPATH": str(clone / "src"),
        "MAKEFLAGS": "-o .venv/.installed",  # what runs this test is installed
    }
    words = ["bash", root / "examples/first_hour.sh", "pictures", "tiny", *FEW]
    result = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "done: " in result.stdout

    results = clone / "results"
    for run in ("tiny", "mine", "slower"):
        assert (results / run / "report/index.html").is_file(), run
    assert (tmp_path / "first-hour/two-runs.png").stat().st_size > 10_000
    assert (tmp_path / "first-hour/samples.png").stat().st_size > 1_000
    own, changed = (
        (results / run / "mine/seed-1/selected.safetensors").read_bytes()
        for run in ("mine", "slower")
    )
    assert own != changed
    if shutil.which("chromium") and os.geteuid() == 0:
        assert (tmp_path / "first-hour/mine-390.png").stat().st_size > 10_000

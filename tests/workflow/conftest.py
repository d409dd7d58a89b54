"""A finished small run, made once, of which every file of tests has a copy."""

import json
import shutil
from pathlib import Path

import pytest

from .made_once import made_once
from .project import Project


def _finish(folder: Path) -> None:
    """The tiny run from its first job, with what was planned and trained beside it."""
    root = folder / "a project"  # the space is there for the shell commands of the rules
    root.mkdir()
    project = Project(root)
    plan = project.planned()
    with project.watched():
        updates = project.run()
    (folder / "first.json").write_text(json.dumps({"plan": plan, "updates": updates}))


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """The folder of the finished run, which no test changes."""
    return made_once(tmp_path_factory, "finished", _finish)


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory) -> Project:
    """A project in which the tiny run is finished; its own for each file of tests."""
    root = tmp_path_factory.mktemp("work") / "a project"
    shutil.copytree(finished / "a project", root, symlinks=True)
    project = Project.at(root)
    first = json.loads((finished / "first.json").read_text())
    project.first_plan, project.first_updates = first["plan"], first["updates"]
    return project

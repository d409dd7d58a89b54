"""A folder that all fault tests share, with one finished small run in it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .outcome import Outcome


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which other users may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def holds(outcome: Outcome, count: int = 1) -> None:
    """Assert that a fault was tried at least so often, and nothing failed."""
    assert outcome.failures == []
    assert outcome.tried >= count

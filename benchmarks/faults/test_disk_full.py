"""A few of the full disks of the campaign."""

import pytest

from .conftest import holds
from .disk_full import disk_full, may_mount


@pytest.mark.skipif(not may_mount(), reason="only root can mount a small file system")
def test_a_full_disk_is_one_sentence_and_harms_nothing(folder):
    holds(disk_full(5, 1, folder), 5)

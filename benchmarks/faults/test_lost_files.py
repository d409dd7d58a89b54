"""A few of the lost files of the campaign."""

from .conftest import holds
from .lost_files import HARMS, lost_files


def test_lost_files_come_back_with_the_same_bits(folder):
    holds(lost_files(len(HARMS), 1, folder), len(HARMS))

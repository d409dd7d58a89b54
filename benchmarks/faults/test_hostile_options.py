"""A few of the command lines of the campaign."""

from .conftest import holds
from .hostile_options import hostile_options


def test_options_that_nobody_means_are_refused_in_a_sentence(folder):
    holds(hostile_options(25, 1, folder), 25)

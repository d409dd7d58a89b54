"""Each kind of source that misbehaves, once."""

from tests.data.hostile_server import ANSWERS, SLOW

from .conftest import holds
from .hostile_sources import SPECIAL, hostile_sources


def test_every_failure_of_a_source_leads_to_the_next(folder):
    count = len(ANSWERS) + len(SLOW) + len(SPECIAL)
    holds(hostile_sources(count, 1, folder), count)

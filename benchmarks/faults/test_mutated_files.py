"""A few of the spoilt files of the campaign; `make faults` tries many."""

from .conftest import holds
from .mutated_files import mutated_checkpoints, mutated_data


def test_spoilt_data_are_refused_in_a_sentence_or_taken_as_another_input(folder):
    holds(mutated_data(20, 1, folder), 20)


def test_spoilt_checkpoints_are_refused_or_change_no_bit(folder):
    holds(mutated_checkpoints(15, 1, folder), 15)

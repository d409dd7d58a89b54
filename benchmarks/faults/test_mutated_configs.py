"""A few of the configurations of the campaign; `make faults` tries many."""

from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import holds
from .mutated_configs import MUTATIONS, Spoiled, judge, mutated_configs, outcome_of
from .outcome import Outcome


def test_every_mutation_is_refused_in_a_sentence_or_taken_as_it_says(folder):
    holds(mutated_configs(len(MUTATIONS), 1, folder), len(MUTATIONS))


def test_any_mutation_of_any_file_is(folder):
    spoiled = Spoiled(folder / "any")

    @settings(max_examples=30, deadline=None, derandomize=True, database=None)
    @given(st.sampled_from(MUTATIONS), st.randoms(use_true_random=False))
    def check(mutation, rng):
        outcome = Outcome("one mutation")
        outcome_of(spoiled, mutation, rng, outcome)
        holds(outcome)

    check()


def test_an_oracle_that_is_told_of_no_change_notices_one():
    before = {"run": {}, "experiments": {"mnist": {"seeds": [1], "title": "A"}}}
    after = {"run": {}, "experiments": {"mnist": {"seeds": [2], "title": "A"}}}
    assert "which the file does not say" in judge({}, before, after)[1]
    told = {("overrides", "mnist", "seeds", 0): 3}
    assert "where the file says 3" in judge(told, before, after)[1]
    assert judge({("overrides", "mnist", "seeds", 0): 2}, before, after)[1] == ""

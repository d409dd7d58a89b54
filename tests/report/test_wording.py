"""Which checkpoint a rule keeps, in words that are true of the budget."""

import pytest

from deepgen.report.wording import kept

RULE = {"rule": "validation_parzen", "every": 5}


@pytest.mark.parametrize(("epochs", "scored"), [(None, True), (5, True), (4, False), (1, False)])
def test_a_score_chooses_only_if_there_was_one(epochs, scored):
    text = kept(RULE, epochs)
    assert ("best Parzen score" in text) == scored
    assert ("the last checkpoint, because training ended before the first" in text) == (not scored)


def test_the_last_checkpoint_by_rule_needs_no_reason():
    assert kept({"rule": "last", "every": 5}, 3) == "the last checkpoint"


def test_each_scoring_rule_says_what_it_scores():
    text = kept({"rule": "validation_likelihood", "every": 1}, 3)
    assert text == (
        "the checkpoint with the best log-likelihood of validation images, scored every epoch"
    )

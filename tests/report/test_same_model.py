"""The selected and the last checkpoint share a line if, and only if, they are one model."""

import pytest
from made_scores import ROWS, SCORES

from deepgen.report.long_form import long_form
from deepgen.report.parzen import parzen_printed
from deepgen.report.same_model import mark_same_models
from deepgen.report.scores import scores_printed

RANK = {"pixels": {"value": 8.0, "standard_error": 1.0, "num_samples": 9, "num_test_examples": 9}}


def labels(first, second, last_first, last_second, printed):
    """Of the two checkpoints' lines; every model has the same C_T."""
    results = []
    for row, score in zip(ROWS, (first, second, last_first, last_second), strict=False):
        results += [(row, "parzen", score), (row, "data_copying", RANK)]
    results.append((ROWS[0], "parzen_spread", {"of": "the selected checkpoint of the first seed"}))
    results.append((ROWS[0], "sampling", {"ways": ["of the selected checkpoint, too"]}))
    marked = mark_same_models(results)
    name, score = {"parzen": ("parzen", "parzen"), "scores": ("scores", "data_copying")}[printed]
    table = long_form(name, [result for result in marked if result[1] == score])
    (part,) = {"parzen": parzen_printed, "scores": scores_printed}[printed](table)
    return [row.label for row in part.blocks[0].rows]


@pytest.mark.parametrize("printed", ["parzen", "scores"])
def test_equal_numbers_of_all_scores_and_seeds_make_one_line(printed):
    a, b, c, _, _ = SCORES
    both = "Adversarial nets, selected and last checkpoint"
    assert labels(a, b, a, b, printed) == [both]
    # One seed of two kept an earlier model; its C_T alone does not tell
    apart = ["Adversarial nets, selected checkpoint", "Adversarial nets, last checkpoint"]
    assert labels(a, b, a, c, printed) == apart

"""The table of what the ± of a Parzen score leaves out."""

from made_run import parzen, parzen_spread
from made_scores import row

from deepgen.report.long_form import long_form
from deepgen.report.parzen_spread import parzen_spread_printed


def test_each_model_has_a_line_and_each_estimator_its_three_errors():
    second = row("selected", 3, "Another", experiment="other")
    content = parzen_spread(parzen(200.0))
    results = [(own, "parzen_spread", content) for own in (row("selected", 1), second)]
    table = long_form("parzen_spread", results)
    (printed,) = parzen_spread_printed(table)
    (block,) = printed.blocks
    assert [line.label for line in block.rows] == [
        "Adversarial nets, selected checkpoint",
        "Another, selected checkpoint",
    ]
    for line in block.rows:
        assert [cell.text for cell in line.cells] == ["2.00", "3.25", "0"] * 2
    assert block.rows[0].cells[0].sources == ("mnist/seed-1/selected/parzen_spread.json",)
    assert len(set(printed.columns)) == len(printed.columns) == 7
    assert "over test images" in printed.notes[0]
    assert "6 sets of samples" in printed.notes[0]
    assert "200 choices" in printed.notes[0]


def test_without_such_an_error_there_is_no_table():
    assert parzen_spread_printed(long_form("parzen_spread", [])) == []

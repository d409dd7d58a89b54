"""How Markdown and LaTeX write a table."""

from html import escape

from markdown_it import MarkdownIt

from deepgen.report.printed import (
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    to_latex,
    to_markdown,
)


def _table(text, prose=False):
    blocks = [PrintedBlock("Block", [PrintedRow("row", [Cell(text, ("a.json",)), Cell("2")])])]
    return PrintedTable("Title", ["", "One", "Two"], blocks, ["A note."], prose)


def test_latex_escapes_what_latex_would_read():
    text = to_latex([_table("50% & \\more_ ± 1 — x²")])
    assert "50\\% \\& \\textbackslash{}more\\_ $\\pm$ 1 --- x$^2$ & 2 \\\\" in text
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 1
    assert r"\begin{tabular}{lrr}" in text
    assert r"\multicolumn{3}{l}{\emph{Block}}" in text


def test_prose_wraps_in_latex_and_is_not_aligned_right():
    assert to_latex([_table("words", prose=True)]).count(r"p{0.40\linewidth}") == 2
    assert "| --- | --- | --- |" in to_markdown([_table("words", prose=True)])
    assert "| --- | ---: | ---: |" in to_markdown([_table("1")])


def test_markdown_makes_no_link_of_a_cell():
    for text in (
        "[x](javascript:alert(1))",
        "![x](http://example.org/a.png)",
        "[x][y]",
        "<javascript:alert(1)>",
        "&#91;x&#93;(javascript:alert(1))",
    ):
        html = MarkdownIt("commonmark").enable("table").render(to_markdown([_table(text)]))
        assert "href" not in html
        assert "<img" not in html
        assert escape(text) in html


def test_markdown_keeps_a_cell_in_its_column():
    text = to_markdown([_table("a|b*c"), _table("d")])
    assert "| row | a\\|b\\*c | 2 |" in text
    assert text.count("**Title**") == text.count("- A note.") == 2

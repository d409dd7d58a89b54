"""A table as people read it, and how Markdown and LaTeX write it (HTML has its own template)."""

import math
from dataclasses import dataclass, field

import pandas as pd

DASH = "–"


@dataclass(frozen=True)
class Cell:
    """One text, and the artefacts that its number comes from.

    `sources` are paths relative to `results/<run>/`, one a seed, as
    `mnist/seed-1/selected/parzen.json`; empty for a published number and for words.
    """

    text: str
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


EMPTY = Cell(DASH)


@dataclass
class PrintedRow:
    """One line: its label and one cell a column."""

    label: str
    cells: list[Cell]


@dataclass
class PrintedBlock:
    """Lines that belong together."""

    title: str
    rows: list[PrintedRow]


@dataclass
class PrintedTable:
    """One table.

    `columns` begins with the heading of the labels; `prose` says that its cells are words, not
    numbers; a note that comes from artefacts is a cell.
    """

    title: str
    columns: list[str]
    blocks: list[PrintedBlock]
    notes: list[str | Cell] = field(default_factory=list)
    prose: bool = False

    @property
    def width(self) -> int:
        """Columns beside the labels."""
        return len(self.columns) - 1


def number(value: float | None, digits: int = 1) -> str:
    """A number for a cell, with thousands marked; a dash for a missing one.

    Example:
        >>> number(1234.56), number(-0.5), number(None), number(12, 0)
        ('1,234.6', '−0.5', '–', '12')
    """
    return DASH if pd.isna(value) else f"{value:,.{digits}f}".replace("-", "−")


def measure(value: float | None) -> str:
    """A measured number for a cell, with three significant digits; a dash for a missing one.

    Example:
        >>> measure(0.06123), measure(27.94), measure(4321.5), measure(None)
        ('0.0612', '27.9', '4,322', '–')
    """
    if pd.isna(value) or value == 0:
        return number(value, 0)
    return number(value, max(0, 2 - math.floor(math.log10(abs(value)))))


def span(low: float, high: float) -> str:
    """The lowest and the highest of several numbers, or the one that they all are.

    Example:
        >>> span(5, 5), span(5, 1500)
        ('5', '5 to 1,500')
    """
    one, other = number(low, 0), number(high, 0)
    return one if one == other else f"{one} to {other}"


def to_markdown(tables: list[PrintedTable]) -> str:
    """Each table in Markdown, with its title above and its notes below."""
    return "\n".join(_markdown(table) for table in tables)


def to_latex(tables: list[PrintedTable]) -> str:
    r"""Each table in LaTeX for `\usepackage{array, booktabs}`, with its notes."""
    return "\n".join(_latex(table) for table in tables)


def _markdown(table: PrintedTable) -> str:
    def safe(text: str) -> str:
        return "".join(f"\\{c}" if c in "\\|*_<`[]&" else c for c in text)

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    rule = ["---"] + ["---" if table.prose else "---:"] * table.width
    head = [line([safe(name) for name in table.columns]), line(rule)]
    body = []
    for block in table.blocks:
        if block.title:
            body.append(line([f"*{safe(block.title)}*"] + [""] * table.width))
        body += [line([safe(text) for text in _texts(row)]) for row in block.rows]
    notes = [f"- {safe(str(note))}" for note in table.notes]
    return "\n".join([f"**{safe(table.title)}**", "", *head, *body, "", *notes, ""])


_LATEX = {
    "\\": r"\textbackslash{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "σ": r"$\sigma$",
    "Σ": r"$\Sigma$",
    "†": r"$\dagger$",
    "–": "--",
    "—": "---",
    "−": "$-$",
    "²": "$^2$",
    "“": "``",
    "”": "''",
}
_LATEX |= {character: f"\\{character}" for character in "&%$#_{}"}
_LATEX |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _latex(table: PrintedTable) -> str:
    def safe(text: str) -> str:
        return "".join(_LATEX.get(character, character) for character in text)

    def line(cells: list[str]) -> str:
        return " & ".join(safe(cell) for cell in cells) + r" \\"

    # Words share the line's width: columns of paragraphs, ragged because they are narrow
    share = rf">{{\raggedright\arraybackslash}}p{{{0.8 / max(table.width, 1):.2f}\linewidth}}"
    columns = (share if table.prose else "r") * table.width
    lines = [r"\begin{table}", r"\centering", rf"\caption{{{safe(table.title)}}}"]
    lines += [rf"\begin{{tabular}}{{l{columns}}}", r"\toprule", line(table.columns)]
    for block in table.blocks:
        lines.append(r"\midrule")
        if block.title:
            title = rf"\emph{{{safe(block.title)}}}"
            lines.append(rf"\multicolumn{{{table.width + 1}}}{{l}}{{{title}}} \\")
        lines += [line(_texts(row)) for row in block.rows]
    lines += [r"\bottomrule", r"\end{tabular}", "", r"\smallskip\footnotesize\raggedright"]
    lines += [safe(str(note)) + r"\par" for note in table.notes]
    return "\n".join([*lines, r"\end{table}", ""])


def _texts(row: PrintedRow) -> list[str]:
    return [row.label, *(cell.text for cell in row.cells)]

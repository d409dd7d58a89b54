"""Docstrings for the site: their formulas are plain text, which Markdown would garble.

`x * y`, `D_1` and `p(x | z)` stand there as a person types them; only backticks, lists and
indented lines, which are formulas or code, mean something.
"""

import re
from itertools import groupby

import griffe

MARKS = re.compile(r"([\\*_{}\[\]#])")
CODE = re.compile(r"(`+[^`]+`+)")


class PlainText(griffe.Extension):
    """Escapes the text of every section of every docstring."""

    def on_object(self, *, obj: griffe.Object, **_) -> None:
        if not obj.docstring:
            return
        for section in obj.docstring.parsed:  # kept by griffe, and what the templates read
            if section.kind is griffe.DocstringSectionKind.text:
                section.value = as_markdown(section.value)
            elif section.kind is griffe.DocstringSectionKind.admonition:  # `Example:`
                section.value.description = f"```pycon\n{section.value.description}\n```"
            else:
                for item in section.value:
                    item.description = as_markdown(item.description)


def as_markdown(text: str) -> str:
    """Text in which only backticks, lists and indented lines are marks."""
    parts = []
    for code, lines in groupby(text.splitlines(), key=lambda line: line.startswith("    ")):
        if code:
            parts.append("\n".join(["", "```text", *(line[4:] for line in lines), "```", ""]))
        else:
            parts.append(re.sub(r"(?<=:)\n(?=- )", "\n\n", "\n".join(map(_escaped, lines))))
    return "\n".join(parts)


def _escaped(line: str) -> str:
    pieces = CODE.split(line)
    pieces[::2] = [
        MARKS.sub(r"\\\1", piece).replace("&", "&amp;").replace("<", "&lt;")
        for piece in pieces[::2]
    ]
    return "".join(pieces)

"""Symbols with an index, such as p_data, as HTML."""

import re

from markupsafe import Markup, escape

# One letter or an operator; longer words with an underscore are names of files and settings
SYMBOL = re.compile(r"\b(?P<base>[A-Za-z]|max|min|sum)_(?P<index>[A-Za-z]+|\d+)\b")


def typeset(text: str) -> Markup:
    """A text for HTML, escaped, in which indices are set low.

    Example:
        >>> print(typeset("p_g < p_data; max_D V of figure2b_lfw"))
        <i>p</i><sub>g</sub> &lt; <i>p</i><sub>data</sub>; max<sub>D</sub> V of figure2b_lfw
    """
    return Markup(SYMBOL.sub(_html, str(escape(text))))


def _html(found: re.Match) -> str:
    base = found["base"]
    return f"{f'<i>{base}</i>' if len(base) == 1 else base}<sub>{found['index']}</sub>"

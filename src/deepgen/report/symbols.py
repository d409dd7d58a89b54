"""Symbols with an index, such as p_data, as HTML."""

import re

from markupsafe import Markup, escape

# Those of the captions alone, because x_1 may be the name of somebody's file
SYMBOL = re.compile(r"\b(p_g|p_data|p_z|C_T|max_D|min_G)\b")


def typeset(text: str) -> Markup:
    """A text for HTML, escaped, in which indices are set low.

    Example:
        >>> print(typeset("p_g < p_data; max_D V of figure2b_lfw"))
        <i>p</i><sub>g</sub> &lt; <i>p</i><sub>data</sub>; max<sub>D</sub> V of figure2b_lfw
    """
    return Markup(SYMBOL.sub(_html, str(escape(text))))


def _html(found: re.Match) -> str:
    base, _, index = found[0].partition("_")
    return f"{f'<i>{base}</i>' if len(base) == 1 else base}<sub>{index}</sub>"

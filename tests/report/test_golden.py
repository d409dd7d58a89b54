"""Every page of a made run, word for word and link for link, as `golden/<page>.txt` has it.

`GOLDEN=write pytest tests/report/test_golden.py` writes the files anew, for the diff to be read.
"""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_pages import written
from made_run import PAGES, MadeRun

GOLDEN = Path(__file__).parent / "golden"
BLOCKS = {"p", "li", "tr", "h1", "h2", "h3", "figcaption", "caption", "dt", "dd", "summary", "div"}
LINES = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- ", "caption": "Table: "}


class Words(HTMLParser):
    """What a page says, a line a block; cells end with |, and links have their address behind."""

    def __init__(self, page: str):
        super().__init__()
        self.text, self.address, self.hidden = "", "", False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.hidden = tag == "style" or (self.hidden and tag != "body")
        if tag in BLOCKS or tag == "img":
            self.text += "\n" + LINES.get(tag, "")
        if tag == "img":
            self.text += f"[image: {found['alt']}]"
        self.address = found.get("href", "") if tag == "a" else self.address
        if found.get("id"):
            self.text += f"\n<{found['id']}>\n"

    def handle_endtag(self, tag):
        if tag == "a":
            self.text += f" ({self.address})"
        elif tag in ("td", "th"):
            self.text += " |"
        elif tag == "style":
            self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.text += " " * (data[:1].isspace()) + " ".join(data.split())
            self.text += " " * (data[-1:].isspace())


def words_of(page):
    lines = (re.sub(r"[ \u00a0]+", " ", line).strip() for line in Words(page).text.split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_said(page, tmp_path):
    found, path = words_of(written(MadeRun(tmp_path), page)), GOLDEN / f"{page}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")

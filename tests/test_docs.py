"""Links of the documentation lead somewhere in the repository, and the site has every page."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "config/README.md", "benchmarks/README.md")
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / name for name in READMES)])
LINK = re.compile(r'(?:\]\(|(?:src|href)=")(?!\w+:)([^)#"\s]*)(?:#([^)"\s]+))?')
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    wrong = [
        f"{path}#{heading or ''}"
        for path, heading in LINK.findall(text)
        if not (target := page.parent / path if path else page).exists()
        or (heading and target.suffix == ".md" and heading not in headings(target))
    ]
    assert wrong == []


def headings(page):
    """The anchors of a page's headings, as code hosts and the site make them."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text).strip().lower().replace(" ", "-") for text in found}


def test_the_site_has_every_page():
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    named = {page for page in leaves(nav) if not page.startswith("api/")}
    made_of_readmes = {"index.md", "settings.md", "benchmarks.md"}
    assert named == {path.name for path in (ROOT / "docs").glob("*.md")} | made_of_readmes


def leaves(entries):
    for entry in entries:
        for value in entry.values():
            yield from leaves(value) if isinstance(value, list) else [value]

"""Links from a page to the files behind its numbers.

A page lies in `results/<run>/report/`, so the artefact `mnist/seed-1/history.csv` of the run is
`../mnist/seed-1/history.csv`. A published page lies in `reports/<run>/`, beside its evidence.
"""

import re
from html import unescape
from pathlib import PurePosixPath

from deepgen.errors import DeepgenError
from deepgen.places import Place

_EVIDENCE = re.compile(r'href="\.\./([^"]*)"')
_HREF = re.compile(r'(?:href|src)="([^"]*)"')
_PICTURE = re.compile(r'(<figure id="([^"]*)">\s*<img src=")data:image/png;base64,[^"]*')
_PDF = re.compile(r' <a class="screen" href="figures/[^"]*\.pdf">PDF</a>')


def labelled(sources: tuple[str, ...]) -> list[tuple[str, str]]:
    """(address, label) of each artefact behind one number, for a page of `results/<run>/report/`.

    The label is the seed if every source has one of its own, else the number of the source.

    Args:
        sources: Paths relative to `results/<run>/`.

    Example:
        >>> labelled(("mnist/seed-7/history.csv",)), labelled(("a.csv",))
        ([('../mnist/seed-7/history.csv', 'seed 7')], [('../a.csv', 'source 1')])
    """
    places = [found[0] for source in sources if (found := Place.parse(source))]
    seeds = [place.seed for place in places if place.seed is not None]
    if len(set(seeds)) == len(sources):
        names = [f"seed {seed}" for seed in seeds]
    else:
        names = [f"source {number}" for number, _ in enumerate(sources, 1)]
    return [(f"../{source}", name) for source, name in zip(sources, names, strict=True)]


def evidence(page: str) -> list[str]:
    """Artefacts that a page of `results/<run>/report/` links, relative to `results/<run>/`.

    Raises:
        DeepgenError: if a link leaves the run.
    """
    names = list(dict.fromkeys(unescape(name) for name in _EVIDENCE.findall(page)))
    if outside := [n for n in names if ".." in PurePosixPath(n).parts or n.startswith("/")]:
        raise DeepgenError(f"the report links {outside[0]}, outside its run: make it again")
    return names


def beside(page: str) -> str:
    """The same page for a folder that holds its evidence: `../mnist/...` becomes `mnist/...`."""
    return _EVIDENCE.sub(r'href="\1"', page)


def pictures_beside(page: str) -> str:
    """The same page with its pictures as files of `figures/` and without links to their PDFs."""
    return _PDF.sub("", _PICTURE.sub(r"\1figures/\2.png", page))


def relative(page: str) -> list[str]:
    """Every file that a page links, without fragments, as its addresses say it."""
    addresses = (unescape(address) for address in _HREF.findall(page))
    files = (a.partition("#")[0] for a in addresses if not re.match(r"[a-z]+:", a))
    return list(dict.fromkeys(filter(None, files)))

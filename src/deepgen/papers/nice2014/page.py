"""The paper's page: its tables and figures under its numbers, with ours beside them."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepgen.papers.nice2014 import templates
from deepgen.papers.nice2014.published import FIGURE_3
from deepgen.papers.nice2014.table import likelihood_table
from deepgen.report.contents import Material, Picture
from deepgen.report.costs import costs_printed
from deepgen.report.parzen import parzen_printed
from deepgen.report.printed import to_latex, to_markdown
from deepgen.report.report import render
from deepgen.report.runs import unfinished
from deepgen.report.summary import summary
from deepgen.report.untrained import reasons
from deepgen.report.wording import listed

FOLDER = Path(templates.__file__).parent
HEADINGS = {
    "figure5": "Figure 5: samples",
    "figure6": "Figure 6: inpainting",
    "figure7": "Figure 7: a sphere of codes",
    "figure8": "Figure 8: scales of the components",
    "estimator": "A Parzen window against the exact likelihood",
}
# The sets that a figure of the paper shows
SHOWN = {
    "figure5": tuple(FIGURE_3),
    "figure6": ("MNIST",),
    "figure7": ("MNIST", "TFD"),
    "figure8": tuple(FIGURE_3),
}
_NAME = re.compile(r"/(?P<kind>figure\d|estimator)(?P<instead>_\w+)?$")


def page(material: Material, settings: dict[str, Any]) -> dict[str, str]:
    """The page and the tables beside it: {file: text}.

    Args:
        material: Of the paper's experiments.
        settings: As for `deepgen.report.report.index`, with the paper's experiments alone.
    """
    experiments, not_run = settings["experiments"], settings["not_run"]
    made, runs = material.made, material.runs
    titles = [e["dataset_title"] for e in experiments.values()]
    shown = [*FIGURE_3, *dict.fromkeys(title for title in titles if title not in FIGURE_3)]
    table = likelihood_table(made.likelihoods, runs, experiments, shown)
    trained = experiments | settings["first_phases"]
    short = {name: unfinished(name, trained, runs) for name in experiments}
    untrained = reasons(made.parzen)
    pictures = {kind: _of(kind, material.pictures, short, untrained) for kind in HEADINGS}
    contents = {
        "likelihood": "Figures 3 and 4: log-likelihoods",
        **{kind: heading for kind, heading in HEADINGS.items() if pictures[kind]},
        "parzen": "Parzen scores of the samples",
        "costs": "Costs",
    }
    html = render(
        "page.html",
        material,
        settings,
        FOLDER,
        paper=settings["papers"][0],
        summary=[summary(made, runs, experiments, not_run)],
        contents=contents,
        likelihood=[table],
        pictures={kind: found for kind, found in pictures.items() if found},
        parzen=parzen_printed(made.parzen),
        costs=[costs_printed(material.costs, experiments)],
    )
    return {
        f"{settings['page']}.html": html,
        "tables/nice.md": to_markdown([table]),
        "tables/nice.tex": to_latex([table]),
    }


def _of(
    kind: str, pictures: dict[str, Picture], short: dict[str, str], untrained: dict[str, str]
) -> list[Picture]:
    """The pictures of a figure of the paper, each with what it is of that."""
    found = []
    for name, picture in pictures.items():
        if (match := _NAME.search(name)) is None or match["kind"] != kind:
            continue
        heading = _heading(match, picture, short)
        if why := untrained.get(picture.name.partition("/")[0]):
            heading = f"Untrained. {why} {heading}".strip()
        found.append(replace(picture, heading=heading))
    return found


def _heading(match: re.Match, picture: Picture, short: dict[str, str]) -> str:
    """Only a finished training of the paper's recipe on a set of its figure rebuilds that.

    A figure of another recipe or set says so in its caption, if it is named so.
    """
    kind, owner = match["kind"], picture.name.partition("/")[0]
    if match["instead"] or kind not in SHOWN:
        return ""
    number = kind.removeprefix("figure")
    if picture.dataset not in SHOWN[kind]:
        return f"As Figure {number}, which shows {listed(list(SHOWN[kind]))}."
    if short.get(owner):
        return f"Figure {number} of the paper, after {short[owner]}."
    return f"Figure {number} of the paper, rebuilt."

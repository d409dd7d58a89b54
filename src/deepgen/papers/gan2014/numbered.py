"""The figures of the page under the paper's numbers, in its order, and what is missing."""

import re
from dataclasses import dataclass, replace
from typing import Any

from deepgen.report.contents import Picture
from deepgen.report.not_run import briefly

# The caption of Figure 2: what each of its panels shows
PANELS = {
    "a": ("MNIST", ""),
    "b": ("TFD", ""),
    "c": ("CIFAR-10", "fully connected model"),
    "d": ("CIFAR-10", "convolutional discriminator and “deconvolutional” generator"),
}
SHOWS = {"3": "MNIST"}  # figures without panels that are about one data set

# figure2a is the paper's; figure2b_lfw shows another data set in place of its 2 b
_NAME = re.compile(r"/figure(?P<number>\d+)(?P<panel>[a-z]?)(?P<instead>_[a-z0-9_]+)?$")


@dataclass(frozen=True)
class Missing:
    """A figure of the paper that this run does not have or does not show, and why."""

    heading: str
    reason: str


def figure(
    number: str,
    pictures: dict[str, Picture],
    unfinished: dict[str, str],
    untrained: dict[str, str],
    panel: str | None = None,
) -> list[Picture | Missing]:
    """What shows figure `number` of the paper, with headings, stand-ins last in their panel.

    Args:
        pictures: All of the page's.
        unfinished: {experiment: how far its training came}, as `8 of 1,500 epochs`; empty, or
            without the experiment, for a training that is finished.
        untrained: {experiment: why} of models whose figures stand under no number of the paper.
        panel: Only this one.
    """
    named = ((_NAME.search(name), picture) for name, picture in pictures.items())
    found = [(name, picture) for name, picture in named if name and name["number"] == number]
    found.sort(key=lambda entry: (entry[0]["panel"], _stands_in(*entry)))
    return [
        _untrained(name, picture, untrained[owner])
        if (owner := picture.name.partition("/")[0]) in untrained
        else replace(picture, heading=_heading(name, picture, unfinished.get(owner, "")))
        for name, picture in found
        if panel in (None, name["panel"])
    ]


def figure2(
    pictures: dict[str, Picture],
    not_run: list[dict[str, Any]],
    unfinished: dict[str, str],
    untrained: dict[str, str],
) -> list[Picture | Missing]:
    """Figure 2, panel by panel; a panel that the paper has and this run has not is named.

    Args:
        pictures, unfinished, untrained: As for `figure`.
        not_run: Experiments left out, each `dataset_title`, `model` (title), `figures` (names), and
            as `deepgen.report.not_run.state` takes it.
    """
    shown: list[Picture | Missing] = []
    for panel, (dataset, model) in PANELS.items():
        there = figure("2", pictures, unfinished, untrained, panel)
        if not any(f.heading.startswith(f"Figure 2 {panel} of the paper") for f in there):
            title = ", ".join(filter(None, [dataset, model]))
            none = ("not run.", f"No experiment of this run shows {dataset} in this way.")
            own = [briefly(e) for e in not_run if f"figure2{panel}" in e["figures"]]
            said, reason = own[0] if own else none
            shown.append(Missing(f"Figure 2 {panel} of the paper ({title}): {said}", reason))
        shown += there
        for entry in not_run:
            if any(name.startswith(f"figure2{panel}_") for name in entry["figures"]):
                said, reason = briefly(entry)
                title = f"{entry['dataset_title']}, {entry['model']}"
                shown.append(Missing(f"In place of Figure 2 {panel} ({title}): {said}", reason))
    return shown


def _stands_in(name: re.Match, picture: Picture) -> bool:
    """Whether it shows a data set that the paper's figure does not show."""
    return bool(name["instead"]) or _shows(name) not in ("", picture.dataset)


def _untrained(name: re.Match, picture: Picture, why: str) -> Missing:
    """What stands in the place of an untrained model's figure."""
    number = f"Figure {name['number']} {name['panel']}".strip()
    place = f"In place of {number}" if _stands_in(name, picture) else f"{number} of the paper"
    return Missing(f"{place} ({picture.dataset}): untrained.", why)


def _shows(name: re.Match) -> str:
    """The data set of the paper's figure; empty if it is about none."""
    panel = name["panel"] if name["number"] == "2" else ""
    return PANELS[panel][0] if panel in PANELS else SHOWS.get(name["number"], "")


def _heading(name: re.Match, picture: Picture, unfinished: str) -> str:
    """What comes before the caption; nothing if the caption says what it stands in for.

    Only a finished training on the data set of the paper's figure rebuilds it.
    """
    if name["instead"]:
        return ""
    number = f"{name['number']} {name['panel']}".strip()
    if _stands_in(name, picture):
        return f"As Figure {number}, which shows {_shows(name)}."
    if unfinished:
        return f"Figure {number} of the paper, after {unfinished}."
    return f"Figure {number} of the paper, rebuilt."

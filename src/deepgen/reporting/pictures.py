"""The figures of a page: which of the paper's each one is, in the paper's order, and what is
missing."""

import base64
import re
from dataclasses import dataclass
from typing import Any

# The caption of Figure 2: what each of its panels shows
PANELS = {
    "a": ("MNIST", ""),
    "b": ("TFD", ""),
    "c": ("CIFAR-10", "fully connected model"),
    "d": ("CIFAR-10", "convolutional discriminator and “deconvolutional” generator"),
}

# figure2a is the paper's; figure2b_lfw shows another data set in place of its 2 b
_PAPER = re.compile(r"/figure(\d+)([a-z]?)(_[a-z0-9_]+)?$")


@dataclass(frozen=True)
class Picture:
    """A figure as it is shown.

    Attributes:
        name: `<experiment>/<figure>`, or `theory/<figure>`.
        png: Bytes of the PNG.
        caption: Its text.
        dataset: Title of the data set; empty for theory.
        evidence: File behind the caption's numbers, relative to `results/<run>/`; empty if no one
            is named.
    """

    name: str
    png: bytes
    caption: str
    dataset: str = ""
    evidence: str = ""

    @property
    def number(self) -> str:
        """Which figure of the paper it belongs to, `2`; empty for a figure of our own."""
        found = _PAPER.search(self.name)
        return found[1] if found else ""

    @property
    def panel(self) -> str:
        """Its panel in the paper, `a`; empty if it has none."""
        found = _PAPER.search(self.name)
        return found[2] if found else ""

    @property
    def stands_in(self) -> bool:
        """Whether it shows a data set that the paper's figure does not show."""
        found = _PAPER.search(self.name)
        return bool(found and (found[3] or (found[1] == "3" and self.dataset != "MNIST")))

    @property
    def heading(self) -> str:
        """What comes before the caption."""
        if not self.number:
            return ""
        if self.number == "3" and self.stands_in:
            return "As Figure 3, which shows MNIST."
        if self.stands_in:
            return ""  # the caption says what it stands in for
        return f"Figure {f'{self.number} {self.panel}'.strip()} of the paper, rebuilt."

    @property
    def pdf(self) -> str:
        """Address of the PDF from a page of the report."""
        return f"figures/{self.name}.pdf"

    @property
    def data(self) -> str:
        """The image as a `data:` address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class Missing:
    """A figure of the paper that this run does not have, and why."""

    heading: str
    reason: str


def figure(number: str, pictures: dict[str, Picture]) -> list[Picture]:
    """What shows figure `number` of the paper, in its order, stand-ins last in their panel."""
    found = [picture for picture in pictures.values() if picture.number == number]
    return sorted(found, key=lambda picture: (picture.panel, picture.stands_in))


def figure2(pictures: dict[str, Picture], not_run: list[dict[str, Any]]) -> list[Picture | Missing]:
    """Figure 2, panel by panel; a panel that the paper has and this run has not is named.

    Args:
        pictures: All of the page's.
        not_run: Experiments left out, each `dataset_title` and `how_to_get`.
    """
    how = {entry["dataset_title"]: entry["how_to_get"] for entry in not_run}
    shown: list[Picture | Missing] = []
    for panel, (dataset, model) in PANELS.items():
        there = [p for p in figure("2", pictures) if p.panel == panel]
        if all(picture.stands_in for picture in there):
            title = ", ".join(filter(None, [dataset, model]))
            reason = how.get(dataset) or f"No experiment of this run shows {dataset} in this way."
            shown.append(Missing(f"Figure 2 {panel} of the paper ({title}): not run.", reason))
        shown += there
    return shown


def extras(pictures: dict[str, Picture], experiment: str) -> list[Picture]:
    """An experiment's figures that are not the paper's."""
    own = (p for p in pictures.values() if p.name.startswith(f"{experiment}/"))
    return [picture for picture in own if not picture.number]

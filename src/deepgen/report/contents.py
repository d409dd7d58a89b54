"""What a page is made of, already read, and its printed tables."""

import base64
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from deepgen.report.ablations import ablations_printed
from deepgen.report.costs import costs_printed
from deepgen.report.likelihoods import likelihoods_printed
from deepgen.report.long_form import Measured
from deepgen.report.parzen import parzen_printed
from deepgen.report.parzen_spread import parzen_spread_printed
from deepgen.report.printed import PrintedTable
from deepgen.report.sampling import sampling_printed
from deepgen.report.scores import scores_printed
from deepgen.report.summary import summary


@dataclass(frozen=True)
class Picture:
    """A figure as it is shown.

    Attributes:
        name: `<experiment or paper>/<figure>`.
        png: Bytes of the PNG.
        caption: Its text.
        dataset: Title of the data set; empty for a figure of a paper as a whole.
        evidence: File behind the caption's numbers, relative to `results/<run>/`, or empty.
        heading: What comes before the caption, in bold.
    """

    name: str
    png: bytes
    caption: str
    dataset: str = ""
    evidence: str = ""
    heading: str = ""

    @property
    def data(self) -> str:
        """The image as a `data:` address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class Material:
    """Everything a page shows.

    Attributes:
        made: Long forms of the scores.
        runs: One row a training, as `deepgen.report.runs.runs`.
        costs: As `deepgen.report.costs.costs`.
        pictures: {name: figure}, in the order of settings.
        manifests: {path label: manifest}.
        classifiers: {experiment: content of `classifier.json`} of those in whose features samples
            were compared, as far as it is known.
        ablations: As `deepgen.report.ablations.ablations`; none on the page of an experiment.
    """

    made: Measured
    runs: pd.DataFrame
    costs: pd.DataFrame
    pictures: dict[str, Picture]
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    classifiers: dict[str, dict[str, Any]] = field(default_factory=dict)
    ablations: pd.DataFrame | None = None


def tables(material: Material, settings: dict[str, Any]) -> dict[str, list[PrintedTable]]:
    """The printed tables of a page by what they show; a list is empty if nothing was measured.

    Args:
        material: Of the whole run, or of one experiment.
        settings: As for `deepgen.report.report.index`.
    """
    made, experiments = material.made, settings["experiments"]
    shown = {
        "summary": [summary(made, material.runs, experiments, settings["not_run"])],
        "likelihoods": likelihoods_printed(made.likelihoods),
        "parzen": parzen_printed(made.parzen),
        "ablations": [] if material.ablations is None else ablations_printed(material.ablations),
        "parzen_spread": parzen_spread_printed(made.parzen_spread),
        "sampling": sampling_printed(made.sampling, material.manifests),
        "scores": scores_printed(made.scores, material.classifiers),
        "costs": [costs_printed(material.costs, experiments)],
    }
    return {name: [t for t in found if t.blocks[0].rows] for name, found in shown.items()}

"""What the stages of the report are given: the rows, experiments and papers of a whole run."""

from typing import Any, Literal, Self

from pydantic import ConfigDict, model_validator

from deepgen.papers import PAPERS
from deepgen.typed import Name, Seed, Settings


class Row(Settings):
    """What was scored: a model or a reference."""

    experiment: Name
    dataset: str
    paper: Name | None = None
    model: str
    kind: Literal["model", "reference"]
    scores: list[Name]
    selection: Literal["selected", "last", ""]
    same_model: Literal["last"] | None = None
    seed: Seed | None = None
    source: str


class LeftOut(Settings):
    """An experiment that the run leaves out, or only counts."""

    model_config = ConfigDict(extra="allow")

    dataset_title: str


class Described(Settings):
    """What the report says of an experiment."""

    model_config = ConfigDict(extra="allow")

    title: str
    dataset_title: str
    settings: dict[str, Any]


class PaperOf(Settings):
    """What it says of a paper."""

    name: Literal[PAPERS]  # type: ignore[valid-type]
    title: str
    citation: str
    url: str


class Ablation(Settings):
    """What varies another experiment, or is varied."""

    ablation_of: Name | Literal[""]
    changed: str


class Tables(Settings):
    """All tables of scores."""

    rows: list[Row]
    ablations: dict[Name, Ablation] | None = None
    not_run: list[LeftOut]
    papers: list[Literal[PAPERS]]  # type: ignore[valid-type]


class Page(Settings):
    """A page of the report; `paper` is a paper's."""

    run: Name
    page: Name
    order: list[Name]
    experiments: dict[Name, Described]
    first_phases: dict[Name, Described]
    not_run: list[LeftOut]
    papers: list[PaperOf]
    figures: list[str]
    rows: list[Row]
    ablations: dict[Name, Ablation] | None = None
    paper: Literal[PAPERS] | None = None  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if set(self.order) != self.experiments.keys():
            raise ValueError("order must name all experiments")
        if self.page not in ("index", self.paper, *self.order):
            raise ValueError(f"page is {self.page!r}: must be index, a paper or an experiment")
        return self

"""The papers, listed: each is a folder whose module `paper` says what it is."""

import importlib
from types import ModuleType

from deepgen.figures.catalogue import FIGURES, STUDIES, Figure, Study

PAPERS = ("gan2014", "nice2014")


def paper_of(name: str) -> ModuleType:
    """The module that says what a paper is."""
    return importlib.import_module(f"deepgen.papers.{name}.paper")


def figures_of(paper: str | None) -> dict[str, Figure]:
    """The figures that an experiment of a paper, or of none, may have."""
    return FIGURES | (paper_of(paper).FIGURES if paper else {})


def studies_of(paper: str | None) -> dict[str, Study]:
    """The studies that make what these show, of a model or of samples."""
    own = paper_of(paper).STUDIES if paper else {}
    return STUDIES | {name: study for name, study in own.items() if study.of != "nothing"}


def needs(figure: Figure, paper: str | None) -> frozenset[str]:
    """Capabilities that a figure needs of the family, or its study does."""
    return figure.needs | (studies_of(paper)[figure.study].needs if figure.study else frozenset())

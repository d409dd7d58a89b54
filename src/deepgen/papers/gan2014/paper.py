"""Generative Adversarial Nets: what it is, its figures and what they need. Imports no torch."""

from dataclasses import replace

from deepgen.figures.catalogue import INTERPOLATION, SAMPLES, Figure, Study
from deepgen.papers.gan2014.settings import Gan2014

TITLE = "Generative Adversarial Nets"
CITATION = "Goodfellow et al., NIPS 2014"
URL = "https://arxiv.org/abs/1406.2661"
TABLES = ("table1.csv", "table1.md", "table1.tex", "table2.md", "table2.tex")  # of its page
SETTINGS = Gan2014  # the key `papers.gan2014` of a run file

# The parts of Figure 2, and what stands in for one: an open set, or networks and schedules of ours
FIGURES = {
    "figure2a": SAMPLES,
    "figure2a_ours": replace(
        SAMPLES, own={"instead": "In place of Figure 2 a, a recipe of ours. "}
    ),
    "figure2b": SAMPLES,
    "figure2b_lfw": replace(SAMPLES, own={"instead": "In place of Figure 2 b, which shows TFD. "}),
    "figure2c": SAMPLES,
    "figure2c_ours": replace(
        SAMPLES, own={"instead": "In place of Figure 2 c, networks of ours. "}
    ),
    "figure2d": SAMPLES,
    "figure2d_ours": replace(
        SAMPLES, own={"instead": "In place of Figure 2 d, networks of ours. "}
    ),
    "figure3": INTERPOLATION,
    "figure3_ours": replace(
        INTERPOLATION, own={"instead": "In place of Figure 3, a recipe of ours. "}
    ),
}

# About no experiment: Figure 1, the theory of sections 2 and 4, and the order of Table 1's models
STUDIES = {
    "theory": Study(
        "papers.gan2014.theory.theory",
        "nothing",
        ("figure1.npz", "theory.npz"),
        settings=("theory",),
    )
}
RUN_FIGURES = {
    "figure1": Figure("papers.gan2014.figures.figure1", {"figure1": "figure1.npz"}),
    "theory": Figure("papers.gan2014.figures.theory", {"theory": "theory.npz"}),
    "ranking": Figure(
        "papers.gan2014.figures.ranking",
        {},
        tables={name: name for name in ("parzen", "scores", "likelihoods")},
        compares="mnist",
    ),
}

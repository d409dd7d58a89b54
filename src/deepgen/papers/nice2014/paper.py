"""NICE: what it is, its figures and what they need. Imports no torch."""

from dataclasses import replace
from typing import Any

from deepgen.figures.catalogue import SAMPLES, Figure, Study
from deepgen.papers.nice2014.settings import Nice2014

TITLE = "NICE: Non-linear Independent Components Estimation"
CITATION = "Dinh, Krueger and Bengio, 2014"
URL = "https://arxiv.org/abs/1410.8516"
TABLES = ("nice.md", "nice.tex")  # of its page
SETTINGS = Nice2014  # the key `papers.nice2014` of a run file

STUDIES = {
    "inpainting": Study(
        "papers.nice2014.inpainting",
        "model",
        ("inpainting.npz",),
        reads=("test",),
        needs=frozenset({"log_prob"}),
        settings=("inpainting",),
    ),
    "sphere": Study(
        "papers.nice2014.sphere",
        "model",
        ("sphere.npz",),
        needs=frozenset({"prior", "decode"}),
        settings=("sphere",),
    ),
    "spectrum": Study(
        "papers.nice2014.spectrum", "model", ("spectrum.npz",), needs=frozenset({"scales"})
    ),
}


def _figure(study: str, **more: Any) -> Figure:
    return Figure(
        f"papers.nice2014.figures.{study}",
        {study: f"{{chosen}}/{study}.npz", "history": "{seed}/history.csv"},
        study=study,
        settings=STUDIES[study].settings,
        **more,
    )


FIGURES = {
    "figure5": SAMPLES,
    "figure5_lfw": replace(SAMPLES, own={"instead": "In place of Figure 5 b, which shows TFD. "}),
    "figure6": _figure("inpainting", spaces=("pixels",)),  # it starts uniform on (0, 1)
    "figure7": _figure("sphere"),
    "figure8": _figure("spectrum"),
    "estimator": Figure(
        "papers.nice2014.figures.estimator",
        {"history": "{seed}/history.csv"},
        needs=frozenset({"log_prob"}),
        settings=("images",),
        rules=("validation_likelihood_and_parzen",),
    ),
}
for _name in ("figure5", "figure6", "figure7", "figure8"):
    FIGURES[f"{_name}_ours"] = replace(
        FIGURES[_name], own={"instead": f"In place of Figure {_name[-1]}, a recipe of ours. "}
    )
RUN_FIGURES: dict[str, Figure] = {}  # about no experiment

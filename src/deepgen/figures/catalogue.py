"""The figures by name, and the studies that work out what they show. Imports no torch.

A paper adds its own in `deepgen.papers.<paper>.paper`, under the names that it gives them.
"""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Study:
    """Arrays that a figure shows, worked out from a model, samples or nothing.

    Attributes:
        module: Below `deepgen`, with `study(given, settings)`.
        of: What it starts from, of the selected checkpoint of the first seed.
        reads: Prepared splits, given in the scoring space.
        needs: Capabilities of the family.
        settings: Sections of the experiment, or of the paper's settings, that it uses.
        outputs: Files that it makes.
        fewest_samples: That it must be given.
    """

    module: str
    of: Literal["model", "samples", "nothing"]
    outputs: tuple[str, ...]
    reads: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    settings: tuple[str, ...] = ()
    fewest_samples: int = 0


@dataclass(frozen=True)
class Figure:
    """One figure of an experiment.

    Attributes:
        module: Below `deepgen`, with `draw` and `caption`.
        inputs: {role: file below the experiment's folder}, where `{seed}` is the folder of the
            first seed, `{chosen}` that of its selected checkpoint and `{fold}` that of the first
            fold.
        study: Name of the study that makes one of the inputs.
        scores: What the experiment must have been scored by.
        optional: {role: score}: inputs `{chosen}/<score>.json` that are there if the score is.
        settings: Sections of the experiment that it uses.
        own: Settings that are always the same.
    """

    module: str
    inputs: dict[str, str]
    study: str = ""
    scores: tuple[str, ...] = ()
    optional: dict[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    own: dict[str, Any] = field(default_factory=dict)


STUDIES = {
    "neighbours": Study(
        "evaluation.neighbours", "samples", ("neighbours.npz",), ("train",), fewest_samples=20
    ),
    "interpolation": Study(
        "samplers.interpolation",
        "model",
        ("interpolation.npz",),
        needs=frozenset({"prior", "decode"}),
        settings=("interpolation",),
    ),
}

SAMPLES = Figure(
    "figures.samples",
    {"samples": "{chosen}/samples.npy", "neighbours": "{chosen}/neighbours.npz"},
    study="neighbours",
    optional={"data_copying": "data_copying"},
)
INTERPOLATION = Figure(
    "figures.interpolation",
    {"interpolation": "{chosen}/interpolation.npz"},
    study="interpolation",
    settings=("interpolation",),
)
FIGURES = {
    "samples": SAMPLES,
    "interpolation": INTERPOLATION,
    "sigma_curve": Figure(
        "figures.sigma_curve",
        {"sigma_grid": "{chosen}/{fold}sigma_grid.csv", "sigma": "{chosen}/{fold}sigma.json"},
        scores=("parzen",),
    ),
    "training_curves": Figure("figures.training_curves", {"history": "{seed}/history.csv"}),
    "previews": Figure(
        "figures.previews",
        {"previews": "{seed}/previews.npy", "history": "{seed}/history.csv"},
    ),
}


def possible(capabilities: frozenset[str], scores: list[str]) -> list[str]:
    """The general figures that an experiment with these capabilities and scores can have."""
    return [
        name
        for name, figure in FIGURES.items()
        if (not figure.study or STUDIES[figure.study].needs <= capabilities)
        and set(figure.scores) <= set(scores)
    ]

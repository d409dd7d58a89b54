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
        settings: Sections of the experiment, or of its paper's settings, that it uses.
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
        needs: Capabilities of the family, beside those of its study.
        study: Name of the study that makes one of the inputs.
        scores: What the experiment must have been scored by.
        optional: As `inputs`, files `<score>.json`, left out where the experiment has no such score
            or, in `references/<name>/`, no such reference.
        settings: What it uses: sections of the experiment or of its paper's settings, where they
            have them, or `at_the_end` (of its objective), `published` (scores of its paper's
            table), `images` (numbers of a split).
        validated: Whether the training must take validation scores.
        rules: Those of `training.selection` that record what it shows; none where any will do.
        spaces: Scoring spaces in which it can be; none where it can be in all.
        own: Settings that are always the same.
        tables: Of a paper as a whole: {role: table of the run's scores, without suffix}.
        compares: Of a paper as a whole: the data set on which the run must have at least two of the
            models that the paper has published.
    """

    module: str
    inputs: dict[str, str]
    needs: frozenset[str] = frozenset()
    study: str = ""
    scores: tuple[str, ...] = ()
    optional: dict[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    own: dict[str, Any] = field(default_factory=dict)
    validated: bool = False
    rules: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    tables: dict[str, str] = field(default_factory=dict)
    compares: str = ""


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
    {
        "samples": "{chosen}/samples.npy",
        "neighbours": "{chosen}/neighbours.npz",
        "history": "{seed}/history.csv",
    },
    study="neighbours",
    optional={"data_copying": "{chosen}/data_copying.json"},
    settings=("sampler",),
)
INTERPOLATION = Figure(
    "figures.interpolation",
    {"interpolation": "{chosen}/interpolation.npz", "history": "{seed}/history.csv"},
    study="interpolation",
    settings=("interpolation",),
)
FIGURES = {
    "samples": SAMPLES,
    "interpolation": INTERPOLATION,
    "chain": Figure(
        "figures.chain",
        {"samples": "{chosen}/samples.npy", "history": "{seed}/history.csv"},
        needs=frozenset({"chains"}),
        settings=("sampler",),
    ),
    "sigma_curve": Figure(
        "figures.sigma_curve",
        {
            "sigma_grid": "{chosen}/{fold}sigma_grid.csv",
            "sigma": "{chosen}/{fold}sigma.json",
            "history": "{seed}/history.csv",
        },
        scores=("parzen",),
    ),
    "learning_curve": Figure(
        "figures.learning_curve",
        {"history": "{seed}/history.csv"},
        optional={"reference": "references/training-images/parzen.json"},
        settings=("num_samples", "published", "images"),
        validated=True,
    ),
    "training_curves": Figure(
        "figures.training_curves", {"history": "{seed}/history.csv"}, settings=("at_the_end",)
    ),
    "previews": Figure(
        "figures.previews",
        {"previews": "{seed}/previews.npy", "history": "{seed}/history.csv"},
        settings=("sampler",),
    ),
}


def possible(capabilities: frozenset[str], scores: list[str], validated: bool) -> list[str]:
    """The general figures that an experiment with these capabilities and scores can have.

    Args:
        validated: Whether its training takes validation scores.
    """
    return [
        name
        for name, figure in FIGURES.items()
        if figure.needs <= capabilities
        and (not figure.study or STUDIES[figure.study].needs <= capabilities)
        and set(figure.scores) <= set(scores)
        and validated >= figure.validated
    ]

"""What each stage is given: its slice of the settings, and nothing else, as a class.

The keys of the class make the slice of an experiment (`deepgen.engine.resolve`), and the class
checks what a person or a file gives before the stage is called.
"""

from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from deepgen.data.entries import (
    Archive,
    File,
    LocalFile,
    LocalFolder,
    Own,
    OwnFile,
    Splits,
    VariantFile,
)
from deepgen.data.spaces.settings import ModelSpace, ScoreSpace
from deepgen.evaluation.catalogue import SCORES, splits
from deepgen.figures.catalogue import FIGURES, STUDIES, Study
from deepgen.papers import PAPERS, paper_of
from deepgen.sections import sentence
from deepgen.settings import (
    Classifier,
    Comparison,
    Experiment,
    Likelihood,
    Model,
    Objective,
    Parzen,
    ParzenSpread,
    Reference,
    Sampler,
    Threads,
)
from deepgen.training.settings import Training
from deepgen.typed import Count, Name, Seed, Settings

# Keys of the section `references` that each of them uses
REFERENCES = {
    "training-images": ("num_samples", "seed"),
    "kmeans": ("kmeans_centroids", "kmeans_iterations", "seed"),
    "gaussian": ("num_samples", "seed"),
    "constant-image": (),
}
# What a study needs, by what it starts from, beside its own sections
STARTS = {
    "model": ("score_space", "model", "model_space"),
    "samples": ("score_space",),
    "nothing": (),
}
OF_SAMPLES = tuple(name for name, score in SCORES.items() if score.of == "samples")


class OwnFileFrom(OwnFile):
    """A file that only the user has, and where."""

    path: str
    how_to_get: str


class Fetch(Settings):
    """The files of a data set."""

    dataset: Name
    files: list[File | VariantFile | OwnFileFrom | LocalFile | LocalFolder]
    archive: Archive | None = None


class Prepare(Settings):
    """How they become arrays and splits."""

    parser: Name
    parts: dict[str, dict[str, str | list[str]]]
    splits: Splits
    folds: int = 0
    sizes: dict[str, int] | None = None
    own: Own | None = None


class OfModel(Settings):
    """What every stage that loads or makes a model needs."""

    model: Model
    model_space: ModelSpace
    threads: Threads

    def _check_sampler(self, sampler: Sampler) -> None:
        kind = self.model.SAMPLER
        if kind is None:
            if sampler is not None:
                raise ValueError(f"sampler is not for the family {self.model.family}: leave it out")
        elif _checked(kind, sampler or {}, "sampler").resolved() != sampler:
            raise ValueError("sampler does not have all its keys: add them, or give a file")


class Sampled(OfModel):
    """What every stage that also draws samples needs."""

    sampler: Sampler = None

    @model_validator(mode="after")
    def _of_the_family(self) -> Self:
        self._check_sampler(self.sampler)
        return self


class Train(Sampled):
    """One training."""

    score_space: ScoreSpace
    objective: Objective
    training: Training


class Counting(Train):
    """One training of which only the size is asked."""

    shape: list[Count]
    num_examples: Count


class Sample(Sampled):
    """Samples of a model, in the scoring space."""

    score_space: ScoreSpace
    num_samples: Count


class Likelihoods(Sampled):
    """The log-likelihood of images under a model."""

    likelihood: Likelihood

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        given = self.likelihood.resolved()
        needed = {"normalised": "partition", "csl": "csl"}
        missing = {"estimators", *(needed.get(e, e) for e in given.get("estimators", []))}
        if missing := sorted(missing - given.keys() - {"direct"}):
            raise ValueError(f"likelihood.{missing[0]} is missing")
        return self


class Spread(Sampled):
    """The errors of a model's Parzen score."""

    score_space: ScoreSpace
    parzen: Parzen
    parzen_spread: ParzenSpread
    folds: int


class Way(Settings):
    """A way of drawing samples: its name, and the section `sampler` that draws so."""

    way: str
    sampler: Sampler = None


class EachWay(Settings):
    """What all ways have in common."""

    num_samples: Annotated[int, Field(ge=2)]


class Ways(OfModel):
    """Samples as they are set to be drawn, and other ways."""

    score_space: ScoreSpace
    parzen: Parzen
    sampling: EachWay
    ways: Annotated[list[Way], Field(min_length=1)]
    folds: int

    @model_validator(mode="after")
    def _of_the_family(self) -> Self:
        for way in self.ways:
            self._check_sampler(way.sampler)
        return self


class SelectSigma(Settings):
    """Bandwidths that are tried."""

    score_space: ScoreSpace
    parzen: Parzen
    threads: Threads


class Classify(Settings):
    """The classifier for features."""

    score_space: ScoreSpace
    classifier: Classifier
    threads: Threads


class ReferenceSamples(Settings):
    """Samples that no generative model made; each reference has its own keys."""

    reference: Reference
    score_space: ScoreSpace
    threads: Threads
    num_samples: Count | None = None
    kmeans_centroids: Count | None = None
    kmeans_iterations: Count | None = None
    seed: Seed | None = None

    @model_validator(mode="after")
    def _own_keys(self) -> Self:
        own = {"num_samples", *REFERENCES["kmeans"]}
        _same_keys(own & self.resolved().keys(), REFERENCES[self.reference])
        return self


class Score(Settings):
    """A score of samples: under sigmas, or in comparison with images."""

    score: Literal[OF_SAMPLES]  # type: ignore[valid-type]
    score_space: ScoreSpace
    threads: Threads
    reads: list[Name]
    folds: Annotated[int, Field(ge=0)] | None = None
    comparison: dict[Name, Any] | None = None
    quantised: Literal[True] | None = None
    features: Literal["classifier"] | None = None

    @model_validator(mode="after")
    def _as_its_kind(self) -> Self:
        spec, own = SCORES[self.score], {"folds", "comparison", "quantised", "features"}
        given = own & self.resolved().keys()
        needed = ["folds" if spec.sigma else "comparison", *["quantised"] * spec.quantised]
        _same_keys(given - ({"features"} if not spec.sigma else set()), needed)
        held_out = ""
        if self.comparison is not None:
            _same_keys(self.comparison.keys(), spec.settings)
            held_out = _checked(Comparison, self.comparison, "comparison").held_out
        if self.reads != splits(self.score, held_out):
            raise ValueError(f"reads must be {splits(self.score, held_out)}")
        return self


class StudyOf(Settings):
    """What a figure shows; beside these keys, the sections that the study names."""

    model_config = ConfigDict(extra="allow")

    study: str
    threads: Threads
    score_space: ScoreSpace | None = None
    model: Model | None = None
    model_space: ModelSpace | None = None
    reads: list[Name] | None = None
    fewest_samples: Count | None = None

    @model_validator(mode="after")
    def _as_the_study_needs(self) -> Self:
        study = study_of(self.study)
        given = self.resolved()
        _same_keys(
            given.keys() - {"study", "threads", "reads", "fewest_samples"},
            (*study.settings, *STARTS[study.of]),
        )
        _same_keys(
            given.keys() & {"reads", "fewest_samples"},
            ["reads"] * bool(study.reads) + ["fewest_samples"] * (study.of == "samples"),
        )
        own = {key: given[key] for key in study.settings}
        kinds = {key: Experiment.__annotations__.get(key) for key in own}  # or the paper's
        for paper in map(paper_of, PAPERS):
            if study in paper.STUDIES.values():
                kinds |= {k: v for k, v in paper.SETTINGS.__annotations__.items() if k in own}
        for key, value in own.items():
            whole = _checked(kinds[key], value, key)
            if isinstance(whole, Settings) and whole.resolved() != value:
                raise ValueError(f"{key} does not have all its keys: add them, or give a file")
        return self


class Drawing(Settings):
    """A figure; beside these keys, its own, which its module knows."""

    model_config = ConfigDict(extra="allow")

    figure: str
    output: Name

    @model_validator(mode="after")
    def _known(self) -> Self:
        papers = [paper_of(name) for name in PAPERS]
        known = [FIGURES, *(f for paper in papers for f in (paper.FIGURES, paper.RUN_FIGURES))]
        if self.figure not in {figure.module for figures in known for figure in figures.values()}:
            raise ValueError(f"figure {self.figure!r} is not known: name a file")
        _same_keys(self.resolved().keys() & {"model", "objective"}, ())
        return self


def study_of(module: str) -> Study:
    """The study of a module below `deepgen`.

    Raises:
        ValueError: if there is none.
    """
    known = [STUDIES, *(paper_of(name).STUDIES for name in PAPERS)]
    for study in (study for studies in known for study in studies.values()):
        if study.module == module:
            return study
    raise ValueError(f"study {module!r} is not known: name a file")


def _checked(kind: Any, value: Any, key: str) -> Any:
    """A value as its type.

    Raises:
        ValueError: with the value's key, which pydantic loses inside another check.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        if isinstance(kind, type):
            raise ValueError(sentence(kind, error, value, f"{key}.")) from None
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, [*filter(None, [key]), *first["loc"]]))
        raise ValueError(f"{where}: {first['msg'].replace(' should ', ' must ')}") from None


def _same_keys(given: Collection[str], needed: Collection[str]) -> None:
    if missing := [key for key in needed if key not in given]:
        raise ValueError(f"has no key {', '.join(missing)}")
    if unknown := sorted(set(given) - set(needed)):
        raise ValueError(f"has the unknown key {', '.join(unknown)}")

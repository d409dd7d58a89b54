"""Typed, strict settings of an experiment and of a run: every key, its range and its default.

Those of families, trainings, spaces and papers are in their own folders. `config/README.md` is
generated from all of them (`python -m deepgen.config_docs`).
"""

import importlib
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model, model_validator

from deepgen.data.entries import Dataset
from deepgen.data.registry import DATASETS
from deepgen.data.settings import DatasetOf
from deepgen.data.spaces.settings import PIXELS, ModelSpace, ScoreSpace
from deepgen.families import FAMILIES
from deepgen.families.settings import ModelSettings, ObjectiveSettings
from deepgen.papers import PAPERS, paper_of
from deepgen.training.settings import SigmaGrid, Training
from deepgen.typed import (
    EACH_ONCE,
    Bandwidth,
    Count,
    Name,
    PathText,
    Positive,
    Seed,
    Settings,
    Words,
)

Reference = Literal["training-images", "kmeans", "gaussian", "constant-image"]
Estimator = Literal["direct", "normalised", "csl"]
Threads = Annotated[int, Field(gt=0, le=1024)]
Sampler = dict[Name, Any] | None


def _family(name: str) -> type[ModelSettings]:
    return importlib.import_module(f"deepgen.families.{name}.settings").Model


MODELS = {name: _family(name) for name in FAMILIES}
# A name stands for one class, which several families may share
OBJECTIVES: dict[str, type[ObjectiveSettings]] = {
    kind.model_fields["name"].annotation.__args__[0]: kind
    for kind in dict.fromkeys(kind for model in MODELS.values() for kind in model.OBJECTIVES)
}
Model = Annotated[reduce(or_, MODELS.values()), Field(discriminator="family")]
Objective = Annotated[reduce(or_, OBJECTIVES.values()), Field(discriminator="name")]


class Parzen(Settings):
    """The final Parzen score: two estimators on the same samples and images."""

    grid: SigmaGrid = Field(
        SigmaGrid(), description="`parzen, released default grid`: of the released script."
    )
    fine_range: Annotated[list[Bandwidth], Field(min_length=2, max_length=2)] = Field(
        [0.02, 2.0], description="`parzen, fine sigma`: interval that is searched."
    )
    fine_tolerance: Annotated[float, Field(ge=1e-6)] = Field(
        0.01, description="Relative precision of the fine sigma."
    )
    sigma_examples: Count = Field(1000, description="First validation images, which choose sigma.")

    @model_validator(mode="after")
    def _range_rises(self):
        if self.fine_range[0] >= self.fine_range[1]:
            raise ValueError("fine_range must be [low, high] with low < high")
        return self


class ParzenSpread(Settings):
    """What the ± of a Parzen score leaves out, of the first seed's selected model."""

    redraws: Count = Field(5, description="Sets of samples that are scored beside the first.")
    resamples: Annotated[int, Field(ge=2)] = Field(
        200, description="Choices of sigma on other validation images."
    )


class Sampling(Settings):
    """How samples come about, of the first seed's selected model, as set and in other ways."""

    num_samples: Annotated[int, Field(ge=2)] = Field(10_000, description="Samples of each way.")
    thinning: Annotated[int, Field(ge=2)] = Field(
        10,
        description="If the sampler keeps every step of its chains, another way keeps one in so "
        "many; otherwise another way keeps every step.",
    )
    burn_in: Count = Field(
        1000, description="Burn-in of a further way, where that of the sampler is shorter."
    )


class Comparison(Settings):
    """The scores that compare samples with images instead of fitting a density."""

    seed: Seed = Field(1, description="Of the chosen images, the classifier and the cells.")
    num_samples: Count = Field(10_000, description="Samples, and test images, at most.")
    neighbours: Count = Field(5, description="k of precision, recall, density and coverage.")
    cells: Count = Field(10, description="Cells of the data-copying test.")
    held_out: Literal["test", "valid"] = Field(
        "test", description="Split that the data-copying test compares samples with."
    )


class Classifier(Settings):
    """The small convolutional classifier whose features the comparing scores use."""

    epochs: Count = Field(3, description="Passes over the training set.")
    batch_size: Count = Field(128, description="Examples in a minibatch.")
    learning_rate: Positive = Field(0.001, description="Learning rate of Adam.")
    seed: Seed = Field(1, description="Of initialisation and order.")


class Interpolation(Settings):
    """Figure 3: lines in z space."""

    seed: Seed = Field(0, description="Of the end points.")
    rows: Count = Field(2, description="Lines.")
    steps: Annotated[int, Field(ge=2)] = Field(9, description="Images on a line, ends included.")


class References(Settings):
    """Rows that calibrate the reader: what would a trivial model score?"""

    names: Annotated[list[Reference], EACH_ONCE] = Field(
        ["training-images", "kmeans", "gaussian", "constant-image"],
        description="Rows beside the models; without the constant image none is called untrained.",
    )
    num_samples: Count = Field(10_000, description="Images or draws; k-means has one a centroid.")
    kmeans_centroids: Count = Field(10_000, description="Centroids of k-means.")
    kmeans_iterations: Count = Field(20, description="Lloyd iterations at most.")
    seed: Seed = Field(1, description="Of the chosen images, the start of k-means and the draws.")


class Segment(Settings):
    """Inverse temperatures in equal steps, from where the segment before ends."""

    to: Annotated[float, Field(gt=0, le=1)] = Field(description="Where it ends.")
    steps: Count = Field(description="Temperatures in it.")


class Partition(Settings):
    """How the partition function of a family with `normalise` is found."""

    method: Literal["annealed", "enumerated"] = Field(
        "annealed",
        description="Annealed importance sampling in both directions, or the sum over the states "
        "of a side of at most 25 units.",
    )
    chains: Annotated[int, Field(ge=2)] = Field(100, description="In each direction.")
    betas: Annotated[list[Segment], Field(min_length=1)] = Field(
        [Segment(to=0.5, steps=500), Segment(to=0.9, steps=4000), Segment(to=1.0, steps=10_000)],
        description="Inverse temperatures from 0 to 1, by default those of the released code.",
    )
    equilibrium: Count = Field(
        1000, description="Steps of the model's chain before the reverse direction begins."
    )

    @model_validator(mode="after")
    def _from_0_to_1(self):
        ends = [segment.to for segment in self.betas]
        if ends[-1] != 1 or any(b <= a for a, b in pairwise(ends)):
            raise ValueError("betas must rise to 1")
        return self


class Csl(Settings):
    """The conservative sampling-based log-likelihood."""

    num_samples: Count = Field(
        10_000, description="States of the model's chains, drawn as `sampler` says."
    )


class Likelihood(Settings):
    """The log-likelihood of the test images, for families that have one."""

    estimators: Annotated[list[Estimator], Field(min_length=1), EACH_ONCE] | None = Field(
        None,
        description="Modules of `deepgen.evaluation.likelihoods`: the family's own `direct`, "
        "`normalised` of a family that is known up to its partition function, and `csl` of one "
        "whose pixels are drawn from probabilities. Left out, all that the family can have.",
    )
    partition: Partition | None = Field(
        None, description="Of the estimator `normalised`; left out, its defaults."
    )
    csl: Csl | None = Field(None, description="Of the estimator `csl`; left out, its defaults.")
    num_samples: Count | None = Field(
        None,
        description="Draws of the hidden units for each image, where a family has a bound; left "
        "out, the family's own number.",
    )
    draws: Count = Field(
        1, description="Draws of the noise of a random space, over which the mean is taken."
    )
    seed: Seed = Field(1, description="Of the noise.")


def _or_what_it_varies(schema: dict[str, Any]) -> None:
    """Let editors know that an ablation's file need not say what the varied experiment's does."""
    whole = {key: schema.pop(key) for key in ("properties", "required", "additionalProperties")}
    part = {"properties": dict.fromkeys(whole["properties"], True), "required": ["title"]}
    schema["if"] = {"required": ["ablation_of"]}
    schema |= {"then": part | {"additionalProperties": False}, "else": whole}


class Experiment(Settings):
    """One file of `config/experiments/`: one model on one data set."""

    model_config = ConfigDict(json_schema_extra=_or_what_it_varies)

    dataset: DatasetOf = Field(
        description="Entry of `deepgen.data.registry`, or a block that says where own images are."
    )
    paper: Literal[PAPERS] | None = Field(  # type: ignore[valid-type]
        None, description="Folder of `deepgen.papers` on whose page it stands, if it has one."
    )
    init_from: Name | None = Field(
        None,
        description="Experiment whose last model of the same seed begins this one; it is trained, "
        "not scored.",
    )
    ablation_of: Name | None = Field(
        None,
        description="Experiment that this one varies: what this file leaves out, all but title and "
        "remark, is as there, overrides included, and the two stand in the table `ablations`.",
    )
    title: Words = Field(
        description="Name of the model in tables and captions. A paper's model has the paper's "
        "name, with `(ours)` where no paper has the recipe: `DBN (ours)`; words behind a comma "
        "tell its variants apart: `Adversarial nets, annealed (ours)`."
    )
    remark: Words | None = Field(
        None,
        description="What a reader must know of its scores, such as what most likely parts them "
        "from published ones; printed beside them.",
    )
    seeds: Annotated[list[Seed], Field(min_length=1), EACH_ONCE] = Field(
        [1], description="Independent trainings; the first gives the figures."
    )
    threads: Threads = Field(1, description="CPU threads of a job; part of the result's identity.")
    model_space: ModelSpace = Field(PIXELS, description="Coordinates that the model is trained in.")
    score_space: ScoreSpace = Field(
        PIXELS, description="Coordinates in which samples are scored and shown."
    )
    model: Model
    objective: Objective
    training: Training
    sampler: Sampler = Field(
        None,
        description="How the family draws samples, where it has a choice; its keys stand at the "
        "family's class.",
    )
    num_samples: Count = Field(10_000, description="Samples that are scored.")
    parzen: Parzen = Parzen()
    parzen_spread: ParzenSpread = ParzenSpread()
    sampling: Sampling = Sampling()
    likelihood: Likelihood = Likelihood()
    interpolation: Interpolation = Interpolation()
    references: References = References()
    comparison: Comparison = Comparison()
    classifier: Classifier = Classifier()
    scores: Annotated[list[Name], Field(min_length=1), EACH_ONCE] | None = Field(
        None,
        description="Entries of `deepgen.evaluation.catalogue`; left out, all that the family can "
        "have.",
    )
    figures: Annotated[list[Name], EACH_ONCE] | None = Field(
        None,
        description="Entries of `deepgen.figures.catalogue` or of a paper; left out, all general "
        "ones that the family can have.",
    )

    @model_validator(mode="before")
    @classmethod
    def _use_the_optimiser_of_the_objective(cls, content: Any) -> Any:
        """Lay the default under a training without one."""
        try:
            own, training = OBJECTIVES[content["objective"]["name"]].OPTIMISER, content["training"]
            if own is None or training.get("optimiser") is not None:
                return content
        except (AttributeError, KeyError, TypeError):  # for the validation itself to refuse
            return content
        return content | {"training": training | {"optimiser": own}}

    @property
    def dataset_name(self) -> str:
        """Of the data set, as its folders in `data/` have it."""
        return self.dataset if isinstance(self.dataset, str) else self.dataset.name

    @property
    def entry(self) -> Dataset:
        """What is known of the data set before any file is there."""
        return DATASETS[self.dataset] if isinstance(self.dataset, str) else self.dataset.entry


class TfdSettings(Settings):
    """The Toronto Face Database, which its authors give on request."""

    file: PathText | None = Field(
        None, description="Path of `TFD_48x48.mat`; without it the experiment is left out."
    )


class DataSettings(Settings):
    """Where data come from."""

    mirror: PathText | None = Field(
        None,
        description="Folder or base URL that is asked first: `<mirror>/<dataset>/<file>`. The "
        "environment variable DEEPGEN_MIRROR wins over it.",
    )
    tfd: TfdSettings = TfdSettings()


Papers = create_model(
    "Papers",
    __base__=Settings,
    __doc__="Settings of what papers have beside their experiments.",
    **{name: (paper_of(name).SETTINGS, paper_of(name).SETTINGS()) for name in PAPERS},
)


class Run(Settings):
    """A run file: what one `snakemake` builds, complete in itself."""

    run: Name = Field(description="Name of the run; its results lie in `results/<run>/`.")
    experiments: Annotated[list[Name], Field(min_length=1), EACH_ONCE] = Field(
        description="Files of `config/experiments/`, in the report's order."
    )
    not_run: Annotated[list[Name], EACH_ONCE] = Field(
        [],
        description="Experiments that are not trained and stand in the report with what they would "
        "cost, as their files have them.",
    )
    overrides: dict[Name, dict] = Field(
        {}, description="Settings of an experiment that differ in this run, by experiment."
    )
    paper: Literal["none", *PAPERS] | None = Field(  # type: ignore[valid-type]
        None,
        description="The one paper that the report speaks of, or `none`; figures of others then "
        "have general names. Left out, each paper that an experiment names has its page.",
    )
    data: DataSettings = DataSettings()
    papers: Papers = Papers()
    store_dir: PathText = Field("store", description="Folder of the store; may be scratch space.")
    shares_results_with: PathText | None = Field(
        None,
        description="Run file, named from this one's folder, that has the same `run` on purpose: "
        "each may replace the other's results. Otherwise the second is refused.",
    )
    ledger: bool = Field(
        False, description="Whether the run is recorded with DVC whenever it has finished."
    )

"""The settings of each stage: the slice of an experiment that its result depends on."""

import importlib
from typing import Any

from deepgen.checks import check_name
from deepgen.data.registry import DATASETS, Dataset, prepared_names
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES, splits
from deepgen.figures.catalogue import Study
from deepgen.papers import figures_of, paper_of, studies_of
from deepgen.report.wording import name_in_papers
from deepgen.settings import Experiment, Run

MODEL = ("model", "model_space")
SECTIONS = {
    "train": (*MODEL, "score_space", "sampler", "objective", "training", "threads"),
    "sample": (*MODEL, "score_space", "sampler", "num_samples", "threads"),
    "likelihood": (*MODEL, "likelihood", "threads"),
    "select-sigma": ("score_space", "parzen", "threads"),
    "classify": ("score_space", "classifier", "threads"),
}
# Keys of the section `references` that each of them uses
REFERENCES = {
    "training-images": ("num_samples", "seed"),
    "kmeans": ("kmeans_centroids", "kmeans_iterations", "seed"),
    "gaussian": ("num_samples", "seed"),
    "constant-image": (),
}


def stage_settings(stage: str, experiment: Experiment, name: str = "") -> dict[str, Any]:
    """The settings a stage of an experiment depends on, resolved, and nothing else.

    A key that is absent in the experiment is absent here, so that it enters no identity.

    Args:
        stage: As on the command line.
        name: Of the score, figure, study or reference, for the stages that have one.

    Raises:
        DeepgenError: for a stage that is not about one experiment.
    """
    check_name(stage, name, experiment.paper)
    dataset = DATASETS[experiment.dataset]
    settings = experiment.resolved()
    if stage in SECTIONS:
        return {key: settings[key] for key in SECTIONS[stage] if key in settings}
    match stage:
        case "fetch":
            return dataset.fetch_settings(experiment.dataset)
        case "prepare":
            return dataset.prepare_settings()
        case "count":
            return _count_settings(experiment, settings, dataset)
        case "reference":
            chosen = {key: settings["references"][key] for key in REFERENCES[name]}
            common = {key: settings[key] for key in ("score_space", "threads")}
            return common | {"reference": name} | chosen
        case "parzen-spread":
            keys = (*MODEL, "score_space", "sampler", "parzen", "parzen_spread", "threads")
            chosen = {key: settings[key] for key in keys if key in settings}
            return chosen | {"folds": dataset.folds}
        case "score":
            return _score_settings(experiment, settings, dataset, name)
        case "study":
            return _study_settings(settings, studies_of(experiment.paper)[name])
        case "figure":
            return _figure_settings(experiment, settings, dataset, name)
        case "table" | "report":
            raise DeepgenError(
                f"stage {stage} is about a whole run: name one, as in config/config.yaml:mnist"
            )
    raise DeepgenError(f"stage {stage!r} has no settings of an experiment")


def uses_features(experiment: Experiment) -> bool:
    """Whether images are also compared in a classifier's features, which needs labels."""
    return "train_labels.npy" in prepared_names(DATASETS[experiment.dataset].prepare_settings())


def paper_settings(stage: str, run: Run, paper: str, name: str) -> dict[str, Any]:
    """The settings of a study or figure that a paper has beside its experiments."""
    if stage == "figure":
        return {"figure": paper_of(paper).RUN_FIGURES[name].module, "output": name}
    study = paper_of(paper).STUDIES[name]
    own = getattr(run.papers, paper).resolved()
    return {"study": study.module, "threads": 1} | {key: own[key] for key in study.settings}


def _score_settings(
    experiment: Experiment, settings: dict[str, Any], dataset: Dataset, name: str
) -> dict[str, Any]:
    score = SCORES[name]
    chosen = {key: settings[key] for key in ("score_space", "threads")}
    chosen |= {"score": name, "reads": splits(name, experiment.comparison.held_out)}
    if score.sigma:
        return chosen | {"folds": dataset.folds}
    chosen["comparison"] = {key: settings["comparison"][key] for key in score.settings}
    return chosen | ({"features": "classifier"} if uses_features(experiment) else {})


def _count_settings(
    experiment: Experiment, settings: dict[str, Any], dataset: Dataset
) -> dict[str, Any]:
    if dataset.training_images is None:
        raise DeepgenError(
            f"how many training images {experiment.dataset} has is not known, so that a training "
            "on it cannot be counted: add sizes.train to its entry of deepgen.data.registry"
        )
    chosen = {key: settings[key] for key in SECTIONS["train"] if key in settings}
    return chosen | {"shape": list(dataset.shape), "num_examples": dataset.training_images}


def _study_settings(settings: dict[str, Any], study: Study) -> dict[str, Any]:
    keys = ("score_space", "threads", *study.settings, *(MODEL if study.of == "model" else ()))
    chosen = {key: settings[key] for key in keys} | {"study": study.module}
    if study.reads:
        chosen["reads"] = list(study.reads)
    return chosen | ({"fewest_samples": study.fewest_samples} if study.of == "samples" else {})


def _figure_settings(
    experiment: Experiment, settings: dict[str, Any], dataset: Dataset, name: str
) -> dict[str, Any]:
    figure = figures_of(experiment.paper)[name]
    chosen = {
        "figure": figure.module,
        "output": name,
        "seed": settings["seeds"][0],
        "checkpoint": "selected",
        "selection": settings["training"]["selection"],
        "preview_epochs": settings["training"]["previews"]["epochs"],
        "folds": dataset.folds,
        "title": settings["title"],
        "dataset_title": dataset.title,
        "shape": list(dataset.shape),
        "space": settings["score_space"]["name"],
    }
    known = settings | {
        "at_the_end": {k: list(v) for k, v in experiment.objective.at_the_end().items()},
        "published": _published(experiment, dataset),
        "images": {k: v for k, v in dataset.sizes.items() if k in ("valid", "test")},
    }
    return chosen | {key: known[key] for key in figure.settings} | figure.own


def _published(experiment: Experiment, dataset: Dataset) -> list[dict[str, Any]]:
    """What the experiment's paper printed of this model, or of what it varies, on this data set."""
    if not experiment.paper:
        return []
    model, paper = name_in_papers(experiment.title), experiment.paper
    rows = importlib.import_module(f"deepgen.papers.{paper}.published").published([dataset.title])
    return [
        {"label": paper_of(paper).CITATION, "log_likelihood": row["log_likelihood"]}
        for row in rows
        if row["model"] == model and row["space"].startswith(experiment.score_space.name)
    ]

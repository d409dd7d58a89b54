"""The slice of the settings that a stage of an experiment or of a paper depends on."""

import importlib
from typing import Any

from deepgen.checks import check_name
from deepgen.data.entries import Dataset
from deepgen.data.registry import DATASETS
from deepgen.engine.slices import REFERENCES, STARTS
from deepgen.engine.stages import STAGES
from deepgen.engine.ways import ways_of_drawing
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES, splits
from deepgen.figures.catalogue import Study
from deepgen.papers import figures_of, paper_of, studies_of
from deepgen.report.wording import name_in_papers
from deepgen.settings import Experiment, Papers, Run
from deepgen.size_checks import uses_features
from deepgen.typed import Settings


def stage_settings(
    stage: str, experiment: Experiment, name: str = "", papers: Settings | None = None
) -> dict[str, Any]:
    """The settings a stage of an experiment depends on, resolved, and nothing else.

    A key that is absent in the experiment is absent here, so that it enters no identity.

    Args:
        stage: As on the command line.
        name: Of the score, figure, study or reference, for the stages that have one.
        papers: What the run says of papers beside their experiments; left out, their defaults.

    Raises:
        DeepgenError: for a name that is not known, or a count of images that is not.
    """
    check_name(stage, name, experiment.paper)
    dataset = experiment.entry
    settings = experiment.resolved()
    match stage:
        case "fetch":
            return dataset.fetch_settings(experiment.dataset_name)
        case "prepare":
            return dataset.prepare_settings()
        case "reference":
            chosen = {key: settings["references"][key] for key in REFERENCES[name]}
            common = {key: settings[key] for key in ("score_space", "threads")}
            return common | {"reference": name} | chosen
        case "score":
            return _score_settings(experiment, settings, dataset, name)
        case "study":
            own = _own_settings(experiment.paper, papers)
            return _study_settings(settings | own, studies_of(experiment.paper)[name])
        case "figure":
            own = _own_settings(experiment.paper, papers)
            return _figure_settings(experiment, settings | own, dataset, name)
    images = dataset.known_sizes.get("train")
    if stage == "count" and images is None:
        raise DeepgenError(
            f"how many training images {experiment.dataset_name} has is not known, so "
            "that a training on it cannot be counted: add sizes.train to its entry of the registry"
        )
    of_data = {"folds": dataset.folds, "shape": list(dataset.shape)}
    known = settings | of_data | {"num_examples": images}
    if stage == "sampling":
        known["ways"] = ways_of_drawing(experiment)
        # The ways have all else that the section says
        known["sampling"] = {"num_samples": experiment.sampling.num_samples}
    return {key: known[key] for key in STAGES[stage].settings.model_fields if key in known}


def paper_settings(
    stage: str, run: Run, paper: str, name: str, experiments: dict[str, Experiment]
) -> dict[str, Any]:
    """The settings of a study or figure that a paper has beside its experiments.

    A figure that compares the paper's models has `dataset_title` and `titles`, those of the paper's
    `experiments` on that set.
    """
    if stage == "figure":
        figure = paper_of(paper).RUN_FIGURES[name]
        chosen = {"figure": figure.module, "output": name}
        if figure.compares:
            chosen["dataset_title"] = DATASETS[figure.compares].title
            chosen["titles"] = _titles(paper, figure.compares, experiments)
        return chosen
    study = paper_of(paper).STUDIES[name]
    own = getattr(run.papers, paper).resolved()
    return {"study": study.module, "threads": 1} | {key: own[key] for key in study.settings}


def published_models(paper: str, dataset: str, experiments: dict[str, Experiment]) -> list[str]:
    """The models that a paper has published on a data set and that some experiment of it is."""
    rows = _rows(paper, DATASETS[dataset])
    ours = {name_in_papers(title) for title in _titles(paper, dataset, experiments)}
    return [row["model"] for row in rows if row["model"] in ours]


def _titles(paper: str, dataset: str, experiments: dict[str, Experiment]) -> list[str]:
    """Titles of a paper's experiments on a data set that have a Parzen score."""
    own = [e for e in experiments.values() if (e.paper, e.dataset_name) == (paper, dataset)]
    return [e.title for e in own if "parzen" in (e.scores or [])]


def _own_settings(paper: str | None, papers: Settings | None) -> dict[str, Any]:
    """What a paper has beside its experiments, for the studies and figures of these."""
    return getattr(papers or Papers(), paper).resolved() if paper else {}


def _score_settings(
    experiment: Experiment, settings: dict[str, Any], dataset: Dataset, name: str
) -> dict[str, Any]:
    score = SCORES[name]
    chosen = {key: settings[key] for key in ("score_space", "threads")}
    chosen |= {"score": name, "reads": splits(name, experiment.comparison.held_out)}
    if score.sigma:
        return chosen | {"folds": dataset.folds}
    if score.quantised:
        chosen["quantised"] = True
    chosen["comparison"] = {key: settings["comparison"][key] for key in score.settings}
    return chosen | ({"features": "classifier"} if uses_features(experiment) else {})


def _study_settings(settings: dict[str, Any], study: Study) -> dict[str, Any]:
    keys = ("threads", *study.settings, *STARTS[study.of])
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
        "images": {k: v for k, v in dataset.known_sizes.items() if k in ("valid", "test")},
    }
    return chosen | {key: known[key] for key in figure.settings if key in known} | figure.own


def _published(experiment: Experiment, dataset: Dataset) -> list[dict[str, Any]]:
    """What the experiment's paper printed of this model, or of what it varies, on this data set."""
    if not experiment.paper:
        return []
    model, paper = name_in_papers(experiment.title), experiment.paper
    return [
        {"label": paper_of(paper).CITATION, "log_likelihood": row["log_likelihood"]}
        for row in _rows(paper, dataset)
        if row["model"] == model and row["space"].startswith(experiment.score_space.name)
    ]


def _rows(paper: str, dataset: Dataset) -> list[dict[str, Any]]:
    """What a paper printed of a data set."""
    module = importlib.import_module(f"deepgen.papers.{paper}.published")
    return module.published([dataset.title])

"""What no single key can say of itself: does an experiment fit its data set and its run?"""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.settings import Experiment, Reference, Run, Score

FIGURE2A_SAMPLES = 20

# A rule or a folder has this name, and each experiment has a rule and a folder of its own.
RESERVED = (
    "all",
    "report",
    "data",
    "train",
    "sample",
    "score",
    "select_sigma",
    "make_reference",
    "interpolate",
    "find_neighbours",
    "draw_figure",
    "make_table",
    "write_report",
    *(f"{stage}_{dataset}" for dataset in DATASETS for stage in ("fetch", "prepare")),
)


def check_run(run: Run, where: str) -> None:
    """Refuse names of experiments that Snakemake could not tell apart, and lost overrides.

    Raises:
        DeepgenError: one sentence that begins with `where`, as everywhere in this module.
    """
    rules: dict[str, str] = {}
    for i, name in enumerate(run.experiments):
        rule = name.replace("-", "_")
        if rule in RESERVED:
            raise DeepgenError(
                f"{where}: experiments[{i}] is {name!r}, which is the name of a rule or folder of "
                "every run: rename the experiment"
            )
        if rule in rules:
            raise DeepgenError(
                f"{where}: experiments[{i}] is {name!r}, which differs from {rules[rule]!r} only "
                "in - and _: rename one of them"
            )
        rules[rule] = name
    for name in run.overrides:
        if name not in run.experiments:
            raise DeepgenError(
                f"{where}: overrides.{name} is not among experiments "
                f"[{', '.join(run.experiments)}]{closest(name, run.experiments)}"
            )


def check_titles(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse two experiments that Table 1 could not tell apart."""
    seen: dict[tuple[str, str], str] = {}
    for name, experiment in experiments.items():
        other = seen.setdefault((experiment.dataset, experiment.title), name)
        if other != name:
            raise DeepgenError(
                f"{where}: title is {experiment.title!r} in the experiments {other} and {name}, "
                f"both on {experiment.dataset}: change one of the titles"
            )


def check_experiment(experiment: Experiment, where: str) -> None:
    """Refuse an unknown data set or figure, and counts that the data set does not have."""
    if experiment.dataset not in DATASETS:
        raise DeepgenError(
            f"{where}: dataset is {experiment.dataset!r}; known are {', '.join(DATASETS)}"
            f"{closest(experiment.dataset, DATASETS)}"
        )
    for i, figure in enumerate(experiment.figures):
        if figure not in (known := known_figures()):
            raise DeepgenError(
                f"{where}: figures[{i}] is {figure!r}; known are {', '.join(known)}"
                f"{closest(figure, known)}"
            )
    if "figure2a" in experiment.figures and experiment.num_samples < FIGURE2A_SAMPLES:
        raise DeepgenError(
            f"{where}: num_samples is {experiment.num_samples}: must be at least "
            f"{FIGURE2A_SAMPLES}, because figures has figure2a"
        )
    for key, value, most, split in _limits(experiment):
        if value > most:
            raise DeepgenError(
                f"{where}: {key} is {value}: must be at most {most}, because {experiment.dataset} "
                f"has {_size(experiment, split)} {split} images"
            )


def _limits(experiment: Experiment) -> Iterator[tuple[str, int, int, str]]:
    """Key, value, largest value and split of every count of images."""
    valid, train = _size(experiment, "validation"), _size(experiment, "training")
    selection, references = experiment.training.selection, experiment.references
    if selection.rule == "validation_parzen":  # which scores on the images that are left
        key = "training.selection.sigma_examples"
        yield key, selection.sigma_examples, valid - 1, "validation"
    yield "parzen.sigma_examples", experiment.parzen.sigma_examples, valid, "validation"
    if "training-images" in references.names:
        yield "references.num_samples", references.num_samples, train, "training"
    if "kmeans" in references.names:
        yield "references.kmeans_centroids", references.kmeans_centroids, train, "training"


def _size(experiment: Experiment, split: str) -> int:
    rows = DATASETS[experiment.dataset].splits[{"validation": "valid", "training": "train"}[split]]
    return rows.stop - rows.start


def known_figures() -> list[str]:
    """The modules of `deepgen.figures` that draw one, found without importing Matplotlib."""
    names = {path.stem for path in (Path(__file__).parent / "figures").glob("*.py")}
    return sorted(names - {"__init__", "style"})


def check_name(stage: str, name: str) -> None:
    """Refuse a reference, score or figure that does not exist; other stages have no name."""
    known = {"reference": get_args(Reference), "score": get_args(Score), "figure": known_figures()}
    if stage in known and name not in known[stage]:
        raise DeepgenError(
            f"{stage} {name!r} is not known: choose from {', '.join(known[stage])}"
            f"{closest(name, known[stage])}"
        )


def closest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about a word that is not known."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {match[0]!r}?" if match else ""

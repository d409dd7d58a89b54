"""What no single key can say of itself: does an experiment fit its data set and its run?"""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.settings import Experiment, Reference, Run, Score

FIGURE2_SAMPLES = 20

# The parts of Figure 2, and the open set that stands in for part b
FIGURE2 = ("figure2a", "figure2b", "figure2b_lfw", "figure2c", "figure2d")

# Figures that are about no experiment
THEORY_FIGURES = ("figure1", "theory")

# A rule or a folder has this name, and each experiment has a rule and a folder of its own.
RESERVED = (
    "all",
    "index",
    "report",
    "data",
    "theory",
    "train",
    "sample",
    "classify",
    "select_sigma",
    "score_parzen",
    "score_by_comparison",
    "make_reference",
    "interpolate",
    "find_neighbours",
    "draw_figure",
    "work_out_theory",
    "draw_theory",
    "make_table",
    "write_page",
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


def check_overrides(run: Run, known: set[str], where: str) -> None:
    """Refuse overrides of an experiment that does not exist.

    Those of an experiment that the run does not build stay without effect, so that one set can be
    left out by naming the others: `--config 'experiments=[mnist]'`.
    """
    for name in run.overrides:
        if name not in known:
            raise DeepgenError(
                f"{where}: overrides.{name} is no experiment; known are "
                f"{', '.join(sorted(known))}{closest(name, known)}"
            )


def check_references(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse experiments whose reference rows would differ in one block of a table."""
    first: dict[tuple[str, str], str] = {}
    for name, experiment in experiments.items():
        other = first.setdefault((experiment.dataset, experiment.model.space), name)
        for section in ("references", "comparison", "classifier", "parzen"):
            if getattr(experiment, section) != getattr(experiments[other], section):
                raise DeepgenError(
                    f"{where}: {section} differs in the experiments {other} and {name}, which "
                    f"share the reference rows of {experiment.dataset}: make the two equal"
                )


def check_phases(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse an `init_from` that leads in a circle or to a model that cannot begin this one."""
    for name, experiment in experiments.items():
        above, seen = experiment, [name]
        while above.init_from:
            if above.init_from in seen:
                circle = " -> ".join([*seen, above.init_from])
                raise DeepgenError(
                    f"{where}: init_from leads in a circle ({circle}): let one of them begin "
                    "without it"
                )
            seen.append(above.init_from)
            above = experiments[above.init_from]
        if experiment.init_from:
            _check_phase(name, experiment, experiments[experiment.init_from], where)


def _check_phase(name: str, experiment: Experiment, earlier: Experiment, where: str) -> None:
    theirs = [(layer.kind, getattr(layer, "units", None)) for layer in earlier.model.generator]
    ours = [(layer.kind, getattr(layer, "units", None)) for layer in experiment.model.generator]
    if experiment.dataset != earlier.dataset or experiment.model.space != earlier.model.space:
        problem = "is on another data set or in another space"
    elif ours[-len(theirs) :] != theirs:
        problem = "has layers that are not the last layers of this experiment's generator"
    else:
        return
    raise DeepgenError(
        f"{where}: init_from of {name} is {experiment.init_from!r}, which {problem}: change one of "
        "the two"
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
    sheets = [figure for figure in experiment.figures if figure_module(figure) == "figure2"]
    if sheets and experiment.num_samples < FIGURE2_SAMPLES:
        raise DeepgenError(
            f"{where}: num_samples is {experiment.num_samples}: must be at least "
            f"{FIGURE2_SAMPLES}, because figures has {sheets[0]}"
        )
    _check_deconv(experiment, where)
    _check_convolutions(experiment, where)
    for key, value, most, because in _limits(experiment):
        if most is not None and value > most:
            raise DeepgenError(
                f"{where}: {key} is {value}: must be at most {most}, because {because}"
            )


def _check_deconv(experiment: Experiment, where: str) -> None:
    last = experiment.model.generator[-1]
    if last.kind != "deconv":
        return
    side, shape = last.stride * (last.size - 1) + last.kernel, DATASETS[experiment.dataset].shape
    if shape[:2] != (side, side):
        raise DeepgenError(
            f"{where}: model.generator[{len(experiment.model.generator) - 1}] makes images of "
            f"{side} x {side}, but {experiment.dataset} has {shape[0]} x {shape[1]}: change size, "
            "stride or kernel"
        )


def _check_convolutions(experiment: Experiment, where: str) -> None:
    sides = list(DATASETS[experiment.dataset].shape[:2])
    for i, layer in enumerate(experiment.objective.discriminator.layers):
        if layer.kind != "conv_maxout":
            return
        sides = [side + 2 * layer.padding - layer.kernel + 1 for side in sides]
        if layer.pool > min(sides):
            raise DeepgenError(
                f"{where}: objective.discriminator.layers[{i}] has maps of {sides[0]} x {sides[1]} "
                f"and pool: {layer.pool}: lower kernel or pool, or raise padding"
            )
        sides = [-(-(side - layer.pool) // layer.pool_stride) + 1 for side in sides]


def _limits(experiment: Experiment) -> Iterator[tuple[str, int, int | None, str]]:
    """Key, value, largest value (None: not known) and reason of every count of images."""
    sizes = DATASETS[experiment.dataset].sizes
    valid, train, test = (sizes.get(split) for split in ("valid", "train", "test"))
    of_valid, of_train, of_test = (
        f"{experiment.dataset} has {count} {split} images"
        for split, count in (("validation", valid), ("training", train), ("test", test))
    )
    selection, references = experiment.training.selection, experiment.references
    if selection.rule == "validation_parzen":  # which scores on the images that are left
        key = "training.selection.sigma_examples"
        yield key, selection.sigma_examples, valid and valid - 1, of_valid
    if not DATASETS[experiment.dataset].folds:  # a fold with fewer validation images uses all
        yield "parzen.sigma_examples", experiment.parzen.sigma_examples, valid, of_valid
    if set(experiment.scores) - {"parzen"}:
        comparison = experiment.comparison
        fewest = min(comparison.num_samples, experiment.num_samples)
        reason = f"{fewest} samples are compared"
        yield "comparison.neighbours", comparison.neighbours, fewest - 1, reason
        yield "comparison.neighbours", comparison.neighbours, test and test - 1, of_test
        yield "comparison.cells", comparison.cells, train, of_train
    if "training-images" in references.names:
        yield "references.num_samples", references.num_samples, train, of_train
    if "kmeans" in references.names:
        yield "references.kmeans_centroids", references.kmeans_centroids, train, of_train


def known_figures() -> list[str]:
    """The figures of an experiment, found without importing Matplotlib."""
    modules = {path.stem for path in (Path(__file__).parent / "figures").glob("*.py")}
    other = {"__init__", "style", "figure2", *THEORY_FIGURES}
    return sorted(modules - other | set(FIGURE2))


def figure_module(name: str) -> str:
    """The module of `deepgen.figures` that draws a figure: one for all parts of Figure 2."""
    return "figure2" if name in FIGURE2 else name


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

"""Counts of images that settings ask for, held against those that the data set has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deepgen.data.entries import prepared_names
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES
from deepgen.evaluation.readings import LEAST_IN_CELL
from deepgen.figures.catalogue import Figure
from deepgen.papers import figures_of, studies_of
from deepgen.settings import Experiment
from deepgen.training.settings import ValidationParzen

LEAST_COMPARED = 4  # two halves of samples and of test images
LEAST_SIDE = 8  # of the images that the classifier halves three times


@dataclass(frozen=True)
class Limit:
    """What a setting may be.

    Attributes:
        key: Of the setting.
        value: Which it has.
        because: What the limit comes from.
        most: Largest value that fits, if there is one.
        least: Smallest value that fits.
        instead: What a default becomes that does not fit; None where no other value is harmless.
    """

    key: str
    value: int
    because: str
    most: int | None = None
    least: int = 1
    instead: int | None = None

    @property
    def broken(self) -> bool:
        return self.value < self.least or (self.most is not None and self.value > self.most)

    def __str__(self) -> str:
        if self.most is not None and self.most < self.least:
            return f"{self.key} is {self.value}, and nothing fits, because {self.because}"
        side = f"most {self.most}" if self.value >= self.least else f"least {self.least}"
        return f"{self.key} is {self.value}: must be at {side}, because {self.because}"


def check_sizes(experiment: Experiment, where: str) -> None:
    """Refuse what needs more images than there are, all of it in one sentence.

    Raises:
        DeepgenError: which begins with `where` and has the numbers that would fit.
    """
    broken = [str(limit) for limit in _limits(experiment) if limit.broken]
    if broken:
        raise DeepgenError(f"{where}: {'; '.join(broken)}")


def fitted(experiment: Experiment) -> Experiment:
    """The experiment with smaller numbers where it says none and the default asks for too many."""
    smallest: dict[str, int] = {}
    for limit in _limits(experiment):
        if limit.broken and limit.instead is not None and not _said(experiment, limit.key):
            smallest[limit.key] = min(limit.instead, smallest.get(limit.key, limit.instead))
    for key, value in smallest.items():  # only now, for a changed key counts as said
        experiment = _changed(experiment, key.split("."), value)
    return experiment


def takes_samples(experiment: Experiment) -> bool:
    """Whether any of its scores is taken of samples."""
    return any(SCORES[score].of == "samples" for score in experiment.scores or [])


def uses_features(experiment: Experiment) -> bool:
    """Whether images are also compared in a classifier's features, which needs labels."""
    return "train_labels.npy" in prepared_names(experiment.entry.prepare_settings())


def _said(experiment: Experiment, key: str) -> bool:
    """Whether the file or the run says so itself."""
    at: Any = experiment
    for name in key.split("."):
        if name not in at.model_fields_set:
            return False
        at = getattr(at, name)
    return True


def _changed(section: Any, way: list[str], value: int) -> Any:
    name, *rest = way
    inner = _changed(getattr(section, name), rest, value) if rest else value
    return section.model_copy(update={name: inner})


def _limits(experiment: Experiment) -> Iterator[Limit]:
    """Every count that needs images; none of splits whose size is not known."""
    sizes = experiment.entry.known_sizes
    valid, train, test = (sizes.get(split) for split in ("valid", "train", "test"))
    of_valid, of_train, of_test = (
        f"{experiment.dataset_name} has {count} {split} images"
        for split, count in (("validation", valid), ("training", train), ("test", test))
    )
    training = experiment.training
    if train is not None:
        yield Limit("training.batch_size", training.batch_size, of_train, train, instead=train)
    if isinstance(training.selection, ValidationParzen) and valid is not None:
        # It scores on the images that are left
        key, value = "training.selection.sigma_examples", training.selection.sigma_examples
        yield Limit(key, value, of_valid, valid - 1, instead=valid // 2 or None)
    yield from _of_figures(experiment)
    if not takes_samples(experiment):
        return
    if not experiment.entry.folds and valid is not None:  # a small fold uses all it has
        key, value = "parzen.sigma_examples", experiment.parzen.sigma_examples
        yield Limit(key, value, of_valid, valid, instead=valid)
    if any(SCORES[score].settings for score in experiment.scores or []):
        yield from _of_comparisons(experiment, train, test, of_train, of_test)
    references = experiment.references
    if "training-images" in references.names and train is not None:
        key, value = "references.num_samples", references.num_samples
        yield Limit(key, value, of_train, train, instead=train)
    if "kmeans" in references.names and train is not None:
        key, value = "references.kmeans_centroids", references.kmeans_centroids
        yield Limit(key, value, of_train, train, instead=train // 2 or 1)


def _of_figures(experiment: Experiment) -> Iterator[Limit]:
    """Samples that a figure shows."""
    known, studies = figures_of(experiment.paper), studies_of(experiment.paper)
    for name in experiment.figures or []:
        figure: Figure | None = known.get(name)
        if figure and figure.study:
            least, because = studies[figure.study].fewest_samples, f"figures has {name}"
            yield Limit("num_samples", experiment.num_samples, because, least=max(1, least))


def _of_comparisons(
    experiment: Experiment, train: int | None, test: int | None, of_train: str, of_test: str
) -> Iterator[Limit]:
    """What the scores need that compare samples with images."""
    comparison, scores = experiment.comparison, experiment.scores or []
    fewest = min(comparison.num_samples, experiment.num_samples)
    reason = f"{fewest} samples are compared"
    near = comparison.neighbours
    yield Limit("comparison.neighbours", near, reason, fewest - 1, instead=fewest - 1 or None)
    if test is not None:
        most = test - 1
        yield Limit("comparison.neighbours", near, of_test, most, instead=most or None)
    if train is not None:
        yield Limit("comparison.cells", comparison.cells, of_train, train, instead=train)
    held_out = experiment.entry.known_sizes.get(comparison.held_out)
    if "data_copying" in scores and held_out is not None:
        because = f"{held_out} held-out images are compared, {LEAST_IN_CELL} or more in a cell"
        most, instead = held_out // LEAST_IN_CELL, held_out // (2 * LEAST_IN_CELL) or 1
        yield Limit("comparison.cells", comparison.cells, because, most, instead=instead)
    if "two_sample" in scores and test is not None:
        because = f"{fewest} samples are compared with {test} test images, in halves"
        value = min(fewest, test)
        yield Limit("what the score two_sample compares", value, because, least=LEAST_COMPARED)
    if uses_features(experiment):
        side, because = min(experiment.entry.shape[:2]), "the classifier halves images three times"
        yield Limit("the side of labelled images", side, because, least=LEAST_SIDE)

"""What the section `likelihood` of an experiment may say, and what it means left out."""

from math import prod

from deepgen.abilities import ESTIMATORS, check_needs, possible_estimators
from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.settings import Csl, Experiment, Likelihood, Partition

# Keys that one estimator alone reads
READ_BY = {"partition": "normalised", "num_samples": "normalised", "csl": "csl"}


def likelihood_with_defaults(experiment: Experiment) -> Likelihood:
    """The section with all estimators that the family can have, if unsaid, and what they read."""
    given = experiment.likelihood
    estimators = given.estimators or possible_estimators(experiment)
    update = {"estimators": estimators}
    if "normalised" in estimators:
        update["partition"] = given.partition or _partition(experiment)
        update["num_samples"] = given.num_samples or experiment.model.BOUND_SAMPLES
    if "csl" in estimators:
        update["csl"] = given.csl or Csl()
    return given.model_copy(update=update)


def _partition(experiment: Experiment) -> Partition:
    """Exact where a machine is small enough."""
    try:
        experiment.model.check_enumeration(prod(DATASETS[experiment.dataset].shape))
    except ValueError:
        return Partition()
    return Partition(method="enumerated")


def check_likelihood(experiment: Experiment, scored: bool, where: str) -> None:
    """Refuse estimators that the model cannot have, and keys that none of them reads.

    Args:
        experiment: As its file has it.
        scored: Whether the likelihood is among its scores, be it by default.
        where: What the sentence begins with.

    Raises:
        DeepgenError: one sentence.
    """
    given = experiment.likelihood
    if given.num_samples and not experiment.model.BOUND_SAMPLES:
        raise DeepgenError(
            f"{where}: likelihood.num_samples is for families with a bound, unlike "
            f"{experiment.model.family}: leave it out"
        )
    _check_space(experiment, scored, where)
    if not scored:
        return
    for i, name in enumerate(given.estimators or []):
        needs = frozenset({ESTIMATORS[name]})
        check_needs(f"likelihood.estimators[{i}]", name, needs, experiment, where)
    estimators = given.estimators or possible_estimators(experiment)
    for key, estimator in READ_BY.items():
        if getattr(given, key) is not None and estimator not in estimators:
            raise DeepgenError(
                f"{where}: likelihood.{key} is for the estimator {estimator}, which is not among "
                f"{', '.join(estimators)}: leave one out or add the other"
            )
    if given.partition is not None and given.partition.method == "enumerated":
        try:
            experiment.model.check_enumeration(prod(DATASETS[experiment.dataset].shape))
        except ValueError as error:
            raise DeepgenError(f"{where}: {error}") from None


def _check_space(experiment: Experiment, scored: bool, where: str) -> None:
    """Likelihoods need a space with a density, or bits."""
    space, possible = experiment.model_space, possible_estimators(experiment)
    asked = []
    if "likelihood" in (experiment.scores or []) and not possible:
        asked.append("scores has likelihood")
    rule = experiment.training.selection.rule
    if "log_prob" in experiment.training.selection.NEEDS and not space.HAS_DENSITY:
        asked.append(f"training.selection.rule is {rule}")
    if scored:
        for i, name in enumerate(experiment.likelihood.estimators or []):
            if name not in possible and ESTIMATORS[name] in experiment.model.can():
                asked.append(f"likelihood.estimators[{i}] is {name}")
    if asked and "bits" in experiment.model.can():
        raise DeepgenError(
            f"{where}: {asked[0]}, but grey values of {experiment.dataset} are no probabilities of "
            "white, so that its images have no likelihood as bits: leave it out"
        )
    if asked:
        raise DeepgenError(
            f"{where}: {asked[0]}, but the model_space {space.name!r} has no density that could be "
            "compared: set model_space: {name: dequantised}"
        )

"""What the model of an experiment can do, and what needs it."""

from deepgen.errors import DeepgenError
from deepgen.settings import Experiment

ESTIMATORS = {"direct": "log_prob", "normalised": "normalise", "csl": "bits"}  # what they need
WORDS = {"likelihood": f"{', '.join(list(ESTIMATORS.values())[:-1])} or bits"}


def capabilities(experiment: Experiment) -> frozenset[str]:
    """What its family can do; what any estimator needs gives a `likelihood`, a sampler `chains`."""
    can = experiment.model.can()
    if experiment.model.SAMPLER:
        can |= {"chains"}
    return can | {"likelihood"} if can & set(ESTIMATORS.values()) else can


def possible_estimators(experiment: Experiment) -> list[str]:
    """The estimators of a likelihood that the family can have in the space of its model.

    Those of drawn bits need images whose grey values may be read as probabilities of white.
    """
    can, density = experiment.model.can(), experiment.model_space.HAS_DENSITY
    bits = "bits" in can and experiment.entry.grey_as_probability
    return [
        name
        for name, needed in ESTIMATORS.items()
        if needed in can and (density or (name != "direct" and bits))
    ]


def check_needs(
    key: str, name: str, needs: frozenset[str], experiment: Experiment, where: str
) -> None:
    """Refuse what the family cannot have, or not as it is set.

    Args:
        key: Of the setting.
        name: Its value.
        needs: Capabilities.
        experiment: Which has them or not.
        where: What the sentence begins with.

    Raises:
        DeepgenError: one sentence.
    """
    if lacking := sorted(needs - capabilities(experiment)):
        family = experiment.model.family
        if set(lacking) & experiment.model.CAN:
            family += " with these settings"
        raise DeepgenError(
            f"{where}: {key} is {name!r}, which needs a family with "
            f"{' and '.join(WORDS.get(name, name) for name in lacking)}, unlike {family}: leave it "
            "out, or choose another"
        )

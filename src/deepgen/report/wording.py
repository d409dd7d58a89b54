"""Words that captions, the table and the report share."""

from collections.abc import Iterable
from typing import Any

MARK = " (ours)"  # ends the title of a model whose recipe no paper prints

# What a rule of selection scores
BEST = {
    "validation_parzen": "Parzen score on validation images",
    "validation_likelihood": "log-likelihood of validation images",
    "validation_likelihood_and_parzen": "log-likelihood of validation images",
}


def kept(selection: dict[str, Any], epochs: int | None = None) -> str:
    """Which checkpoint a rule of selection keeps.

    Args:
        selection: The resolved section `training.selection`.
        epochs: The budget, if it is known: one that ends before the first score leaves no choice.

    Example:
        >>> kept({"rule": "last"})
        'the last checkpoint'
        >>> kept({"rule": "validation_parzen", "every": 5}, epochs=3)
        'the last checkpoint, because training ended before the first score'
    """
    if selection["rule"] == "last":
        return "the last checkpoint"
    if selection["rule"] not in BEST:
        return f"the checkpoint that the rule {selection['rule']} keeps"
    if epochs is not None and epochs < selection["every"]:
        return "the last checkpoint, because training ended before the first score"
    return f"the checkpoint with the best {BEST[selection['rule']]}, scored {often(selection)}"


def name_in_papers(title: str) -> str:
    """What a paper calls the model that one of ours is, or varies: the words before a comma.

    Example:
        >>> name_in_papers("Adversarial nets, annealed (ours)"), name_in_papers("DBN (ours)")
        ('Adversarial nets', 'DBN')
    """
    return title.partition(",")[0].removesuffix(MARK)


def stands_for(model: str, titles: Iterable[str]) -> str | None:
    """Which of our titles is a paper's model and no variant of it.

    Example:
        >>> stands_for("DBN", ["DBN, wide (ours)", "DBN (ours)"])
        'DBN (ours)'
    """
    known = set(titles)
    return next((title for title in (model, model + MARK) if title in known), None)


def often(selection: dict[str, Any]) -> str:
    """How often a rule scores."""
    return "every epoch" if selection["every"] == 1 else f"every {selection['every']} epochs"


def about(seconds: float) -> str:
    """A time that is only known roughly.

    Example:
        >>> about(20), about(500), about(9000), about(144000)
        ('20 seconds', '8 minutes', '2.5 hours', '40 hours')
    """
    if seconds < 100:
        return f"{seconds:.0f} seconds"
    if seconds < 6000:
        return f"{seconds / 60:.0f} minutes"
    hours = seconds / 3600
    return f"{hours:,.{0 if hours >= 10 else 1}f} hours"


def listed(words: list[str]) -> str:
    """Words as a sentence names them.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))

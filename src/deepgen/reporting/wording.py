"""Words that captions, the table and the report share."""

from typing import Any


def kept(selection: dict[str, Any], epochs: int | None = None) -> str:
    """Which checkpoint a rule of selection keeps.

    Args:
        selection: The resolved section `training.selection`.
        epochs: The budget, if it is known: one that ends before the first score leaves no choice.

    Example:
        >>> kept({"rule": "last"})
        'the last checkpoint'
        >>> kept({"rule": "validation_parzen", "every": 5})
        'the checkpoint with the best Parzen score on validation images, scored every 5 epochs'
        >>> kept({"rule": "validation_parzen", "every": 5}, epochs=3)
        'the last checkpoint, because training ended before the first score'
    """
    if selection["rule"] == "last":
        return "the last checkpoint"
    if selection["rule"] == "validation_parzen":
        if epochs is not None and epochs < selection["every"]:
            return "the last checkpoint, because training ended before the first score"
        return (
            "the checkpoint with the best Parzen score on validation images, scored "
            f"{often(selection)}"
        )
    return f"the checkpoint that the rule {selection['rule']} keeps"


def often(selection: dict[str, Any]) -> str:
    """How often a rule scores."""
    return "every epoch" if selection["every"] == 1 else f"every {selection['every']} epochs"


def listed(words: list[str]) -> str:
    """Words as a sentence names them.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))

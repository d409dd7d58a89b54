"""The scores by name: what each is taken of, what it needs and reads. Imports no torch.

The plan, the checks and the stages ask here; the numbers are made in the module of the same name.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes:
        of: What it is taken of.
        reads: Prepared splits; `held_out` stands for the setting `comparison.held_out`.
        needs: Capabilities of the family.
        sigma: Whether a bandwidth is chosen on validation images first, in each fold if there are
            folds; a score of the model chooses its own.
        settings: Keys of `comparison` that it uses.
        quantised: Whether pixels of both sides are quantised first.
        once: Whether only the selected checkpoint of the first seed has it.
    """

    of: Literal["samples", "model"]
    reads: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    sigma: bool = False
    settings: tuple[str, ...] = ()
    quantised: bool = False
    once: bool = False


COMPARED = ("test", "valid", "held_out")
COMMON = ("seed", "num_samples", "held_out")

SCORES = {
    "parzen": Score("samples", ("test",), sigma=True),
    "two_sample": Score("samples", COMPARED, settings=COMMON, quantised=True),
    "precision_recall": Score("samples", COMPARED, settings=(*COMMON, "neighbours")),
    "mmd": Score("samples", COMPARED, settings=COMMON),
    "data_copying": Score("samples", (*COMPARED, "train"), settings=(*COMMON, "cells")),
    "likelihood": Score("model", ("test",), needs=frozenset({"likelihood"})),
    "parzen_spread": Score("model", ("valid", "test"), sigma=True, once=True),
    "sampling": Score("model", ("valid", "test"), sigma=True, once=True),
}


def possible(capabilities: frozenset[str]) -> list[str]:
    """The scores that a family with these capabilities can have."""
    return [name for name, score in SCORES.items() if score.needs <= capabilities]


def splits(name: str, held_out: str) -> list[str]:
    """Prepared splits that a score reads, each once."""
    named = (held_out if split == "held_out" else split for split in SCORES[name].reads)
    return list(dict.fromkeys(named))

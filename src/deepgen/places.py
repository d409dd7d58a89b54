"""Places in `results/<run>/`: a training, one of its checkpoints, a reference, or folds in them."""

import re
from dataclasses import dataclass
from typing import Self

CHECKPOINTS = ("selected", "last")
_PATTERN = re.compile(
    r"(?P<experiment>[a-z0-9][a-z0-9_-]*)"
    r"(?:/seed-(?P<seed>\d+)(?:/(?P<checkpoint>selected|last))?|/references/(?P<reference>[a-z-]+))"
    r"(?:/(?P<file>.*))?"
)


def fold_folders(count: int) -> list[str]:
    """What comes before the files of each fold; nothing for a set without folds.

    Example:
        >>> fold_folders(2), fold_folders(0)
        (['fold-1/', 'fold-2/'], [''])
    """
    return [f"fold-{k}/" for k in range(1, count + 1)] or [""]


@dataclass(frozen=True)
class Place:
    """A folder of a run; `str` gives its path below `results/<run>/`.

    Attributes:
        experiment: Its name.
        seed: Of the training; None for a reference.
        checkpoint: `selected`, `last`, or empty for the training itself.
        reference: Name of a reference, or empty.

    Example:
        >>> str(Place("mnist", 1, "selected")), str(Place("mnist", reference="kmeans"))
        ('mnist/seed-1/selected', 'mnist/references/kmeans')
        >>> Place.parse("mnist/seed-1/history.csv")
        (Place(experiment='mnist', seed=1, checkpoint='', reference=''), 'history.csv')
    """

    experiment: str
    seed: int | None = None
    checkpoint: str = ""
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.experiment}/{self.source}"

    @property
    def source(self) -> str:
        """The path below the experiment's folder, as `seed-1/selected`."""
        if self.reference:
            return f"references/{self.reference}"
        return f"seed-{self.seed}/{self.checkpoint}".rstrip("/")

    @classmethod
    def parse(cls, path: str) -> tuple[Self, str] | None:
        """The place that a path below `results/<run>/` lies in, and the rest; None if in none."""
        found = _PATTERN.fullmatch(path)
        if not found:
            return None
        seed = None if found["seed"] is None else int(found["seed"])
        place = cls(found["experiment"], seed, found["checkpoint"] or "", found["reference"] or "")
        return place, found["file"] or ""

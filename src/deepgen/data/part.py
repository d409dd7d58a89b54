"""What a parser hands over, whatever the format."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Part:
    """One part of a data set, such as the training files.

    Args:
        images: uint8 [N, H, W, C].
        labels: uint8 [N], or None where the set has none.
        people: Whom each image shows, N names, where the set is split by people.
        folds: uint8 [N, K], what each image is in each of K folds, where the set says so: 0
            unlabelled, 1 training, 2 validation, 3 test.
        names: What each image is called, N names, where it came from a file of its own.
        source: Which of several possible sources the images come from.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    people: Sequence[str] | None = None
    folds: np.ndarray | None = None
    names: Sequence[str] | None = None
    source: str | None = None

"""Figures 3 and 4 of the paper, as printed: tables of log-likelihoods in nats."""

import math
from typing import Any, NamedTuple

SOURCE = "Dinh, Krueger and Bengio, NICE, arXiv 1410.8516v6, figures 3 and 4"
OURS = "NICE"


class Printed(NamedTuple):
    """A column of Figure 3, with the rows of Figure 4 for that set.

    `scale` is the interval to which pixels were brought; `preprocessing`, `layers` (hidden layers
    of each coupling's network), `units` and `prior` are Figure 3's words, `likelihoods` its and
    Figure 4's nats, as printed.
    """

    scale: tuple[float, float]
    preprocessing: str
    layers: int
    units: int
    prior: str
    likelihoods: dict[str, str]

    def shift(self, size: int) -> float:
        """What a log-likelihood of images in [0, 1]^size loses by being on the paper's scale."""
        low, high = self.scale
        return size * math.log(high - low)


# The paper says of CIFAR-10 alone that it lies in [-1, 1] (section 5.1)
UNIT = (0.0, 1.0)
FIGURE_3 = {
    "MNIST": Printed(UNIT, "None", 5, 1000, "logistic", {OURS: "1980.50"}),
    "TFD": Printed(
        UNIT,
        "Approx. whitening",
        4,
        5000,
        "gaussian",
        {OURS: "5514.71", "Deep MFA": "5250", "GRBM": "2413"},
    ),
    "SVHN": Printed(UNIT, "ZCA", 4, 2000, "logistic", {OURS: "11496.55"}),
    "CIFAR-10": Printed(
        (-1.0, 1.0),
        "ZCA",
        4,
        2000,
        "logistic",
        {OURS: "5371.78", "Deep MFA": "3622", "GRBM": "2365"},
    ),
}


def published(datasets: list[str]) -> list[dict[str, Any]]:
    """Parzen scores that the paper printed: none.

    Example:
        >>> published(["MNIST"])
        []
    """
    return []

"""What a few trainings tell of one more, and of the difference to a few others."""

import math
from collections.abc import Sequence
from statistics import mean, variance

from scipy.special import stdtrit

LEVEL = 0.95


def prediction_interval(mean: float, deviation: float, n: int) -> tuple[float, float]:
    """Interval that holds one further draw with probability 0.95, for normal draws.

        mean ± t_{n - 1} s sqrt(1 + 1 / n)

    Args:
        mean: Of n draws.
        deviation: Their standard deviation s (ddof 1).
        n: At least two.

    Raises:
        ValueError: for fewer draws, of which nothing is known about the spread.

    Example:
        >>> [round(end, 2) for end in prediction_interval(0.0, 1.0, 2)]
        [-15.56, 15.56]
    """
    if n < 2:
        raise ValueError(f"{n} draws have no spread: give at least two")
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * deviation * math.sqrt(1 + 1 / n)
    return mean - half, mean + half


def difference_interval(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Welch's interval that holds the difference of two means with probability 0.95.

        d ± t_f sqrt(v_1 + v_2),  v_i = s_i^2 / n_i,
        f = (v_1 + v_2)^2 / (v_1^2 / (n_1 - 1) + v_2^2 / (n_2 - 1))

    for normal draws of unequal variances (Welch 1947, *Biometrika* 34).

    Args:
        one: At least two draws.
        other: At least two, whose mean is subtracted.

    Raises:
        ValueError: for fewer draws, of which nothing is known about the spread.

    Example:
        >>> [round(end, 2) for end in difference_interval([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])]
        [-1.27, 3.27]
    """
    if min(len(one), len(other)) < 2:
        raise ValueError("one draw has no spread: give at least two of each")
    sizes = [len(one), len(other)]
    parts = [variance(draws) / len(draws) for draws in (one, other)]
    total = sum(parts)
    middle, half = mean(one) - mean(other), 0.0
    if total > 0:
        freedom = total**2 / sum(v**2 / (n - 1) for v, n in zip(parts, sizes, strict=True))
        half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * math.sqrt(total)
    return middle - half, middle + half

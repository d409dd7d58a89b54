"""Where one more training would come out, judged by those that were made."""

import math

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

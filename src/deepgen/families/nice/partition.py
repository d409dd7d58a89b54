"""The two parts of the dimensions between which couplings go (Dinh et al. 2014, section 3.2)."""

from collections.abc import Sequence
from itertools import pairwise


def parts(partition: str | Sequence[Sequence[int]], size: int) -> tuple[list[int], list[int]]:
    """The indices of both parts, the one that the first coupling keeps first.

    Args:
        partition: `odd_even`, `halves`, or both parts as they are.
        size: Number of dimensions.

    Raises:
        ValueError: if a part is empty, or the two do not have every dimension just once.

    Example:
        >>> parts("odd_even", 5)
        ([0, 2, 4], [1, 3])
    """
    if partition == "odd_even":  # counted from 1, as in the paper
        first, second = list(range(0, size, 2)), list(range(1, size, 2))
    elif partition == "halves":
        first, second = list(range(size // 2)), list(range(size // 2, size))
    else:
        first, second = map(list, partition)
    both = sorted(first + second)
    if not first or not second:
        raise ValueError("model.partition has an empty part: give each at least one dimension")
    for problem, found in (
        ("leaves out dimension", set(range(size)) - set(both)),
        ("names dimension", set(both) - set(range(size))),
        ("has twice dimension", {a for a, b in pairwise(both) if a == b}),
    ):
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            raise ValueError(
                f"model.partition {problem} {min(found)}{more}: its two lists must have each of "
                f"0..{size - 1} once"
            )
    return first, second

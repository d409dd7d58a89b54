"""Chosen bandwidths as a file holds them. Of its own, because every score's stage reads them."""

from typing import Any

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID

# The settings have the same bounds
LOWEST, HIGHEST, MOST = 1e-6, 1e6, 100_000


def check_choices(choices: dict[str, Any]) -> None:
    """Refuse what `parzen.choose_sigmas` does not choose.

    Raises:
        ValueError: what is wrong, in a few words.
    """
    if not choices or set(choices) - {RELEASED_GRID, FINE_SIGMA}:
        raise ValueError(f"it must have {RELEASED_GRID!r} and {FINE_SIGMA!r}")
    for name, choice in choices.items():
        if not isinstance(choice, dict) or set(choice) != {"sigma", "on_grid_edge", "grid"}:
            raise ValueError(f"{name!r} must have exactly sigma, on_grid_edge and grid")
        if not _is_bandwidth(choice["sigma"]):
            raise ValueError(f"sigma of {name!r} is no number from {LOWEST:g} to {HIGHEST:g}")
        if not isinstance(choice["on_grid_edge"], bool):
            raise ValueError(f"on_grid_edge of {name!r} is neither true nor false")
        ends = choice["grid"][:2] if isinstance(choice["grid"], list) else []
        if len(ends) != 2 or not all(map(_is_bandwidth, ends)):
            raise ValueError(f"grid of {name!r} does not begin with two bandwidths")
        number = choice["grid"][2:] if name == RELEASED_GRID else [1]
        if [type(n) for n in number] != [int] or not 0 < number[0] <= MOST:
            raise ValueError(f"grid of {name!r} does not end with a number up to {MOST:,}")


def _is_bandwidth(value: Any) -> bool:
    return isinstance(value, int | float) and value is not True and LOWEST <= value <= HIGHEST

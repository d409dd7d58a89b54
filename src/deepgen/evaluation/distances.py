"""Squared Euclidean distances between two sets, in float64, a block of rows at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

ENTRIES = 2**22  # of a block of distances: 32 MiB

# Relative to the largest squared norm: far above the rounding error of the product form below, far
# below the distance of any two images that differ in one value.
RESOLUTION = 1e-12


@torch.no_grad()
def squared_distances(x: Tensor, y: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """All |x_i - y_j|^2 from a float64 matrix product of centred vectors.

    Distances whose square is below 1e-12 of the largest squared norm are exactly zero, so that a
    copy is a copy. Memory: y in float64 and about 100 MB, whatever m and n are.

    Args:
        x: [m, D], float32.
        y: [n, D], float32, on the device of x.

    Yields:
        Rows of x as a slice, and their squared distances, float64 [rows, n], free to be changed.
    """
    centre = y.mean(dim=0, dtype=torch.float64)
    y = y.double() - centre
    y_norms = y.square().sum(1)
    rows = max(1, ENTRIES // len(y))
    for start in range(0, len(x), rows):
        block = x[start : start + rows].double() - centre
        norms = block.square().sum(1, keepdim=True)
        squared = torch.addmm(y_norms, block, y.T, alpha=-2.0).add_(norms)
        copies = squared < RESOLUTION * torch.maximum(norms, y_norms.max())
        yield slice(start, start + len(block)), squared.masked_fill_(copies, 0.0)


def nearest_squared(x: Tensor, y: Tensor) -> Tensor:
    """Squared distance from every x [m, D] to the nearest y [n, D], float64 [m]."""
    return torch.cat([squared.min(dim=1).values for _, squared in squared_distances(x, y)])


def squared_radii(x: Tensor, k: int) -> Tensor:
    """Squared distance from every x [n, D] to its k-th neighbour, itself not counted, float64 [n].

    A copy elsewhere in x is a neighbour at distance zero.
    """
    blocks = (squared for _, squared in squared_distances(x, x))
    return torch.cat([b.topk(k + 1, dim=1, largest=False).values.amax(1) for b in blocks])

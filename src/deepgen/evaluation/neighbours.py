"""Nearest training images, to see whether a model has copied them (Figure 2's last column)."""

import torch
from torch import Tensor

ROWS = 4096


@torch.no_grad()
def nearest(x: Tensor, train: Tensor) -> tuple[Tensor, Tensor]:
    """The training image nearest to each x, by squared Euclidean distance in float64.

    Args:
        x: [m, D], few.
        train: [N, D], searched in blocks, so that memory stays small.

    Returns:
        Indices into `train`, int64 [m], and squared distances, float64 [m].
    """
    best = torch.full((len(x),), torch.inf, dtype=torch.float64, device=x.device)
    index = torch.zeros(len(x), dtype=torch.int64, device=x.device)
    for start in range(0, len(train), ROWS):
        block = train[start : start + ROWS].double()
        for i, point in enumerate(x.double()):
            least, where = (block - point).square().sum(1).min(0)
            if least < best[i]:
                best[i], index[i] = least, start + where
    return index, best

"""Nearest training images, to see whether a model has copied them."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

ROWS = 4096
# A sheet has four rows of five samples; the neighbour is that of the row's last sample
FRAMED = [4, 9, 14, 19]


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


def study(given: Any, settings: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """The nearest training images of the samples that a sheet frames.

    Args:
        given: Of the stage `study`, with samples and the split `train`.
        settings: Not used.

    Returns:
        `neighbours.npz` with images, float32 [4, D], indices, int64 [4], into the training set, and
        distances, float64 [4] (Euclidean, scoring space).
    """
    train = given.images["train"]
    index, squared = nearest(given.samples[FRAMED], train)
    arrays = {"images": train[index], "indices": index, "distances": squared.sqrt()}
    return {"neighbours.npz": {name: array.cpu().numpy() for name, array in arrays.items()}}

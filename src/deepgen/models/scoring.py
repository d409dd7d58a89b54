"""Data sets in the space where scores are taken."""

from pathlib import Path

import torch

from deepgen.data.prepared import load_images
from deepgen.models.spaces import SPACES


def score_images(
    data: Path, split: str, space: str, device: torch.device, stop: int | None = None
) -> torch.Tensor:
    """The first `stop` images of a prepared split in the scoring space, float32 [n, D]."""
    images = torch.from_numpy(load_images(data, split)[:stop].copy()).to(device)
    transform = SPACES[space]()
    return transform.to_score(transform(images)[0])

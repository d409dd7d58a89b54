"""Data sets in the space where scores are taken."""

from pathlib import Path

import torch

from deepgen.data.arrays import load_array
from deepgen.data.prepared import load_images
from deepgen.errors import DeepgenError
from deepgen.models.spaces import SPACES


def score_images(
    data: Path, split: str, space: str, device: torch.device, stop: int | None = None
) -> torch.Tensor:
    """The first `stop` images of a prepared split in the scoring space, float32 [n, D]."""
    images = torch.from_numpy(load_images(data, split)[:stop].copy()).to(device)
    transform = SPACES[space]()
    return transform.to_score(transform(images)[0])


def load_samples(path: Path, images: torch.Tensor) -> torch.Tensor:
    """Samples to be compared with images, float32 [n, D], on the images' device.

    Raises:
        DeepgenError: if the file is missing, damaged, or not an array of such samples.
    """
    samples = torch.from_numpy(load_array(path))
    if samples.dtype != torch.float32 or samples.ndim != 2 or samples.shape[1] != images.shape[1]:
        raise DeepgenError(
            f"{path} holds {samples.dtype} {list(samples.shape)} where float32 [n, "
            f"{images.shape[1]}] is expected: it belongs to another data set; sample again"
        )
    return samples.to(images.device)

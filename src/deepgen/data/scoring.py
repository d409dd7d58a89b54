"""Data sets and samples in the space where scores are taken."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepgen.data.arrays import load_array
from deepgen.data.coordinates import build_space
from deepgen.data.prepared import load_images
from deepgen.errors import DeepgenError


def score_images(
    data: Path, split: str, space: dict[str, Any], device: torch.device, stop: int | None = None
) -> Tensor:
    """The first `stop` images of a prepared split in the scoring space, float32 [n, D]."""
    images = torch.from_numpy(load_images(data, split)[:stop].copy()).to(device)
    return build_space(space)(images)[0]


def load_samples(path: Path, images: Tensor) -> Tensor:
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


def quantise(y: Tensor, space: dict[str, Any], images: Tensor) -> Tensor:
    """Samples or images of a scoring space with the 256 levels that images on disk have, [n, D].

    Without this a classifier tells samples from images by the values between the levels alone.
    Pixels are clipped to [0, 1] and rounded to multiples of 1/255. Contrast-normalised samples get
    the mean and norm that every image there has, and then, as the images themselves, 256 levels
    over the range of `images`.

    Args:
        y: What to quantise, float32 [n, D]; not changed.
        space: The resolved section `score_space`.
        images: Images that give the range, [m, D].
    """
    low, high = 0.0, 1.0
    if space["name"] == "contrast-normalised":
        y = build_space(space).normalise(y.clone())
        low, high = images.min().item(), images.max().item()
    step = (high - low) / 255
    return ((y - low) / step).clamp(0, 255).round() * step + low

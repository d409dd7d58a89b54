"""Data sets and samples in the space where scores are taken."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepgen.data.array_file import read_array
from deepgen.data.coordinates import build_space
from deepgen.data.prepared import load_images
from deepgen.errors import DeepgenError


def score_images(
    data: Path, split: str, space: dict[str, Any], device: torch.device, stop: int | None = None
) -> Tensor:
    """The first `stop` images of a prepared split in the scoring space, float32 [n, D]."""
    images = torch.from_numpy(load_images(data, split)[:stop].copy()).to(device)
    return build_space(space)(images)[0]


# A pixel is far within it; beyond about 1e18 squared distances have no float32
LARGEST = 1e12


def load_samples(path: Path, images: Tensor | None = None) -> Tensor:
    """Samples, float32 [n, D] with at least one row; on the device of images of the same size D.

    Args:
        images: What the samples will be compared with, if anything; without, they are on the CPU.

    Raises:
        DeepgenError: if the file is missing, damaged, or not an array of such samples, or holds a
            value that is not finite or absurdly large, to which no distance can be measured.
    """
    samples = torch.from_numpy(read_array(path))
    size = "D" if images is None else images.shape[1]
    known = samples.dtype == torch.float32 and samples.ndim == 2
    if not known or not len(samples) or size not in ("D", samples.shape[1]):
        raise DeepgenError(
            f"{path} holds {samples.dtype} {list(samples.shape)} where float32 [n, {size}] is "
            "expected: it belongs to another data set; sample again"
        )
    check_values(samples, str(path))
    return samples if images is None else samples.to(images.device)


def check_values(samples: Tensor, what: str) -> None:
    """Refuse samples, [n, D], that no score can mean anything of.

    Raises:
        DeepgenError: one sentence that begins with `what`.
    """
    wrong = ~(samples.abs() <= LARGEST)  # NaN, too
    if wrong.any():
        row = int(wrong.any(1).nonzero()[0, 0])
        raise DeepgenError(
            f"{what}: sample {row}, counted from 0, has the value {samples[wrong][0].item():g}, "
            "to which no distance can be measured: sample again from a model whose weights and "
            "samples are finite"
        )


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

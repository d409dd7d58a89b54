"""What the scores that compare sets of images look at, all of it in one representation."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from deepgen.errors import DeepgenError


@dataclass(frozen=True)
class Sets:
    """Images of one representation: pixels of the scoring space, or features of the classifier.

    Attributes:
        samples: Draws of the model, float32 [n, D], as all others, on one device.
        test: Test images that the samples are compared with.
        held_out: Images that no training saw, for the data-copying test: the test images, or
            held-out images of training people where the test split has other people.
        valid: Validation images, for bandwidths only.
        train: The training set, for a score that reads it; else None.

    Raises:
        DeepgenError: if a set is not such an array, is empty, holds a value that is not finite, or
            differs from the samples in D or device.
    """

    samples: Tensor
    test: Tensor
    held_out: Tensor
    valid: Tensor
    train: Tensor | None = None

    def __post_init__(self) -> None:
        expected = (torch.float32, self.samples.shape[1:], self.samples.device)
        for name in (field.name for field in fields(self)):
            x = getattr(self, name)
            if name == "train" and x is None:
                continue
            if x.ndim != 2 or not len(x) or (x.dtype, x.shape[1:], x.device) != expected:
                raise DeepgenError(
                    f"{name} holds {x.dtype} {list(x.shape)} on {x.device} where float32 [n, "
                    f"{self.samples.shape[-1]}] on {self.samples.device} is expected: give all "
                    "sets in the representation of the samples"
                )
            if not torch.isfinite(x).all():
                raise DeepgenError(
                    f"{name} holds values that are not finite, which no distance can compare: "
                    "make them again"
                )


def equal_numbers(sets: Sets, settings: dict, seed: int) -> tuple[Tensor, Tensor]:
    """As many samples as test images, each [n, D]; what is too many is left out at random.

    Args:
        sets: Images.
        settings: `num_samples` is the largest n.
        seed: Of the choice; nothing is drawn from a set that has exactly n.
    """
    n = min(settings["num_samples"], len(sets.samples), len(sets.test))
    rng = np.random.default_rng(seed)
    return choose(sets.samples, n, rng), choose(sets.test, n, rng)


def choose(x: Tensor, n: int, rng: np.random.Generator) -> Tensor:
    """`n` rows of x without replacement, in their order, or x itself if it has no more than n."""
    if len(x) <= n:
        return x
    rows = np.sort(rng.choice(len(x), n, replace=False))
    return x[torch.from_numpy(rows).to(x.device)]

"""Figure 6: hidden pixels by projected gradient ascent of the log-likelihood (section 5.2)."""

from collections.abc import Callable, Iterator
from math import isqrt
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepgen.contracts import Model
from deepgen.seeds import stream

# Row and column of each pixel, both in [0, 1), and their number: is it hidden?
Hidden = Callable[[Tensor, Tensor, Tensor, torch.Generator], Tensor]


RELEASED_SHARE = 1 / 100  # of an image's gradient, by the mean over the script's 100 images


def _random(share: float) -> Hidden:
    return lambda r, c, i, rng: torch.rand(r.shape, generator=rng, device=rng.device) < share


MASKS: dict[str, Hidden] = {  # in the paper's order
    "top rows": lambda r, c, i, rng: r < 0.5,
    "bottom rows": lambda r, c, i, rng: r >= 0.5,
    "odd pixels": lambda r, c, i, rng: i % 2 == 0,  # counted from 1
    "even pixels": lambda r, c, i, rng: i % 2 == 1,
    "left side": lambda r, c, i, rng: c < 0.5,
    "right side": lambda r, c, i, rng: c >= 0.5,
    "middle vertically": lambda r, c, i, rng: (r >= 0.25) & (r < 0.75),
    "middle horizontally": lambda r, c, i, rng: (c >= 0.25) & (c < 0.75),
    "75 % random": _random(0.75),
    "90 % random": _random(0.9),
}


def study(given: Any, settings: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """Fill in the hidden pixels of the first test images, each under one mask.

    Args:
        given: Of the stage `study`, with a model that has `log_prob`, and test images in [0, 1].
        settings: `inpainting`: see `deepgen.papers.nice2014.settings`.

    Returns:
        `inpainting.npz` with `images`, `start` and `end`, float32 [masks, images, D].
    """
    own, test = settings["inpainting"], given.images["test"]
    count = min(own["images"], len(test) // len(MASKS))
    images = test[: len(MASKS) * count]
    rng = stream(own["seed"], "inpainting", given.device)
    hide = torch.cat([masked(mask, count, images.shape[1], rng) for mask in MASKS])
    noise = torch.rand(images.shape, generator=rng, device=given.device)
    start = torch.where(hide, noise, images)
    share = RELEASED_SHARE if own["schedule"] == "released" else 1.0
    end = ascend(start, hide, given.model, rates(own), share, rng)
    found = {"images": images, "start": start, "end": end}
    return {
        "inpainting.npz": {
            name: x.unflatten(0, (len(MASKS), count)).cpu().numpy() for name, x in found.items()
        }
    }


def masked(mask: str, n: int, size: int, rng: torch.Generator) -> Tensor:
    """Which pixels of `n` square images of `size` values are hidden, bool [n, D].

    Args:
        mask: A key of `MASKS`; all channels of a pixel are hidden together.
        rng: Of random masks, and on the device of the result.
    """
    side = isqrt(size)
    channels = 1 if side * side == size else 3
    side = isqrt(size // channels)
    line = torch.arange(side, device=rng.device) / side
    r, c = (grid.flatten().expand(n, -1) for grid in torch.meshgrid(line, line, indexing="ij"))
    number = torch.arange(side * side, device=rng.device).expand(n, -1)
    return MASKS[mask](r, c, number, rng).repeat_interleave(channels, 1)


def rates(settings: dict[str, Any]) -> Iterator[float]:
    """10 / (100 + i) of each step: once for each i as printed, i^2 times as released."""
    printed = settings["schedule"] == "printed"
    for i in range(settings["steps"] if printed else settings["frames"]):
        for _ in range(1 if printed else i * i):
            yield 10 / (100 + i)


def ascend(
    x: Tensor,
    hide: Tensor,
    model: Model,
    rates: Iterator[float],
    share: float,
    rng: torch.Generator,
) -> Tensor:
    """x <- x + rate (share d log p(x) / dx + e) in the hidden pixels, e ~ N(0, 1).

    Args:
        x: Images in [0, 1], [n, D].
        hide: Where they change, bool [n, D].
        model: With `log_prob`, which is given the images with dequantisation noise drawn anew at
            every step.
        share: Of the gradient of an image's log-likelihood.
    """
    for rate in rates:
        u = torch.rand(x.shape, generator=rng, device=x.device)
        pixels = x.clone().requires_grad_()
        y = model.model_space.from_pixels(pixels + (u - 0.5) / 255)
        total = model.log_prob(y, rng).values.sum()
        (gradient,) = torch.autograd.grad(total, pixels)
        noise = torch.randn(x.shape, generator=rng, device=x.device)
        x = torch.where(hide, x + rate * (share * gradient + noise), x)
    return x

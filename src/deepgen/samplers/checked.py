"""Draws that are refused if a score could mean nothing of them."""

from typing import Any

import torch
from torch import Tensor

from deepgen.contracts import Model, Space
from deepgen.data.scoring import check_values
from deepgen.samplers.draw import draw


def draw_checked(
    model: Model, n: int, rng: torch.Generator, space: Space, **sampler: Any
) -> Tensor:
    """As `draw`.

    Raises:
        DeepgenError: if a value is not finite or absurdly large: finite weights give such values
            where a training ran away, or where a chain does.
    """
    samples = draw(model, n, rng, space, **sampler)
    check_values(samples, "the model draws what no image is")
    return samples

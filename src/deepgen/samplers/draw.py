"""Draws of any model, where scores are taken."""

from typing import Any

import torch
from torch import Tensor

from deepgen.contracts import Model, Space
from deepgen.data.coordinates import to_score


@torch.no_grad()
def draw(model: Model, n: int, rng: torch.Generator, space: Space, **sampler: Any) -> Tensor:
    """`n` samples in the scoring space, float32 [n, D]; `sampler` as the section of that name.

    The model is in evaluation mode meanwhile, as it is when its file is loaded.
    """
    training = model.training
    model.eval()
    y = model.sample(n, rng, **sampler)
    model.train(training)
    return to_score(y, model.model_space, space)

"""A training whose parameters alone are more than the machine's memory: told before it begins.

Linux hands out memory that it does not have and kills who uses it, and then nothing could be said.
"""

import os
from collections.abc import Sequence
from typing import Any

from deepgen.errors import DeepgenError

COPIES = 2  # parameters and their gradients, which every training has at once


def check_memory(settings: dict[str, Any], shape: Sequence[int], there: int | None = None) -> None:
    """Refuse settings of a training that cannot fit.

    Args:
        settings: The resolved slice of `train`.
        shape: Height, width and channels of an image.
        there: Bytes of memory; left out, those of this machine.

    Raises:
        DeepgenError: if the parameters of model and objective and their gradients need more.
    """
    import torch

    from deepgen.families.loading import build_model, build_objective

    there = there or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with torch.device("meta"):  # shapes without values
        model = build_model(settings, shape)
        parts = (model, build_objective(settings, shape, model))
    values = [p for part in parts for p in part.parameters()]
    needed = COPIES * sum(p.numel() * p.element_size() for p in values)
    if needed > there:
        raise DeepgenError(
            f"the parameters and their gradients need {needed / 1e9:,.0f} GB of memory, and this "
            f"machine has {there / 1e9:,.0f} GB: lower the units of model and objective, or take a "
            "larger machine"
        )

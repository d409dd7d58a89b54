"""Images along straight lines between draws of the prior."""

from typing import Any

import numpy as np
import torch

from deepgen.data.coordinates import to_score
from deepgen.seeds import stream


@torch.no_grad()
def study(given: Any, settings: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """Decode equally spaced points between pairs of draws from the prior, ends included.

    Args:
        given: Of the stage `study`, with a model that has `prior` and `decode`.
        settings: `interpolation`: seed, rows (lines) and steps (images on a line).

    Returns:
        `interpolation.npz` with `images`, float32 [rows, steps, D], in the scoring space.
    """
    line, model = settings["interpolation"], given.model
    ends = model.prior(2 * line["rows"], stream(line["seed"], "interpolation", given.device))
    first, second = ends.view(line["rows"], 2, 1, -1).unbind(1)
    t = torch.linspace(0, 1, line["steps"], device=given.device)[:, None]
    z = (1 - t) * first + t * second
    images = to_score(model.decode(z.flatten(0, 1)), model.model_space, given.space)
    return {"interpolation.npz": {"images": images.unflatten(0, z.shape[:2]).cpu().numpy()}}

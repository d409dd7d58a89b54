"""Figure 7: images on a sphere in the space of codes, turned at random (appendix A.1)."""

import math
from typing import Any

import numpy as np
import torch

from deepgen.data.coordinates import to_score
from deepgen.seeds import stream

DRAWS = 1000  # of the prior, for its typical norm


@torch.no_grad()
def study(given: Any, settings: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """Decode f^-1(R(S)), S a sphere of three dimensions and R a random rotation of the codes.

    Args:
        given: Of the stage `study`, with a model that has `prior` and `decode`.
        settings: `sphere`: see `deepgen.papers.nice2014.settings`.

    Returns:
        `sphere.npz` with `images`, float32 [rows, columns, D], in the scoring space, and the
        `radius`.
    """
    own, model = settings["sphere"], given.model
    rng = stream(own["seed"], "sphere", given.device)
    draws = model.prior(DRAWS, rng)
    radius = own.get("radius", draws.square().sum(1).mean().sqrt().item())
    directions = torch.randn((draws.shape[1], 3), generator=rng, device=given.device)
    directions = torch.linalg.qr(directions).Q.T  # [3, d], orthonormal
    polar = (torch.arange(own["rows"], device=given.device) + 0.5) / own["rows"] * math.pi
    around = torch.arange(own["columns"], device=given.device) / own["columns"] * 2 * math.pi
    polar, around = torch.meshgrid(polar, around, indexing="ij")
    points = torch.stack([polar.sin() * around.cos(), polar.sin() * around.sin(), polar.cos()], -1)
    codes = radius * points.flatten(0, 1) @ directions
    images = to_score(model.decode(codes), model.model_space, given.space)
    shaped = images.unflatten(0, polar.shape).cpu().numpy()
    return {"sphere.npz": {"images": shaped, "radius": np.float64(radius)}}

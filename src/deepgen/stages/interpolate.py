"""Stage `interpolate`: a model in; images along straight lines in z space out (Figure 3)."""

from pathlib import Path
from typing import Any

import torch

from deepgen.data.arrays import save_array
from deepgen.device import choose_device
from deepgen.models.loading import load_trained
from deepgen.seeds import stream


@torch.no_grad()
def interpolate(
    model: Path, out: Path, settings: dict[str, Any], code: dict[str, str], device: str
) -> None:
    """Decode equally spaced points between pairs of draws from the prior, ends included.

    Args:
        model: A model file of a family with `prior` and `decode`.
        out: Receives `interpolation.npy`, float32 [rows, steps, D], in the scoring space.
        settings: The resolved slice: model, interpolation, threads.
        code: Fingerprints of the model's code today.

    Raises:
        DeepgenError: if the file holds another model or one that other code trained.
    """
    target = choose_device(device, settings["threads"])
    network = load_trained(model, settings["model"], code).to(target)
    line = settings["interpolation"]
    ends = network.prior(2 * line["rows"], stream(line["seed"], "interpolation", target))
    first, second = ends.view(line["rows"], 2, 1, -1).unbind(1)
    t = torch.linspace(0, 1, line["steps"], device=target)[:, None]
    z = (1 - t) * first + t * second
    images = network.space.to_score(network.decode(z.flatten(0, 1)))
    save_array(out / "interpolation.npy", images.unflatten(0, z.shape[:2]).cpu().numpy())

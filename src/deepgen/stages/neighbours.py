"""Stage `neighbours`: samples and training data in; nearest training images out (Figure 2)."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from deepgen.data.arrays import load_array
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.evaluation.neighbours import nearest
from deepgen.files import write_atomically
from deepgen.models.scoring import score_images

# Figure 2 has four rows of five samples; the neighbour is that of the row's last sample.
SHOWN = [4, 9, 14, 19]


def neighbours(samples: Path, data: Path, out: Path, settings: dict[str, Any], device: str) -> None:
    """Find the nearest training image of samples 4, 9, 14 and 19.

    Args:
        samples: `samples.npy`.
        data: Folder of the prepared data set.
        out: Receives `neighbours.npz`: images float32 [4, D], indices int64 [4] into the training
            set, distances float64 [4] (Euclidean, scoring space).
        settings: The resolved slice: space, threads.

    Raises:
        DeepgenError: for missing or damaged files, or too few samples.
    """
    target = choose_device(device, settings["threads"])
    drawn, needed = load_array(samples), SHOWN[-1] + 1
    if len(drawn) < needed:
        raise DeepgenError(
            f"{samples} has {len(drawn)} samples, but Figure 2 shows {needed}: raise num_samples "
            "and draw them again"
        )
    shown = torch.from_numpy(drawn[SHOWN]).to(target)
    train = score_images(data, "train", settings["space"], target)
    index, squared = nearest(shown, train)
    arrays = {
        "images": train[index].cpu().numpy(),
        "indices": index.cpu().numpy(),
        "distances": squared.sqrt().cpu().numpy(),
    }

    def write(path: Path) -> None:
        with open(path, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    write_atomically(out / "neighbours.npz", write)

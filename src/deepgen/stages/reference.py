"""Stage `reference`: training data in; samples that no generative model made out."""

from pathlib import Path
from typing import Any

from deepgen.data.arrays import save_array
from deepgen.data.scoring import score_images
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.evaluation import references


def reference(data: Path, out: Path, settings: dict[str, Any], device: str = "cpu") -> None:
    """Make one of the reference sets of Table 1.

    Args:
        data: Folder of the prepared data set.
        out: Receives `samples.npy`, float32 [n, D], in the scoring space.
        settings: The resolved slice: score_space, threads, reference, seed and its own settings.

    Raises:
        DeepgenError: for an unknown reference, or missing or damaged files.
    """
    target = choose_device(device, settings["threads"])
    train = score_images(data, "train", settings["score_space"], target).cpu().numpy()
    seed = settings["seed"]
    match settings["reference"]:
        case "training-images":
            samples = references.training_images(train, settings["num_samples"], seed)
        case "kmeans":
            samples = references.kmeans(
                train,
                settings["kmeans_centroids"],
                settings["kmeans_iterations"],
                seed,
                settings["threads"],
            )
        case "gaussian":
            samples = references.gaussian(train, settings["num_samples"], seed)
        case name:
            raise DeepgenError(
                f"reference {name!r} is not known: choose from training-images, kmeans, gaussian"
            )
    save_array(out / "samples.npy", samples)

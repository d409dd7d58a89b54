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
        settings: The resolved slice: score_space, threads, reference and its own settings, of which
            seed, if it draws anything.

    Raises:
        DeepgenError: for an unknown reference, or missing or damaged files.
    """
    target = choose_device(device, settings["threads"])
    train = score_images(data, "train", settings["score_space"], target).cpu().numpy()
    match settings["reference"]:
        case "training-images":
            samples = references.training_images(train, settings["num_samples"], settings["seed"])
        case "kmeans":
            samples = references.kmeans(
                train,
                settings["kmeans_centroids"],
                settings["kmeans_iterations"],
                settings["seed"],
                settings["threads"],
            )
        case "gaussian":
            samples = references.gaussian(train, settings["num_samples"], settings["seed"])
        case "constant-image":
            samples = references.constant_image(train)
        case name:
            raise DeepgenError(
                f"reference {name!r} is not known: choose from training-images, kmeans, gaussian, "
                "constant-image"
            )
    save_array(out / "samples.npy", samples)

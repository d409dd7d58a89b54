"""Stage `reference`: training data in; samples that no generative model made out."""

from pathlib import Path
from typing import Any

from deepgen.data.arrays import save_array
from deepgen.device import choose_device
from deepgen.evaluation import references
from deepgen.models.scoring import score_images


def reference(data: Path, out: Path, settings: dict[str, Any], device: str = "cpu") -> None:
    """Make one of the reference sets of Table 1.

    Args:
        data: Folder of the prepared data set.
        out: Receives `samples.npy`, float32 [n, D], in the scoring space.
        settings: The resolved slice: space, threads, reference, seed and its own settings.

    Raises:
        DeepgenError: for missing or damaged files.
    """
    target = choose_device(device, settings["threads"])
    train = score_images(data, "train", settings["space"], target).numpy()
    seed = settings["seed"]
    if settings["reference"] == "kmeans":
        samples = references.kmeans(
            train,
            settings["kmeans_centroids"],
            settings["kmeans_iterations"],
            seed,
            settings["threads"],
        )
    elif settings["reference"] == "gaussian":
        samples = references.gaussian(train, settings["num_samples"], seed)
    else:
        samples = references.training_images(train, settings["num_samples"], seed)
    save_array(out / "samples.npy", samples)

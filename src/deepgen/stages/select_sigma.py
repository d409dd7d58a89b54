"""Stage `select-sigma`: samples and validation images in; the sigma curve and the choice out."""

from pathlib import Path
from typing import Any

import pandas as pd

from deepgen.data.scoring import load_samples, score_images
from deepgen.device import choose_device
from deepgen.evaluation.parzen import choose_sigmas
from deepgen.files import write_json, write_text


def select_sigma(
    samples: Path, data: Path, out: Path, settings: dict[str, Any], device: str
) -> None:
    """Choose the window's bandwidth on the first validation images.

    Args:
        samples: `samples.npy`.
        data: Folder of the prepared data set.
        out: Receives `sigma_grid.csv` and `sigma.json`.
        settings: The resolved slice: score_space, parzen, threads.

    Raises:
        DeepgenError: for missing or damaged files.
    """
    target = choose_device(device, settings["threads"])
    count = settings["parzen"]["sigma_examples"]
    validation = score_images(data, "valid", settings["score_space"], target, count)
    centres = load_samples(samples, validation)
    curve, choices = choose_sigmas(validation, centres, settings["parzen"])
    write_text(out / "sigma_grid.csv", pd.DataFrame(curve).to_csv(index=False))
    write_json(out / "sigma.json", choices)

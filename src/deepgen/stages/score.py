"""Stage `score`: samples, sigma and test images in; the test score out."""

import importlib
import json
from pathlib import Path
from typing import Any

import torch

from deepgen.data.arrays import load_array
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.files import write_json
from deepgen.models.scoring import score_images
from deepgen.models.spaces import SPACES


def score(
    samples: Path, sigma: Path, data: Path, out: Path, settings: dict[str, Any], device: str
) -> None:
    """Score samples against the whole test split, which no stage before this one reads.

    Args:
        samples: `samples.npy`.
        sigma: `sigma.json`.
        data: Folder of the prepared data set.
        out: Receives `<score>.json`.
        settings: The resolved slice: score (a module of `deepgen.evaluation`), space, threads.

    Raises:
        DeepgenError: for missing or damaged files.
    """
    target = choose_device(device, settings["threads"])
    centres = torch.from_numpy(load_array(samples)).to(target)
    try:
        choices = json.loads(sigma.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DeepgenError(
            f"{sigma} is damaged ({error}): run deepgen select-sigma again"
        ) from None
    test = score_images(data, "test", settings["space"], target)
    module = importlib.import_module(f"deepgen.evaluation.{settings['score']}")
    result = module.evaluate(centres, test, choices, SPACES[settings["space"]].title)
    write_json(out / f"{settings['score']}.json", result)

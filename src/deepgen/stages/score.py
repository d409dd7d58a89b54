"""Stage `score`: samples, sigma and test images in; the test score out."""

import importlib
import json
from pathlib import Path
from typing import Any

from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.files import write_json
from deepgen.models.scoring import load_samples, score_images
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
    choices = _read_choices(sigma)
    test = score_images(data, "test", settings["space"], target)
    centres = load_samples(samples, test)
    module = importlib.import_module(f"deepgen.evaluation.{settings['score']}")
    result = module.evaluate(centres, test, choices, SPACES[settings["space"]].title)
    write_json(out / f"{settings['score']}.json", result)


def _read_choices(path: Path) -> dict[str, dict[str, Any]]:
    """The content of `sigma.json`."""
    try:
        choices = json.loads(path.read_text(encoding="utf-8"))
        if not all(float(choice["sigma"]) > 0 for choice in choices.values()):
            raise ValueError("a sigma is not positive")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DeepgenError(f"{path} is damaged ({error}): run deepgen select-sigma again") from None
    return choices

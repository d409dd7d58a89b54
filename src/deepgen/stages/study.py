"""Stage `study`: a model, samples or nothing in; the arrays that a figure shows out."""

import importlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepgen.contracts import Model, Space
from deepgen.data.coordinates import build_space
from deepgen.data.scoring import load_samples, score_images
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.families.trained import load_trained
from deepgen.files import write_atomically


@dataclass(frozen=True)
class Given:
    """What a study starts from; what it does not ask for is missing.

    Attributes:
        device: Where tensors are.
        space: In which samples and images are.
        model: In evaluation mode.
        samples: Float32 [n, D].
        images: {split: float32 [n, D]}.
    """

    device: torch.device
    space: Space | None = None
    model: Model | None = None
    samples: Tensor | None = None
    images: dict[str, Tensor] | None = None


def study(
    out: Path,
    settings: dict[str, Any],
    device: str = "cpu",
    code: dict[str, str] | None = None,
    model: Path | None = None,
    samples: Path | None = None,
    data: Path | None = None,
) -> None:
    """Work out the arrays of one study.

    Args:
        out: Receives the study's files, each a `.npz`.
        settings: The resolved slice: study (a module below `deepgen`, whose `study(given,
            settings)` returns {file: {name: array}}), threads, what it uses of its own, and with a
            model or samples score_space; with a model also model and model_space; reads (splits)
            and fewest_samples as `deepgen.figures.catalogue.Study` has them.
        code: Fingerprints of the model's code today, with a model.
        model, samples: What the study starts from, if anything.
        data: Folder of the prepared data set, if it reads images.

    Raises:
        DeepgenError: for missing or damaged files, another model, or too few samples.
    """
    target = choose_device(device, settings["threads"])
    space, network, drawn, images = None, None, None, {}
    if "score_space" in settings:
        space = build_space(settings["score_space"])
    if model is not None:
        network = load_trained(model, settings, code or {}).to(target)
    for split in settings.get("reads", []):
        images[split] = score_images(data, split, settings["score_space"], target)
    if samples is not None:
        drawn = _samples(samples, settings["fewest_samples"], images).to(target)
    module = importlib.import_module(f"deepgen.{settings['study']}")
    found = module.study(Given(target, space, network, drawn, images), settings)
    for name, arrays in found.items():
        write_atomically(out / name, partial(_save, arrays))


def _samples(path: Path, fewest: int, images: dict[str, Tensor]) -> Tensor:
    """The samples, which must fit the images if there are any."""
    compared = next(iter(images.values()), None)
    drawn = load_samples(path, compared)
    if len(drawn) < fewest:
        raise DeepgenError(
            f"{path} has {len(drawn)} samples, but {fewest} are shown: raise num_samples and draw "
            "them again"
        )
    return drawn


def _save(arrays: dict[str, np.ndarray], path: Path) -> None:
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)

"""Stage `score`: samples and test images in; a score out."""

import importlib
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from deepgen.data.array_file import read_array
from deepgen.data.arrays import save_array
from deepgen.data.coordinates import build_space
from deepgen.data.scoring import load_samples, quantise, score_images
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.evaluation.sets import Sets
from deepgen.evaluation.sigma_choices import check_choices
from deepgen.files import write_json
from deepgen.json_file import read_json


def score(
    samples: Path,
    data: Path,
    out: Path,
    settings: dict[str, Any],
    device: str,
    sigmas: list[Path],
    features: Path | None = None,
) -> dict[str, float]:
    """Score samples against test images, which no stage before this one reads.

    Args:
        samples: `samples.npy`.
        data: Folder of the prepared data set.
        out: Receives `<score>.json`: for parzen {estimator: result}, for the others
            {representation: result}, the representations being the scoring space and, if they are
            given, `features`. For parzen also `parzen.npy`, the log-likelihood of every test
            image, float64 [estimators, images], in the order of the sorted estimators and folds.
        settings: The resolved slice: score (an entry of `deepgen.evaluation.catalogue` and module
            of `deepgen.evaluation`), score_space, threads, reads (splits), and folds, their number,
            for a score under a sigma; for others comparison (seed, num_samples, held_out and the
            score's own), quantised if both sides are quantised first, and features, the module of
            the classifier, if the set has labels.
        sigmas: `sigma.json`, or that of every fold, fold 1 first, for a score with a sigma.
        features: Folder of `classify`, if the samples are compared in features, too.

    Returns:
        {"seconds", "processor_seconds"} of the scoring alone.

    Raises:
        DeepgenError: for missing or damaged files, or the classifier of other images.
    """
    target = choose_device(device, settings["threads"])
    module = importlib.import_module(f"deepgen.evaluation.{settings['score']}")
    began, processor = time.monotonic(), time.process_time()
    if "folds" in settings:
        results, values = _under_windows(module, samples, data, settings, target, sigmas)
        save_array(out / f"{settings['score']}.npy", values)
    else:
        results = _compare(module, samples, data, settings, target, features)
    write_json(out / f"{settings['score']}.json", results)
    return {
        "seconds": time.monotonic() - began,
        "processor_seconds": time.process_time() - processor,
    }


def _under_windows(
    module: Any,
    samples: Path,
    data: Path,
    settings: dict[str, Any],
    device: torch.device,
    sigmas: list[Path],
) -> tuple[dict[str, Any], np.ndarray]:
    """The score under the bandwidth of every fold, or of the set without folds.

    Also the log-likelihood of every image, the folds' joined.
    """
    space, results, values = settings["score_space"], [], []
    for i, path in enumerate(sigmas, 1):
        split = f"fold-{i}/test" if settings["folds"] else "test"
        test = score_images(data, split, space, device)
        title = build_space(space).title
        centres = load_samples(samples, test)
        choices = dict(sorted(_read_choices(path).items()))
        result, per_image = module.evaluate(centres, test, choices, title)
        results.append(result)
        values.append(per_image.cpu().numpy())
    joined = np.concatenate(values, axis=1)
    return (module.over_folds(results) if settings["folds"] else results[0]), joined


def _compare(
    module: Any,
    samples: Path,
    data: Path,
    settings: dict[str, Any],
    device: torch.device,
    features: Path | None,
) -> dict[str, Any]:
    """The score of one set of samples in every representation."""
    spec, space = settings["comparison"], settings["score_space"]
    images = {split: score_images(data, split, space, device) for split in settings["reads"]}
    drawn = load_samples(samples, images["test"])
    if quantised := settings.get("quantised", False):
        images = {split: quantise(x, space, images["valid"]) for split, x in images.items()}
        drawn = quantise(drawn, space, images["valid"])
    seen = {space["name"]: (images, drawn)}
    if features is not None:
        network = importlib.import_module(f"deepgen.evaluation.{settings['features']}")
        path = features / "classifier.safetensors"
        model = network.load_classifier(path)
        shape = read_array(data / "test.npy", mmap_mode="r").shape[1:]
        network.check_fits(model, path, shape, space["name"])
        represent = model.to(device).features
        of_images = {
            split: represent(x) if quantised else _features(features, split, x)
            for split, x in images.items()
        }
        seen["features"] = (of_images, represent(drawn))
    results = {}
    for name, (splits, own) in seen.items():
        sets = Sets(
            samples=own,
            test=splits["test"],
            held_out=splits[spec["held_out"]],
            valid=splits["valid"],
            train=splits.get("train"),
        )
        results[name] = module.score(sets, spec, spec["seed"])
    return results


def _features(folder: Path, split: str, images: torch.Tensor) -> torch.Tensor:
    """What `classify` took of a split, [n, D], on the images' device."""
    found = torch.from_numpy(read_array(path := folder / f"{split}_features.npy"))
    if found.dtype != torch.float32 or found.ndim != 2 or len(found) != len(images):
        raise DeepgenError(f"{path} does not have the features of {split}: run deepgen classify")
    return found.to(images.device)


def _read_choices(path: Path) -> dict[str, dict[str, Any]]:
    """The content of `sigma.json`."""
    choices = read_json(path, "deepgen select-sigma")
    try:
        check_choices(choices)
    except ValueError as error:
        raise DeepgenError(f"{path} is damaged ({error}): run deepgen select-sigma again") from None
    return choices

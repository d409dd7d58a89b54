"""Stage `score`: samples and test images in; a score out."""

import importlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from deepgen.data.arrays import load_array, save_array
from deepgen.data.coordinates import build_space
from deepgen.data.scoring import load_samples, quantise, score_images
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.evaluation.sets import Sets
from deepgen.files import write_json


def score(
    samples: Path,
    data: Path,
    out: Path,
    settings: dict[str, Any],
    device: str,
    sigmas: list[Path],
    classifier: Path | None = None,
) -> dict[str, float]:
    """Score samples against test images, which no stage before this one reads.

    Args:
        samples: `samples.npy`.
        data: Folder of the prepared data set.
        out: Receives `<score>.json`: for parzen {estimator: result}, for the others
            {representation: result}, the representations being the scoring space and, with a
            classifier, `features`. For parzen also `parzen.npy`, the log-likelihood of every test
            image, float64 [estimators, images], in the order of the sorted estimators and folds.
        settings: The resolved slice: score (an entry of `deepgen.evaluation.catalogue` and module
            of `deepgen.evaluation`), score_space, threads, reads (splits), and folds, their number,
            for a score under a sigma; for others comparison (seed, num_samples, held_out and the
            score's own) and features, the module of the classifier, if the set has labels.
        sigmas: `sigma.json`, or that of every fold, fold 1 first, for a score with a sigma.
        classifier: A file of `classify`, if the samples are compared in its features, too.

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
        results = _compare(module, samples, data, settings, target, classifier)
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
    classifier: Path | None,
) -> dict[str, Any]:
    """The score of one set of samples in every representation.

    The score's module says whether images and samples are `QUANTISED` first.
    """
    spec, space = settings["comparison"], settings["score_space"]
    images = {split: score_images(data, split, space, device) for split in settings["reads"]}
    drawn = load_samples(samples, images["test"])
    if getattr(module, "QUANTISED", False):
        images = {split: quantise(x, space, images["valid"]) for split, x in images.items()}
        drawn = quantise(drawn, space, images["valid"])
    representations = {space["name"]: lambda x: x}
    if classifier is not None:
        network = importlib.import_module(f"deepgen.evaluation.{settings['features']}")
        model = network.load_classifier(classifier)
        shape = load_array(data / "test.npy", mmap_mode="r").shape[1:]
        network.check_fits(model, classifier, shape, space["name"])
        representations["features"] = model.to(device).features
    results = {}
    for name, represent in representations.items():
        seen = {split: represent(x) for split, x in images.items()}
        sets = Sets(
            samples=represent(drawn),
            test=seen["test"],
            held_out=seen[spec["held_out"]],
            valid=seen["valid"],
            train=seen.get("train"),
        )
        results[name] = module.score(sets, spec, spec["seed"])
    return results


def _read_choices(path: Path) -> dict[str, dict[str, Any]]:
    """The content of `sigma.json`."""
    try:
        choices = json.loads(path.read_text(encoding="utf-8"))
        if not all(float(choice["sigma"]) > 0 for choice in choices.values()):
            raise ValueError("a sigma is not positive")
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: run deepgen select-sigma first") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DeepgenError(f"{path} is damaged ({error}): run deepgen select-sigma again") from None
    return choices

"""Stage `parzen-spread`: a model, its samples and images in; what a Parzen score's ± leaves out."""

import time
from pathlib import Path
from typing import Any

from deepgen.data.coordinates import build_space
from deepgen.data.scoring import load_samples, score_images
from deepgen.device import choose_device
from deepgen.evaluation.parzen_spread import Fold, spreads
from deepgen.families.trained import load_trained
from deepgen.files import write_json
from deepgen.places import fold_folders
from deepgen.samplers.checked import draw_checked
from deepgen.seeds import stream


def parzen_spread(
    model: Path,
    samples: Path,
    data: Path,
    out: Path,
    settings: dict[str, Any],
    seed: int,
    code: dict[str, str],
    device: str,
) -> dict[str, float]:
    """Score other samples of the model, and its own under other validation images.

    Args:
        model: A model file.
        samples: `samples.npy`, drawn from it; as many are drawn again.
        data: Folder of the prepared data set.
        out: Receives `parzen_spread.json`, {estimator: see
            `deepgen.evaluation.parzen_spread.spreads`}.
        settings: The resolved slice: model, model_space, score_space, parzen, parzen_spread, folds
            (their number), threads, and sampler if the experiment has one.
        seed: Of the experiment.
        code: Fingerprints of the model's code today.

    Returns:
        {"seconds": of all of it but loading the model}.

    Raises:
        DeepgenError: for missing or damaged files, or a model of another experiment or other code.
    """
    target = choose_device(device, settings["threads"])
    network = load_trained(model, settings, code).to(target)
    began = time.monotonic()
    spec, space = settings["parzen_spread"], settings["score_space"]
    folds = [
        Fold(*(score_images(data, f"{fold}{split}", space, target) for split in ("valid", "test")))
        for fold in fold_folders(settings["folds"])
    ]
    reported = load_samples(samples, folds[0].test)
    coordinates, sampler = build_space(space), settings.get("sampler", {})
    redraws = (
        draw_checked(
            network, len(reported), stream(seed, f"samples {i}", target), coordinates, **sampler
        )
        for i in range(1, spec["redraws"] + 1)
    )
    results = spreads(
        reported,
        redraws,
        folds,
        settings["parzen"],
        spec["resamples"],
        stream(seed, "validation images for sigma"),
        coordinates.title,
    )
    write_json(out / "parzen_spread.json", results)
    return {"seconds": time.monotonic() - began}

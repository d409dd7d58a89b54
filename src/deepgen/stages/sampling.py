"""Stage `sampling`: a model and images in; what samples that are drawn in several ways score."""

import time
from pathlib import Path
from typing import Any

from deepgen.data.coordinates import build_space
from deepgen.data.scoring import score_images
from deepgen.device import choose_device
from deepgen.evaluation.sampling import worth
from deepgen.families.trained import load_trained
from deepgen.files import write_json
from deepgen.places import fold_folders
from deepgen.samplers.checked import draw_checked
from deepgen.seeds import stream


def sampling(
    model: Path,
    data: Path,
    out: Path,
    settings: dict[str, Any],
    seed: int,
    code: dict[str, str],
    device: str,
) -> dict[str, Any]:
    """Draw samples in every way with the same seed, and score each.

    As many samples as the stage `sample` draws are the same ones in the way that is set.

    Args:
        model: A model file.
        data: Folder of the prepared data set.
        out: Receives `sampling.json`, {"ways": [{"way": its name, "sampler": its section, "parzen"
            and "autocorrelation": see `deepgen.evaluation.sampling.worth`}]}.
        settings: The resolved slice: model, model_space, score_space, parzen, sampling, folds
            (their number), threads, and ways, each with `way` and, if the family has one,
            `sampler`.
        seed: Of the experiment.
        code: Fingerprints of the model's code today.

    Returns:
        {"seconds": of all of it but loading the model, "ways": {name: {"seconds",
        "processor_seconds"} of the drawing alone}}.

    Raises:
        DeepgenError: for missing or damaged files, or a model of another experiment or other code.
    """
    target = choose_device(device, settings["threads"])
    network = load_trained(model, settings, code).to(target)
    began = time.monotonic()
    n, space = settings["sampling"]["num_samples"], settings["score_space"]
    folds = [
        tuple(score_images(data, f"{fold}{split}", space, target) for split in ("valid", "test"))
        for fold in fold_folders(settings["folds"])
    ]
    coordinates = build_space(space)
    results, seconds = [], {}
    for way in settings["ways"]:
        sampler = way.get("sampler", {})
        drawing, processor = time.monotonic(), time.process_time()
        rng = stream(seed, "samples", target)
        samples = draw_checked(network, n, rng, coordinates, **sampler).cpu()
        seconds[way["way"]] = {
            "seconds": time.monotonic() - drawing,
            "processor_seconds": time.process_time() - processor,
        }
        length = -(-n // sampler.get("chains", 1))
        found = worth(samples.to(target), length, folds, settings["parzen"], coordinates.title)
        results.append(way | found)
    write_json(out / "sampling.json", {"ways": results})
    return {"seconds": time.monotonic() - began, "ways": seconds}

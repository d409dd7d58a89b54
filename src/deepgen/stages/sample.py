"""Stage `sample`: a model in; random draws in the scoring space out."""

import time
from pathlib import Path
from typing import Any

from deepgen.data.arrays import save_array
from deepgen.data.coordinates import build_space
from deepgen.device import choose_device
from deepgen.families.trained import load_trained
from deepgen.samplers.checked import draw_checked
from deepgen.seeds import stream


def sample(
    model: Path, out: Path, settings: dict[str, Any], seed: int, code: dict[str, str], device: str
) -> dict[str, float]:
    """Draw `num_samples` with noise that training and selection never used.

    Args:
        model: `selected.safetensors` or `last.safetensors`.
        out: Receives `samples.npy`, float32 [n, D].
        settings: The resolved slice: model, model_space, score_space, num_samples, threads, and
            sampler if the experiment has one.
        seed: Of the experiment.
        code: Fingerprints of the model's code today.

    Returns:
        {"seconds", "processor_seconds"} of the drawing alone.

    Raises:
        DeepgenError: if the file holds another model or one that other code trained.
    """
    target = choose_device(device, settings["threads"])
    network = load_trained(model, settings, code).to(target)
    space, sampler = build_space(settings["score_space"]), settings.get("sampler", {})
    began, processor = time.monotonic(), time.process_time()
    rng = stream(seed, "samples", target)
    samples = draw_checked(network, settings["num_samples"], rng, space, **sampler).cpu()
    seconds = {
        "seconds": time.monotonic() - began,
        "processor_seconds": time.process_time() - processor,
    }
    save_array(out / "samples.npy", samples.numpy())
    return seconds

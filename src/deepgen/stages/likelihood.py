"""Stage `likelihood`: a model and a split in; the log-likelihood of every image out."""

import importlib
import time
from pathlib import Path
from typing import Any

import torch

from deepgen.data.arrays import save_array
from deepgen.data.prepared import load_images
from deepgen.device import choose_device
from deepgen.evaluation.likelihood import summarise
from deepgen.families.trained import load_trained
from deepgen.files import write_json
from deepgen.seeds import stream

SPLIT = "test"


def likelihood(
    model: Path,
    data: Path,
    out: Path,
    settings: dict[str, Any],
    code: dict[str, str],
    device: str,
) -> dict[str, float]:
    """The log-likelihood of the test images.

    Args:
        model: A model file of a family with `log_prob`.
        data: Folder of the prepared data set.
        out: Receives `loglik.npy`, float64 [n], nats an image on the scale that
            `likelihood.json` states, and `likelihood.json`, {estimator: see
            `deepgen.evaluation.likelihood.summarise`}.
        settings: The resolved slice: model, model_space, likelihood, threads.
        code: Fingerprints of the model's code today.

    Returns:
        {"seconds": of the estimate alone}.

    Raises:
        DeepgenError: if the file holds another model or one that other code trained.
    """
    target = choose_device(device, settings["threads"])
    network = load_trained(model, settings, code).to(target)
    images = torch.from_numpy(load_images(data, SPLIT)).to(target)
    spec = settings["likelihood"]
    estimator = importlib.import_module(f"deepgen.evaluation.likelihoods.{spec['estimator']}")
    began = time.monotonic()
    draws = [
        estimator.log_likelihood(network, images, stream(spec["seed"], f"likelihood {i}", target))
        for i in range(spec["draws"])
    ]
    seconds = time.monotonic() - began
    values, summary = summarise(draws, network.model_space, images.shape[1])
    save_array(out / "loglik.npy", values.cpu().numpy())
    write_json(out / "likelihood.json", {spec["estimator"]: summary})
    return {"seconds": seconds}

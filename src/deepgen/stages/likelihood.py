"""Stage `likelihood`: a model and a split in; the log-likelihood of every image out."""

import importlib
import shutil
import time
from pathlib import Path
from typing import Any

import torch

from deepgen.data.arrays import save_array
from deepgen.data.prepared import load_images
from deepgen.device import choose_device
from deepgen.evaluation.likelihood import Given, scored_space, summarise
from deepgen.families.trained import load_trained
from deepgen.files import write_json
from deepgen.samplers.kept import Kept
from deepgen.seeds import stream

SPLIT = "test"


def likelihood(
    model: Path,
    data: Path,
    out: Path,
    settings: dict[str, Any],
    code: dict[str, str],
    device: str,
    states: Path | None = None,
) -> dict[str, float]:
    """The log-likelihood of the test images.

    Args:
        model: A model file of a family that an estimator is made for.
        data: Folder of the prepared data set.
        out: Receives `loglik.npy`, float64 [n], nats an image on the scale that
            `likelihood.json` states, and `likelihood.json`, {estimate: see
            `deepgen.evaluation.likelihood.summarise`}. Of several estimates, such as those of
            forward and reverse annealing, `loglik.npy` has the first of the first estimator.
        settings: The resolved slice: model, model_space, likelihood, threads, and sampler if
            the experiment has one.
        code: Fingerprints of the model's code today.
        states: Folder of this job alone, where chains of minutes are kept until it ends, so that
            after a kill they go on with the same bits.

    Returns:
        {"seconds": of the estimate alone}.

    Raises:
        DeepgenError: if the file holds another model or one that other code trained.
    """
    target = choose_device(device, settings["threads"])
    network = load_trained(model, settings, code).to(target)
    images = torch.from_numpy(load_images(data, SPLIT)).to(target)
    spec = settings["likelihood"]
    space, found = scored_space(network), {}
    began = time.monotonic()
    for name in spec["estimators"]:
        estimator = importlib.import_module(f"deepgen.evaluation.likelihoods.{name}")
        draws = []
        for i in range(spec["draws"]):
            rng = stream(spec["seed"], f"likelihood {i}", target)
            chains = stream(spec["seed"], f"{name} {i}", target)
            kept = Kept(states and states / f"{name}-{i}", chains)
            given = Given(network, space, images, settings.get("sampler", {}), chains, kept)
            draws.append(estimator.log_likelihood(given, rng, spec))
        for part in draws[0]:
            found[part] = summarise([draw[part] for draw in draws], space, images.shape[1])
    seconds = time.monotonic() - began
    first, *_ = found.values()
    save_array(out / "loglik.npy", first[0].cpu().numpy())
    write_json(out / "likelihood.json", {name: summary for name, (_, summary) in found.items()})
    if states:
        shutil.rmtree(states, ignore_errors=True)
    return {"seconds": seconds}

"""Stage `train`: prepared data in; models, discriminator, history and previews out."""

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from deepgen.data.arrays import save_array
from deepgen.data.prepared import image_shape, load_images, load_labels
from deepgen.device import choose_device
from deepgen.errors import DeepgenError, TemporaryStop
from deepgen.files import write_text
from deepgen.models.base import Model
from deepgen.models.loading import build_model, draw, load_model, save_model
from deepgen.seeds import stream
from deepgen.tensors import write_tensors
from deepgen.training.batches import Batches
from deepgen.training.checkpoint import restore_latest, save_state
from deepgen.training.loop import Loop
from deepgen.training.selection import RULES, LastEpoch

# Between two saves of the running state, or twenty times what the last one took: a state has up to
# two gigabytes.
SAVE_EVERY_SECONDS, SAVES_AT_MOST = 60, 0.05


def train(
    data: Path,
    out: Path,
    states: list[Path],
    settings: dict[str, Any],
    seed: int,
    key: str,
    code: dict[str, str],
    previous: Path | None = None,
    device: str = "auto",
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[dict[str, Any]], None] = lambda row: None,
) -> None:
    """Train one seed of one experiment, from its last saved state if there is one.

    Args:
        data: Folder of the prepared data set.
        out: Receives `selected.safetensors`, `last.safetensors`, `objective.safetensors`,
            `history.csv` and `previews.npy`.
        states: Folders of saved states; the first is this training's own.
        settings: The resolved slice: model, objective, training, threads.
        seed: Of initialisation, order, noise and dropout masks.
        key: Identity of this training, without its budget.
        code: Fingerprints of the code, kept in the model files.
        previous: Model file of the experiment that this one continues (`init_from`).
        should_stop: Asked before every update; True saves the state and raises `TemporaryStop`.
        report: Called with the history's row after every epoch.

    Raises:
        TemporaryStop: after `should_stop()`; the next call continues with the same bits.
        Diverged: if a loss or parameter is no longer finite.
        DeepgenError: for data or states that cannot be used.
    """
    spec = settings["training"]
    target = choose_device(device, settings["threads"])
    shape = image_shape(data)
    images = torch.from_numpy(load_images(data, "train")).to(target)
    labels = load_labels(data, "train")
    labels = None if labels is None else torch.from_numpy(labels).to(target)

    model = build_model(settings["model"], shape).to(target)
    objectives = importlib.import_module(f"deepgen.objectives.{settings['objective']['name']}")
    objective = objectives.build(settings["objective"], shape).to(target)
    batches = Batches(
        images, labels, spec["batch_size"], model.space, stream(seed, "batches", target)
    )
    loop = Loop(model, objective, batches, stream(seed, "updates", target), spec["optimiser"])
    selection = _selection(spec["selection"], data, model, seed, target)

    restored = restore_latest(states, spec["epochs"], key, loop, selection)
    if restored:
        kept, previews = restored
    else:
        train_y = model.space(images, stream(seed, "initial data", target))[0]
        _initialise(model, train_y, stream(seed, "model", target), previous)
        objective.begin(model, train_y, stream(seed, "objective", target))
        del train_y
        loop.project()
        kept: dict[str, torch.Tensor] = {}
        previews = _preview(model, spec, seed, target)[None]

    def save() -> float:
        """Write the running state; returns when to write it again."""
        began = time.monotonic()
        save_state(states[0], key, loop, selection, kept, previews)
        ended = time.monotonic()
        return ended + max(SAVE_EVERY_SECONDS, (ended - began) / SAVES_AT_MOST)

    def should_pause() -> bool:
        return should_stop() or time.monotonic() > next_save

    next_save = time.monotonic() + SAVE_EVERY_SECONDS
    while loop.epoch < spec["epochs"] and not selection.finished(loop.epoch):
        if not loop.run_epoch(should_pause):
            next_save = save()
            if should_stop():
                raise TemporaryStop(
                    f"training stopped at update {loop.update} and is saved; the same command "
                    "continues"
                )
            continue
        if selection.due(loop.epoch):
            loop.history[-1] |= selection.score(model, loop.epoch)
            if selection.improved:
                kept = {name: t.clone() for name, t in model.state_dict().items()}
        if loop.epoch in spec["previews"]["epochs"]:
            previews = torch.cat([previews, _preview(model, spec, seed, target)[None]])
        report(loop.history[-1])
    save()

    save_model(out / "last.safetensors", model, settings["model"], shape, code)
    if kept:  # else the rule keeps the last model, or the budget ended before the first score
        model.load_state_dict(kept)
    save_model(out / "selected.safetensors", model, settings["model"], shape, code)
    metadata = {"objective": settings["objective"], "shape": list(shape), "code": code}
    write_tensors(out / "objective.safetensors", objective.state_dict(), metadata)
    write_text(out / "history.csv", _history_csv(loop.history))
    array = previews.numpy().reshape(*previews.shape[:2], *shape)
    save_array(out / "previews.npy", array)


def _selection(
    settings: dict[str, Any], data: Path, model: Model, seed: int, device: torch.device
) -> Any:
    """The selection rule, with validation images if it looks at any."""
    rule = RULES[settings["rule"]]
    if rule is LastEpoch:
        return rule(settings, None, seed)
    valid = torch.from_numpy(load_images(data, "valid")).to(device)
    validation = model.space.to_score(model.space(valid, stream(seed, "validation", device))[0])
    return rule(settings, validation, seed)


def _initialise(
    model: Model, train: torch.Tensor, rng: torch.Generator, previous: Path | None
) -> None:
    """Draw the initial parameters, or take those of another experiment's model."""
    if previous is None:
        model.initialise(train, rng)
        return
    earlier = load_model(previous)[0].to(train.device)
    try:
        model.initialise(train, rng, earlier)
    except ValueError as error:
        raise DeepgenError(
            f"{previous} cannot begin this training: {error}; make model.generator end with the "
            "layers of the experiment that init_from names"
        ) from None


def _history_csv(history: list[dict[str, float]]) -> str:
    """Columns in an order that does not depend on where a training was interrupted."""
    first = ["epoch", "update", "learning_rate", "momentum"]
    rest = sorted({name for row in history for name in row} - set(first))
    return pd.DataFrame(history, columns=first + rest).to_csv(index=False)


def _preview(model, spec: dict[str, Any], seed: int, device: torch.device) -> torch.Tensor:
    """The same few draws at every snapshot, [n, D]."""
    return draw(model, spec["previews"]["draws"], stream(seed, "previews", device)).cpu()

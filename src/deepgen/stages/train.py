"""Stage `train`: prepared data in; models, objective, history and previews out."""

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from deepgen.contracts import Model, Validation
from deepgen.data.arrays import save_array
from deepgen.data.coordinates import build_space
from deepgen.data.prepared import image_shape, load_images, load_labels
from deepgen.device import choose_device
from deepgen.errors import DeepgenError, TemporaryStop
from deepgen.families.loading import build_model, build_objective, load_model, save_model
from deepgen.files import write_text
from deepgen.samplers.draw import draw
from deepgen.seeds import stream
from deepgen.tensors import part, write_tensors
from deepgen.training.batches import Batches
from deepgen.training.checkpoint import restore_latest, save_state
from deepgen.training.loop import Loop

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
    first_phase: Path | None = None,
    device: str = "auto",
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[dict[str, Any]], None] = lambda row: None,
) -> None:
    """Train one seed of one experiment, from its last saved state if there is one.

    Args:
        data: Folder of the prepared data set.
        out: Receives `selected.safetensors`, `last.safetensors`, `objective.safetensors` (that of
            the selected model), `history.csv` and `previews.npy`.
        states: Folders of saved states; the first is this training's own.
        settings: The resolved slice: model, model_space, score_space, objective, training, threads,
            and sampler if the experiment has one.
        seed: Of initialisation, order, noise and dropout masks.
        key: Identity of this training, without its budget.
        code: Fingerprints of the code, kept in the model files.
        first_phase: Model file of the experiment that this one continues (`init_from`).
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
    labels = _labels(data, "train", target)
    score_space, sampler = build_space(settings["score_space"]), settings.get("sampler", {})

    model = build_model(settings, shape).to(target)
    objective = build_objective(settings, shape, model).to(target)
    batches = Batches(
        images, labels, spec["batch_size"], model.model_space, stream(seed, "batches", target)
    )
    rule = importlib.import_module(f"deepgen.training.selection.{spec['selection']['rule']}")
    validation = Validation(
        lambda: torch.from_numpy(load_images(data, "valid")).to(target),
        lambda: _labels(data, "valid", target),
        score_space,
        sampler,
    )
    selection = rule.build(spec["selection"], validation, seed)

    def preview() -> torch.Tensor:
        """The same few draws at every snapshot, [1, n, D]."""
        rng = stream(seed, "previews", target)
        return draw(model, spec["previews"]["draws"], rng, score_space, **sampler).cpu()[None]

    def begin() -> None:
        """Draw the initial parameters, or take those of another experiment's model."""
        model.model_space.fit(images)
        train_y = model.model_space(images, stream(seed, "initial data", target))[0]
        _initialise(model, train_y, stream(seed, "model", target), first_phase)
        objective.begin(model, train_y, stream(seed, "objective", target))

    loop = Loop(
        model,
        objective,
        batches,
        stream(seed, "updates", target),
        _by_group(spec.get("optimiser", {}), objective.groups(model)),
        spec["schedule_epochs"] / spec["epochs"] if "schedule_epochs" in spec else 1,
    )
    restored = restore_latest(states, spec["epochs"], key, loop, selection)
    if restored:
        kept, previews = restored
    else:
        begin()
        loop.project()
        kept: dict[str, torch.Tensor] = {}
        previews = preview()

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
                kept = _copied(model=model, objective=objective)
        if loop.epoch in spec["previews"]["epochs"]:
            previews = torch.cat([previews, preview()])
        report(loop.history[-1])
    save()
    if loop.epoch not in spec["previews"]["epochs"]:
        previews = torch.cat([previews, preview()])  # not in the state: a longer budget goes on

    save_model(out / "last.safetensors", model, settings, shape, code)
    if kept:  # else the rule keeps the last model, or the budget ended before the first score
        model.load_state_dict(part(kept, "model"))
        objective.load_state_dict(part(kept, "objective"))
    save_model(out / "selected.safetensors", model, settings, shape, code)
    metadata = {"objective": settings["objective"], "shape": list(shape), "code": code}
    write_tensors(out / "objective.safetensors", objective.state_dict(), metadata)
    write_text(out / "history.csv", _history_csv(loop.history))
    array = previews.numpy().reshape(*previews.shape[:2], *shape)
    save_array(out / "previews.npy", array)


def _labels(data: Path, split: str, device: torch.device) -> torch.Tensor | None:
    labels = load_labels(data, split)
    return None if labels is None else torch.from_numpy(labels).to(device)


def _by_group(optimiser: dict[str, Any], groups: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The optimiser of each group: one for all of them, or one each, or none at all."""
    return dict.fromkeys(groups, optimiser) if "name" in optimiser else optimiser


def _copied(**modules: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy of the modules' tensors, as `<module>.<name>`."""
    return {
        f"{module}.{name}": tensor.clone()
        for module, content in modules.items()
        for name, tensor in content.state_dict().items()
    }


def _initialise(
    model: Model, train: torch.Tensor, rng: torch.Generator, first_phase: Path | None
) -> None:
    """Draw the initial parameters, or take those of another experiment's model."""
    if first_phase is None:
        model.initialise(train, rng)
        return
    try:
        model.initialise(train, rng, load_model(first_phase)[0].to(train.device))
    except ValueError as error:
        raise DeepgenError(
            f"{first_phase} cannot begin this training: {error}; make the model end with the "
            "layers of the experiment that init_from names"
        ) from None


def _history_csv(history: list[dict[str, float]]) -> str:
    """Columns in an order that does not depend on where a training was interrupted."""
    names = {name for row in history for name in row}
    first = [n for n in ("epoch", "update", "learning_rate", "momentum") if n in names]
    return pd.DataFrame(history, columns=first + sorted(names - set(first))).to_csv(index=False)

"""Stage `count`: the settings of a training in; its operations, memory and disk space out.

Nothing is trained. One update runs on tensors that have shapes and no values, so that the largest
networks are counted in a second and without their memory.
"""

import math
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

from deepgen.families.loading import build_model, build_objective
from deepgen.files import write_json
from deepgen.seeds import stream
from deepgen.training.batches import Batches
from deepgen.training.loop import Loop


def count(out: Path, settings: dict[str, Any]) -> None:
    """Write `operations.json`, which `training_costs` describes."""
    write_json(out / "operations.json", training_costs(settings))


def training_costs(settings: dict[str, Any]) -> dict[str, Any]:
    """What a training of its whole budget takes.

    Args:
        settings: The resolved slice: that of `train`, `shape` (height, width and channels of an
            image) and `num_examples` of the training set.

    Returns:
        `updates`; `flop_per_update`, the floating-point operations of the matrix products and
        convolutions of an update on a whole minibatch, two a multiplication with its addition, and
        None for a method that no optimiser moves; `parameters` {"model", "objective"};
        `memory_bytes`: training set as bytes and once as float32, parameters, their gradients, what
        optimisers remember, the copy that a selection rule keeps, and what an update holds for its
        gradients, but not Python and torch themselves, nor the scores that choose a checkpoint;
        `disk_bytes`: two running states, and the model files in the store and in the results.
    """
    try:
        return _counted(settings, FakeTensorMode())
    except RuntimeError:  # a method that looks at values, such as a step that may be refused
        return _counted(settings, nullcontext())


def build_loop(settings: dict[str, Any], images: Tensor) -> Loop:
    """The loop of a training as the stage `train` builds it, with parameters not yet drawn.

    Args:
        settings: As for `training_costs`.
        images: uint8 [N, D], on the device of the training.
    """
    spec, device = settings["training"], images.device
    model = build_model(settings, settings["shape"])
    objective = build_objective(settings, settings["shape"], model)
    if device.type != "cpu":  # tensors without values cannot be moved, not even to where they are
        model, objective = model.to(device), objective.to(device)
    labels = torch.zeros(len(images), dtype=torch.int64, device=device)
    rng = stream(1, "batches", device)
    batches = Batches(images, labels, spec["batch_size"], model.model_space, rng)
    optimiser = spec.get("optimiser", {})
    if "name" in optimiser:  # one for all groups
        optimiser = dict.fromkeys(objective.groups(model), optimiser)
    return Loop(model, objective, batches, stream(1, "updates", device), optimiser)


def _counted(settings: dict[str, Any], mode: Any) -> dict[str, Any]:
    spec, examples = settings["training"], settings["num_examples"]
    saved: dict[int, Tensor] = {}  # by storage, because a tensor may be saved more than once

    def note(tensor: Tensor) -> Tensor:
        saved[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with mode:
        images = torch.zeros(examples, math.prod(settings["shape"]), dtype=torch.uint8)
        loop = build_loop(settings, images)
        hooks = torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor)
        with FlopCounterMode(display=False) as counter, hooks:
            loop.run_update()
        parts = {"model": loop.model, "objective": loop.objective}
        parameters = {name: list(part.parameters()) for name, part in parts.items()}
        files = {name: _bytes(part.state_dict().values()) for name, part in parts.items()}
        trained = [p for group in loop.optimisers for p in loop.groups[group]]
        remembered = _bytes(t for o in loop.optimisers.values() for t in o.state().values())
        kept = 0 if spec["selection"]["rule"] == "last" else sum(files.values())
        own = {p.untyped_storage()._cdata for group in parameters.values() for p in group}
        held = _bytes(tensor for storage, tensor in saved.items() if storage not in own)
    state = sum(files.values()) + remembered + kept
    return {
        "updates": _updates(loop.batches, spec["epochs"]),
        "flop_per_update": counter.get_total_flops() if loop.optimisers else None,
        "parameters": {name: sum(p.numel() for p in ps) for name, ps in parameters.items()},
        "memory_bytes": 5 * images.numel() + state + _bytes(trained) + held,
        "disk_bytes": 2 * state + 2 * (2 * files["model"] + files["objective"]),
    }


def _updates(batches: Batches, epochs: int) -> int:
    """Updates of a training, from the minibatches that the one update so far has drawn.

    An epoch ends with the update in which its pass over the training set does; its last minibatch
    may be short.
    """
    a_pass = math.ceil(len(batches.data) / batches.size)
    drawn = batches.passes * a_pass
    if batches.position < len(batches.data):
        drawn += math.ceil(batches.position / batches.size)
    return math.ceil(epochs * a_pass / drawn)


def _bytes(tensors: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

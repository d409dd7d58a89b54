"""The state of a running training, from which it continues with the same bits."""

import os
from pathlib import Path

from torch import Tensor

from deepgen.contracts import SelectionRule
from deepgen.errors import DeepgenError
from deepgen.tensors import Damaged, part, read_metadata, read_tensors, write_tensors
from deepgen.training.loop import Loop

STATE, FALLBACK = "state.safetensors", "state.fallback.safetensors"


def save_state(
    folder: Path,
    key: str,
    loop: Loop,
    selection: SelectionRule,
    kept: dict[str, Tensor],
    previews: Tensor,
) -> None:
    """Write the whole state atomically; the one before it stays to fall back on.

    Args:
        folder: Of this training and budget.
        key: Identity of the training without its budget.
        kept: `model.*` and `objective.*` of the epoch that the selection rule keeps so far.
        previews: Previews so far, [snapshots, n, D].
    """
    tensors = {f"model.{k}": v for k, v in loop.model.state_dict().items()}
    tensors |= {f"objective.{k}": v for k, v in loop.objective.state_dict().items()}
    for group, optimiser in loop.optimisers.items():
        tensors |= {f"optimiser.{group}.{k}": v for k, v in optimiser.state().items()}
    tensors |= {f"sum.{k}": v for k, v in loop.sums.items()}
    tensors |= {f"kept.{k}": v for k, v in kept.items()}
    tensors |= {
        "rng.loop": loop.rng.get_state(),
        "rng.batches": loop.batches.rng.get_state(),
        "batches.permutation": loop.batches.permutation,
        "previews": previews,
    }
    metadata = {
        "key": key,
        "device": loop.rng.device.type,
        "epoch": loop.epoch,
        "update": loop.update,
        "position": loop.batches.position,
        "passes": loop.batches.passes,
        "history": loop.history,
        "best": selection.best,
        "last_gain": selection.last_gain,
    }
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / STATE).exists():
        os.replace(folder / STATE, folder / FALLBACK)
    write_tensors(folder / STATE, tensors, metadata)


def restore_latest(
    folders: list[Path], budget: int, key: str, loop: Loop, selection: SelectionRule
) -> tuple[dict[str, Tensor], Tensor] | None:
    """Restore the most advanced state of at most `budget` epochs; None if there is none.

    A state from the middle of the epoch after the budget's last is beyond it.

    Args:
        folders: Of this training, for its own and other budgets. A damaged state is passed over for
            the one before it.

    Raises:
        DeepgenError: if there are states and every one is damaged, and as `restore_state`.
    """
    found: list[tuple[int, Path]] = []
    damage = None
    for path in (folder / name for folder in folders for name in (STATE, FALLBACK)):
        if path.exists():
            try:
                metadata = read_metadata(path)
                epoch, update = int(metadata["epoch"]), int(metadata["update"])
                ended = max((row["update"] for row in metadata["history"]), default=0)
            except DeepgenError as error:
                damage = error
            except (KeyError, TypeError, ValueError):
                damage = Damaged(f"{path} is no state of a training")
            else:
                within = epoch < budget or (epoch == budget and update == ended)
                found += [(update, path)] if within else []
    for _, path in sorted(found, reverse=True):
        try:
            return restore_state(path, key, loop, selection)
        except Damaged as error:
            damage = error
    if damage:
        raise DeepgenError(f"{damage}; to train from the start, delete its folder")
    return None


def restore_state(
    path: Path, key: str, loop: Loop, selection: SelectionRule
) -> tuple[dict[str, Tensor], Tensor]:
    """Put a saved state into a freshly built loop; returns `kept` and `previews`.

    Raises:
        DeepgenError: if the state belongs to another training or device type, or is damaged.
    """
    tensors, metadata = read_tensors(path)
    device = loop.rng.device
    cure = f"; delete {path.parent} to train from the start"
    if metadata["key"] != key:
        raise DeepgenError(f"{path} belongs to another training or was made by other code{cure}")
    if metadata["device"] != device.type:
        raise DeepgenError(
            f"{path} was begun on {metadata['device']} and cannot continue on {device.type} with "
            f"the same bits; use --device {metadata['device']}{cure}"
        )
    loop.model.load_state_dict(part(tensors, "model"))
    loop.objective.load_state_dict(part(tensors, "objective"))
    for group, optimiser in loop.optimisers.items():
        optimiser.load_state(part(tensors, f"optimiser.{group}"))
    loop.sums = {k: v.to(device) for k, v in part(tensors, "sum").items()}
    loop.rng.set_state(tensors["rng.loop"])
    loop.batches.rng.set_state(tensors["rng.batches"])
    loop.batches.permutation = tensors["batches.permutation"].to(device)
    loop.batches.position, loop.batches.passes = metadata["position"], metadata["passes"]
    loop.epoch, loop.update = metadata["epoch"], metadata["update"]
    loop.history = metadata["history"]
    selection.best, selection.last_gain = metadata["best"], metadata["last_gain"]
    return part(tensors, "kept"), tensors["previews"]

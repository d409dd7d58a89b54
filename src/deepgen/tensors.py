"""Tensors on disk: safetensors with one metadata key of canonical JSON, never pickle.

The metadata hold a digest of all else in the file, so that an altered weight is noticed. It guards
against damage, not against a person, who could write the digest anew.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from deepgen.errors import DeepgenError
from deepgen.files import canonical_json, write_atomically

_DAMAGE = (
    SafetensorError,
    OSError,
    AttributeError,
    KeyError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)
KEY, DIGEST = "deepgen", "sha256"


class Damaged(DeepgenError):
    """A file of tensors that is not as it was written."""


def write_tensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, Any]) -> None:
    """Write tensors and metadata atomically; equal content gives equal bytes."""
    tensors = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    text = {KEY: canonical_json(metadata | {DIGEST: _digest(tensors, metadata)})}
    write_atomically(path, lambda temporary: save_file(tensors, temporary, metadata=text))


def read_metadata(path: Path) -> dict[str, Any]:
    """The metadata of a file that `write_tensors` wrote; the tensors are not read or checked.

    Raises:
        DeepgenError: if the file is missing.
        Damaged: if it is truncated, or was not written by deepgen.
    """
    with _opened(path) as file:
        metadata = json.loads(file.metadata()[KEY])
        if not isinstance(metadata, dict):
            raise ValueError("its metadata are no keys and values")
        return metadata


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors (on the CPU) and metadata of a file that `write_tensors` wrote.

    Raises:
        DeepgenError: as `read_metadata`; Damaged also if anything in it was altered.
    """
    metadata = read_metadata(path)
    with _opened(path) as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        # Files of earlier versions have none
        if (digest := metadata.pop(DIGEST, None)) and digest != _digest(tensors, metadata):
            raise ValueError("its digest does not match its content")
    return tensors, metadata


def check_weights(path: Path, loaded: dict[str, torch.Tensor]) -> None:
    """Refuse weights that torch would have converted, or that spoil all that is made with them.

    Args:
        path: A file of tensors.
        loaded: The same tensors as a module has them after it took them from there.

    Raises:
        Damaged: if one is stored as another type, or has values that are not finite.
    """
    with _opened(path) as file:
        for name, tensor in loaded.items():
            view = file.get_slice(name)  # whose values are not read
            stored = (view[:0] if view.get_shape() else file.get_tensor(name)).dtype
            if stored != tensor.dtype:
                raise TypeError(f"{name} is {stored} where {tensor.dtype} belongs")
            if not torch.isfinite(tensor).all():
                raise ValueError(f"{name} has values that are not finite")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A file of tensors; whatever is wrong with it becomes one sentence."""
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None
    except _DAMAGE as error:
        raise Damaged(
            f"{path} is not a safetensors file that deepgen wrote, or is damaged "
            f"({' '.join(str(error).split())}): restore it, or delete it and make it again"
        ) from None


def _digest(tensors: dict[str, torch.Tensor], metadata: dict[str, Any]) -> str:
    digest = hashlib.sha256(canonical_json(metadata).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def part(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose name begins with `prefix.`, without it."""
    return {
        k.removeprefix(f"{prefix}."): v for k, v in tensors.items() if k.startswith(f"{prefix}.")
    }

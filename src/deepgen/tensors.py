"""Tensors on disk: safetensors with one metadata key of canonical JSON, never pickle."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from deepgen.errors import DeepgenError
from deepgen.files import canonical_json, write_atomically

KEY = "deepgen"


def write_tensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, Any]) -> None:
    """Write tensors and metadata atomically; equal content gives equal bytes."""
    tensors = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    text = {KEY: canonical_json(metadata)}
    write_atomically(path, lambda temporary: save_file(tensors, temporary, metadata=text))


def read_metadata(path: Path) -> dict[str, Any]:
    """The metadata of a file that `write_tensors` wrote.

    Raises:
        DeepgenError: if the file is missing, truncated, or was not written by deepgen.
    """
    try:
        with safe_open(path, framework="pt") as file:
            return json.loads(file.metadata()[KEY])
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise DeepgenError(
            f"{path} is not a safetensors file that deepgen wrote ({error}): "
            "restore it or make it again"
        ) from None


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors (on the CPU) and metadata of a file that `write_tensors` wrote.

    Raises:
        DeepgenError: as `read_metadata`.
    """
    metadata = read_metadata(path)
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, metadata  # noqa: SIM118


def part(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose name begins with `prefix.`, without it."""
    return {
        k.removeprefix(f"{prefix}."): v for k, v in tensors.items() if k.startswith(f"{prefix}.")
    }

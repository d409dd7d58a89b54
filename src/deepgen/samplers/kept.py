"""Where chains of minutes are, kept on disk, so that a killed job goes on with the same bits."""

import time
from pathlib import Path

import torch
from torch import Tensor

from deepgen.errors import DeepgenError
from deepgen.tensors import read_tensors, write_tensors

EVERY_SECONDS = 30


class Kept:
    """Named states of chains, each with that of the generator which moves them.

    Args:
        folder: Of one job; without it nothing is kept.
        rng: The generator of all these chains.
        seconds: Between two writes.
    """

    def __init__(
        self,
        folder: Path | None = None,
        rng: torch.Generator | None = None,
        seconds: float = EVERY_SECONDS,
    ):
        self.folder, self.rng, self.seconds = folder, rng, seconds
        self.written = time.monotonic()

    def restore(self, name: str) -> dict[str, Tensor] | None:
        """What was kept last under this name, with the generator put back; None without any.

        A damaged file is none: the chains then begin again.
        """
        if self.folder is None or self.rng is None or not self._path(name).exists():
            return None
        try:
            tensors, metadata = read_tensors(self._path(name))
        except DeepgenError:
            return None
        device = self.rng.device
        if metadata != {"device": device.type}:  # another kind of device has other bits
            return None
        self.rng.set_state(tensors.pop("rng"))
        return {name: tensor.to(device) for name, tensor in tensors.items()}

    def save(self, name: str, now: bool = False, **tensors: Tensor) -> None:
        """Keep these tensors if it is time, or `now`."""
        due = now or time.monotonic() - self.written > self.seconds
        if self.folder is None or self.rng is None or not due:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        tensors["rng"] = self.rng.get_state()
        write_tensors(self._path(name), tensors, {"device": self.rng.device.type})
        self.written = time.monotonic()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"

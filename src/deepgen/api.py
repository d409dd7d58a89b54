"""Trained models from Python: load a file, draw images."""

from pathlib import Path

import numpy as np

from deepgen.models import loading
from deepgen.seeds import stream


class TrainedModel:
    """A model file, ready to sample.

    Attributes:
        network: The torch module, in evaluation mode.
        metadata: Settings of the model, shape of an image, fingerprints of the code.
    """

    def __init__(self, path: Path | str):
        self.network, self.metadata = loading.load_model(Path(path))

    def sample(self, n: int, seed: int) -> np.ndarray:
        """`n` fair random draws in the scoring space, float32 [n, H, W, C]."""
        images = loading.draw(self.network, n, stream(seed, "api"))
        return images.numpy().reshape(n, *self.metadata["shape"])


def load_model(path: Path | str) -> TrainedModel:
    """Load `selected.safetensors` or `last.safetensors` without any configuration.

    Raises:
        DeepgenError: if the file is missing, damaged or does not fit this version.
    """
    return TrainedModel(path)

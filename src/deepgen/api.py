"""Trained models from Python: load a file, draw images."""

from pathlib import Path

import numpy as np

from deepgen.data.coordinates import build_space
from deepgen.families import loading
from deepgen.samplers.draw import draw
from deepgen.seeds import stream


class TrainedModel:
    """A model file, ready to sample.

    Attributes:
        network: The torch module, in evaluation mode.
        metadata: Settings of the model and its spaces, shape of an image, fingerprints of the code.
        space: The scoring space of its experiment.
    """

    def __init__(self, path: Path | str):
        self.network, self.metadata = loading.load_model(Path(path))
        self.space = build_space(self.metadata["score_space"])
        self.sampler = self.metadata.get("sampler", {})

    def sample(self, n: int, seed: int) -> np.ndarray:
        """`n` fair random draws in the scoring space, float32 [n, H, W, C]."""
        images = draw(self.network, n, stream(seed, "api"), self.space, **self.sampler)
        return images.numpy().reshape(n, *self.metadata["shape"])


def load_model(path: Path | str) -> TrainedModel:
    """Load `selected.safetensors` or `last.safetensors` without any configuration.

    Raises:
        DeepgenError: if the file is missing, damaged or does not fit this version.
    """
    return TrainedModel(path)

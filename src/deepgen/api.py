"""Trained models from Python: load a file, draw images, ask how likely images are."""

from numbers import Integral
from pathlib import Path

import numpy as np
import torch
from pydantic import TypeAdapter

from deepgen.capabilities import Density
from deepgen.data.coordinates import build_space
from deepgen.data.spaces.settings import ModelSpace
from deepgen.errors import DeepgenError
from deepgen.evaluation.likelihood import Given, summarise
from deepgen.evaluation.likelihoods.direct import log_likelihood
from deepgen.families.trained import load_whole
from deepgen.samplers.checked import draw_checked
from deepgen.seeds import stream


class TrainedModel:
    """A model file, ready to sample.

    Attributes:
        network: The torch module, in evaluation mode.
        metadata: Settings of the model and its spaces, shape of an image, fingerprints of the code.
        space: The scoring space of its experiment.
    """

    def __init__(self, path: Path | str):
        self.network, self.metadata = load_whole(Path(path))
        self.space = build_space(self.metadata["score_space"])
        self.sampler = self.metadata.get("sampler", {})

    def sample(self, n: int, seed: int) -> np.ndarray:
        """`n` fair random draws in the scoring space, float32 [n, H, W, C].

        Raises:
            DeepgenError: if `n` is no positive whole number or `seed` is not one of 0..2**32 - 1.
        """
        _check_whole("n", n, 1)
        _check_whole("seed", seed, 0)
        images = draw_checked(self.network, n, stream(seed, "api"), self.space, **self.sampler)
        return images.numpy().reshape(n, *self.metadata["shape"])

    def log_prob(self, images: np.ndarray, seed: int = 1) -> np.ndarray:
        """The log-likelihood of images, float64 [n], in nats, by one draw of a space's noise.

        Args:
            images: Bytes, whole numbers of 0..255, [n, H, W, C].
            seed: Of the noise of dequantisation, and of a bound's or an estimate's own draws.

        Returns:
            A density of pixels in [0, 1], as the report has it, of discrete images a probability;
            of a family with a bound, that bound by one draw.

        Raises:
            DeepgenError: for a family without a likelihood of its own, or other images.
        """
        _check_whole("seed", seed, 0)
        family, space = self.metadata["model"]["family"], self.metadata["model_space"]
        if not isinstance(self.network, Density):
            raise DeepgenError(f"the family {family} has no log_prob: load a model of another")
        if not TypeAdapter(ModelSpace).validate_python(space).HAS_DENSITY:
            raise DeepgenError(
                f"images have no density that could be compared in the model_space "
                f"{space['name']!r}: load a model of dequantised images"
            )
        x = torch.from_numpy(_bytes(np.asarray(images), self.metadata["shape"]))
        given = Given(self.network, self.network.model_space, x, {})
        draw_of_noise = log_likelihood(given, stream(seed, "api likelihood"), {})["direct"]
        return summarise([draw_of_noise], given.space, x.shape[1])[0].numpy()


def _check_whole(name: str, value: int, least: int) -> None:
    """Refuse what is no count or seed, of which `stream` and torch take some silently."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= value < 2**32:
        raise DeepgenError(f"{name} is {value!r}: give a whole number from {least} to {2**32 - 1}")


def _bytes(images: np.ndarray, shape: list[int]) -> np.ndarray:
    """Images as uint8 [n, D]."""
    if images.shape[1:] != tuple(shape) or not len(images):
        raise DeepgenError(
            f"images have shape {list(images.shape)} where [n, {', '.join(map(str, shape))}] is "
            "expected: reshape them"
        )
    wrong = ~((images >= 0) & (images <= 255) & (images == np.floor(images)))
    if wrong.any():
        i = int(np.argwhere(wrong)[0, 0])
        raise DeepgenError(
            f"image {i}, counted from 0, has the value {images[wrong][0]:g}, which is no byte: "
            "give whole numbers of 0..255"
        )
    return images.reshape(len(images), -1).astype(np.uint8)


def load_model(path: Path | str) -> TrainedModel:
    """Load `selected.safetensors` or `last.safetensors` without any configuration.

    Raises:
        DeepgenError: if the file is missing, damaged or does not fit this version.
    """
    return TrainedModel(path)

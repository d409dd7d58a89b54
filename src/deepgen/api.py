"""Trained models from Python: load one by name, draw, look into its codes, ask how likely images
are."""

from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import TypeAdapter
from torch import Tensor

from deepgen.capabilities import Decoder, Density, Encoder, Prior
from deepgen.data.coordinates import build_space, to_score
from deepgen.data.spaces.settings import ModelSpace
from deepgen.errors import DeepgenError
from deepgen.evaluation.likelihood import Given, summarise
from deepgen.evaluation.likelihoods.direct import log_likelihood
from deepgen.families.trained import load_whole
from deepgen.report.model_names import find_checkout, find_model, is_name
from deepgen.report.model_names import model_names as names_in
from deepgen.samplers.checked import draw_checked
from deepgen.seeds import stream

CODES = {"prior": Prior, "decode": Decoder, "encode": Encoder}


class TrainedModel:
    """A model file, ready to sample.

    Images are float32 [n, H, W, C] in the scoring space, codes z float32 [n, d]. What a family has
    not, such as the codes of a Boltzmann machine, is refused with a `DeepgenError` that says so.

    Attributes:
        path: The file.
        network: The torch module, in evaluation mode.
        metadata: Settings of the model and its spaces, shape of an image, fingerprints of the code.
        space: The scoring space of its experiment.
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.network, self.metadata = load_whole(self.path)
        self.space = build_space(self.metadata["score_space"])
        self.sampler = self.metadata.get("sampler", {})

    def __repr__(self) -> str:
        family, shape = self.metadata["model"]["family"], self.metadata["shape"]
        return f"TrainedModel({str(self.path)!r}: {family}, images {shape}, {self.space.title})"

    def sample(self, n: int, seed: int) -> np.ndarray:
        """`n` fair random draws, images [n, H, W, C]."""
        _check_whole("n", n, 1)
        images = draw_checked(self.network, n, _stream(seed, "api"), self.space, **self.sampler)
        return images.numpy().reshape(n, *self.metadata["shape"])

    def prior(self, n: int, seed: int) -> np.ndarray:
        """`n` draws of the codes, z [n, d]."""
        self._must("prior")
        _check_whole("n", n, 1)
        return self.network.prior(n, _stream(seed, "api prior")).numpy()

    @torch.no_grad()
    def decode(self, z: np.ndarray) -> np.ndarray:
        """The images of codes z [n, d], images [n, H, W, C]; nothing is drawn."""
        self._must("decode")
        y = self.network.decode(self._codes(z))
        images = to_score(y, self.network.model_space, self.space)
        return images.numpy().reshape(len(y), *self.metadata["shape"])

    @torch.no_grad()
    def encode(self, images: np.ndarray, seed: int = 1) -> np.ndarray:
        """The codes of images, z [n, d]; a flow's `decode` leads back to the same images.

        Args:
            images: Bytes, whole numbers of 0..255, [n, H, W, C].
            seed: Of the draw, where a family draws the codes of an image.
        """
        self._must("encode")
        x = torch.from_numpy(_bytes(np.asarray(images), self.metadata["shape"]))
        y, _ = self.network.model_space(x)
        return self.network.encode(y, _stream(seed, "api encode")).numpy()

    def interpolate(self, first: np.ndarray, second: np.ndarray, steps: int = 9) -> np.ndarray:
        """Images along straight lines between codes, as Figure 3 of the first paper has them.

        Args:
            first, second: Ends of the lines, z [n, d] each.
            steps: Images on a line, ends included, at least 2.

        Returns:
            Images [n, steps, H, W, C].
        """
        self._must("decode")
        first, second = self._codes(first), self._codes(second)
        if len(first) != len(second):
            raise DeepgenError(
                f"the lines have {len(first)} beginnings and {len(second)} ends: give as many"
            )
        _check_whole("steps", steps, 2)
        t = torch.linspace(0, 1, steps)[:, None]
        z = (1 - t) * first[:, None] + t * second[:, None]
        images = self.decode(z.flatten(0, 1).numpy())
        return images.reshape(len(first), steps, *self.metadata["shape"])

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
        draw_of_noise = log_likelihood(given, _stream(seed, "api likelihood"), {})["direct"]
        return summarise([draw_of_noise], given.space, x.shape[1])[0].numpy()

    def _must(self, capability: str) -> None:
        """Refuse what the family has not."""
        if not isinstance(self.network, CODES[capability]):
            has = [name for name, kind in CODES.items() if isinstance(self.network, kind)]
            raise DeepgenError(
                f"the family {self.metadata['model']['family']} has no {capability}, only "
                f"{', '.join(['sample', *has])}: load a model of another"
            )

    def _codes(self, z: Any) -> Tensor:
        """Codes [n, d] as the network takes them."""
        self._must("prior")  # which knows their size
        try:
            found = np.asarray(z, dtype=np.float32)
        except (TypeError, ValueError):
            raise DeepgenError("codes are no numbers: give floats [n, d]") from None
        size = self.network.prior(1, _stream(0, "api prior")).shape[1]
        if found.ndim != 2 or found.shape[1] != size or not len(found):
            raise DeepgenError(
                f"codes have shape {list(found.shape)} where [n, {size}] is expected: reshape them"
            )
        if not np.isfinite(found).all():
            raise DeepgenError("codes hold NaN or infinity: give finite numbers")
        return torch.from_numpy(found)


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
    if images.dtype.kind not in "buif":
        raise DeepgenError(f"images are {images.dtype}, no numbers: give uint8")
    wrong = ~((images >= 0) & (images <= 255) & (images == np.floor(images)))
    if wrong.any():
        i = int(np.argwhere(wrong)[0, 0])
        raise DeepgenError(
            f"image {i}, counted from 0, has the value {images[wrong][0]:g}, which is no byte: "
            "give whole numbers of 0..255"
        )
    return images.reshape(len(images), -1).astype(np.uint8)


def _stream(seed: int, name: str) -> torch.Generator:
    _check_whole("seed", seed, 0)
    return stream(int(seed), name)


def load_model(name: Path | str) -> TrainedModel:
    """Load a trained model by its name or its file, without any configuration.

    Args:
        name: `mnist`, or `paper/mnist`: a published model of the checkout, or else one that a run
            of yours has made; or the path of a file `selected.safetensors` or `last.safetensors`.

    Raises:
        DeepgenError: if there is no such model, several runs have one, or its file is damaged or
            does not fit this version.
    """
    if isinstance(name, str) and is_name(name) and not Path(name).is_file():
        return TrainedModel(find_model(name, _checkout()))
    return TrainedModel(name)


def model_names() -> list[str]:
    """Names that `load_model` takes here: an experiment's each, and `<run>/<experiment>`."""
    root = _checkout()
    return list(names_in(root)) if root else []


def _checkout() -> Path | None:
    return find_checkout(Path.cwd(), Path(__file__).parent)

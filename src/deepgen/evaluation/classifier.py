"""A small convolutional classifier, trained on the labels of a data set, whose last hidden layer
gives features in which scores may compare images (as Inception's do, but made from the same data).
"""

import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepgen.errors import DeepgenError
from deepgen.seeds import stream
from deepgen.tensors import check_weights, read_tensors

MAPS, FEATURES, ROWS = (32, 64, 64), 128, 512


class Classifier(nn.Module):
    """Three times 3 x 3 convolution, ReLU and 2 x 2 max pooling, then 128 ReLUs, then the classes.

    Args:
        shape: Height, width and channels of an image, each side at least 8.
        classes: Number of classes.
        space: The scoring space of its images, where it is known.
    """

    def __init__(self, shape: tuple[int, int, int], classes: int, space: str | None = None):
        super().__init__()
        height, width, channels = self.shape = shape
        self.space = space
        if min(height, width) < 8:
            raise ValueError(f"images of {height} x {width} are too small to be halved three times")
        ends = zip((channels, *MAPS), MAPS, strict=False)
        self.convolutions = nn.ModuleList(nn.Conv2d(i, o, 3, padding=1) for i, o in ends)
        self.hidden = nn.Linear(MAPS[-1] * (height // 8) * (width // 8), FEATURES)
        self.output = nn.Linear(FEATURES, classes)

    @torch.no_grad()
    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights from N(0, 2 / inputs of a unit) (He et al. 2015); biases are zero."""
        for layer in (*self.convolutions, self.hidden, self.output):
            inputs = layer.weight[0].numel()
            layer.weight.normal_(0.0, (2.0 / inputs) ** 0.5, generator=rng)
            layer.bias.zero_()

    def represent(self, x: Tensor) -> Tensor:
        """Images [n, D], order height, width, channel, -> activations of the last hidden layer.

        Raises:
            DeepgenError: if D is not height x width x channels.
        """
        if x.ndim != 2 or x.shape[1] != math.prod(self.shape):
            raise DeepgenError(
                f"the classifier takes images [n, D] of {_product(self.shape)}, not "
                f"{list(x.shape)}: give images of that size or the classifier of these"
            )
        maps = x.view(-1, *self.shape).permute(0, 3, 1, 2)
        for convolution in self.convolutions:
            maps = F.max_pool2d(F.relu(convolution(maps)), 2)
        return F.relu(self.hidden(maps.flatten(1)))

    def forward(self, x: Tensor) -> Tensor:
        """Images [n, D] -> unnormalised log-probabilities [n, classes]."""
        return self.output(self.represent(x))

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        """Features of images [n, D] on the device of the weights, float32 [n, 128], nonnegative."""
        return torch.cat([self.represent(rows) for rows in x.split(ROWS)])

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        """The most probable class of each of the images [n, D], int64 [n]."""
        return torch.cat([self(rows).argmax(1) for rows in x.split(ROWS)])


def fit(
    x: Tensor, labels: Tensor, shape: tuple[int, int, int], settings: dict[str, Any]
) -> Classifier:
    """Train a classifier by cross-entropy with Adam, whose rate falls linearly to zero.

    Args:
        x: Images in the scoring space, float32 [n, D], order height, width, channel.
        labels: Classes from 0 on, int64 [n], on the device of x.
        shape: Height, width, channels.
        settings: epochs, seed, batch_size, learning_rate (the first).

    Returns:
        The classifier on the device of x; its weights follow from the arguments alone.
    """
    model = Classifier(shape, int(labels.max()) + 1)
    model.initialise(stream(settings["seed"], "classifier weights"))
    model.to(x.device)
    order = stream(settings["seed"], "classifier batches")
    optimiser = torch.optim.Adam(model.parameters(), settings["learning_rate"])
    steps = settings["epochs"] * -(-len(x) // settings["batch_size"])
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, total_iters=steps)
    for _ in range(settings["epochs"]):
        for batch in torch.randperm(len(x), generator=order).split(settings["batch_size"]):
            batch = batch.to(x.device)
            optimiser.zero_grad()
            F.cross_entropy(model(x[batch]), labels[batch]).backward()
            optimiser.step()
            schedule.step()
    return model


def load_classifier(path: Path) -> Classifier:
    """The classifier that stage `classify` wrote, on the CPU, for its `features`.

    Its `shape` and `space` say of which images.

    Raises:
        DeepgenError: if the file is missing, damaged, or holds something else.
    """
    tensors, metadata = read_tensors(path)
    try:
        height, width, channels = metadata["shape"]
        model = Classifier((height, width, channels), metadata["classes"], metadata["space"])
        model.load_state_dict(tensors)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        first_line = str(error).partition("\n")[0]
        raise DeepgenError(
            f"{path} does not hold the classifier of deepgen classify ({first_line}): give the "
            "right file or run that stage again"
        ) from None
    check_weights(path, model.state_dict())
    return model.requires_grad_(False)


def check_fits(model: Classifier, path: Path, shape: tuple[int, int, int], space: str) -> None:
    """Refuse a classifier of other images, of which it would give features without a meaning.

    Args:
        model: What `load_classifier` took from `path`.
        path: Its file.
        shape: Height, width and channels of the images.
        space: Their scoring space.

    Raises:
        DeepgenError: if the classifier's shape or space differs.
    """
    if (tuple(model.shape), model.space) != (tuple(shape), space):
        raise DeepgenError(
            f"{path} is the classifier of images of {_product(model.shape)} in the space "
            f"{model.space}, but these are of {_product(shape)} in {space}: give the classifier "
            "of this data set and space"
        )


def _product(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))

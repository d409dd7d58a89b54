"""Random samples, and the training image nearest to the last one of every row."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from deepgen.errors import DeepgenError
from deepgen.figures import style

INPUTS = ("samples", "neighbours", "history")
OPTIONAL = ("data_copying",)
ROWS, SAMPLES, GAP = 4, 5, 2
CHANCE = 3  # standard errors that a difference must exceed to be called one


@style.context()
def draw(inputs: dict[str, Any], settings: dict[str, Any]) -> Figure:
    """Four rows of five samples and, framed, the nearest training image of the fifth.

    Args:
        inputs: `samples`, float32 [n, D] with n >= 20, random draws in their order; `neighbours`,
            a mapping whose `images`, float32 [4, D], belong to samples 4, 9, 14 and 19;
            `history`, one row an epoch, and `data_copying`, if given, the content of
            `data_copying.json`, for the caption.
        settings: `shape` [H, W, C], `space` and what `style.source` needs.

    Raises:
        DeepgenError: for fewer samples or neighbours, or images of another shape.
    """
    samples, neighbours = _arrays(inputs, settings["output"])
    shape, space = settings["shape"], settings["space"]
    samples, neighbours = (style.displayed(x, space, samples) for x in (samples, neighbours))
    rows = style.pictures(samples, shape).reshape(ROWS, SAMPLES, *shape)
    last = style.pictures(neighbours, shape)[:, None]
    figure, axes = style.picture_figure(np.concatenate([rows, last], axis=1), GAP, top=0.45)
    height, width = shape[0] + GAP, shape[1] + GAP
    for row in range(ROWS):
        corner = (GAP / 2 + SAMPLES * width, GAP / 2 + row * height)
        frame = Rectangle(corner, width, height, fill=False, edgecolor=style.ORANGE, linewidth=2)
        axes.add_patch(frame)
    label = {"va": "bottom", "ha": "center", "fontsize": 9}
    axes.text(GAP / 2 + SAMPLES * width / 2, -1, "samples", **label)
    axes.text(GAP / 2 + (SAMPLES + 0.5) * width, -1, "nearest in\ntraining set", **label)
    return figure


def caption(inputs: dict[str, Any], settings: dict[str, Any]) -> str:
    """What is seen, the distances between framed images and samples, and the copying test."""
    samples, neighbours = _arrays(inputs, settings["output"])
    distances = np.linalg.norm(samples[SAMPLES - 1 :: SAMPLES].astype(float) - neighbours, axis=1)
    listed = ", ".join(f"{distance:.1f}" for distance in distances)
    source = style.source(settings, inputs["history"])
    count, sampler = len(inputs["samples"]), settings.get("sampler")
    what = style.count(count, "random draw") + ", in order: fair draws, none chosen or left out"
    if sampler:
        chains = style.count(min(sampler["chains"], count), "Markov chain")
        what = (
            f"{style.count(count, 'sample')} of {chains}, chain after chain, none chosen or left "
            f"out: {style.of_chain(sampler)}"
        )
    return (
        f"{settings.get('instead', '')}{source}. The first {ROWS * SAMPLES} of "
        f"{what}. The framed column shows the training image nearest to the sample on its left "
        f"(Euclidean distances from top to bottom: {listed}).{style.brightness(settings)}"
        f"{_copying(inputs, settings['space'])}"
    )


def _copying(inputs: dict[str, Any], space: str) -> str:
    """What a nearest neighbour alone cannot tell (Meehan et al. 2020)."""
    if "data_copying" not in inputs:
        return ""
    result = inputs["data_copying"][space]
    value, error = result["value"], result["standard_error"]
    where = "in pixels" if space == "pixels" else f"in the {space} space"
    share = f", in regions that hold {result['held_out_share']:.0%} of the unseen images"
    if abs(value) <= CHANCE * error:
        found = "as near to training images as unseen real images do: no sign of copying"
    elif value < 0:
        found = (
            "nearer to training images than unseen real images do, as copies would, but as smooth "
            "averages do, too"
        )
    else:
        found = "further from training images than unseen real images do: they are no copies"
    printed = f"{value:.1f}".replace("-", "−")
    return (
        f" All samples {where}{share * (result['held_out_share'] < 0.995)}: on the whole they lie "
        f"{found} (data-copying statistic {printed} ± {error:.1f}; 0 means as near)."
    )


def _arrays(inputs: dict[str, Any], name: str) -> tuple[np.ndarray, np.ndarray]:
    samples, images = inputs["samples"], inputs["neighbours"]["images"]
    if len(samples) < ROWS * SAMPLES or len(images) != ROWS:
        raise DeepgenError(
            f"{name} shows {ROWS * SAMPLES} samples and {ROWS} neighbours, but got "
            f"{len(samples)} and {len(images)}: draw more samples"
        )
    if samples.shape[1:] != images.shape[1:]:
        raise DeepgenError(
            f"{name} got samples of {samples.shape[1:]} and neighbours of {images.shape[1:]} "
            "values: make both from the same data set"
        )
    return samples[: ROWS * SAMPLES], images

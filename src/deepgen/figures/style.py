"""One look for every figure, and pictures made of many images; needs no screen and no pyplot."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from deepgen.errors import DeepgenError
from deepgen.report.wording import kept

DPI = 200
# Okabe and Ito's palette, which colour-blind readers can tell apart
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#666666"
LINES = (BLUE, VERMILION, GREEN, ORANGE)
SCORE = "selection_score"  # column of a history, nats; empty in epochs without a score

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine draws the same
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "lines.linewidth": 1.5,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "figure.dpi": DPI,
}


def context() -> AbstractContextManager[None]:
    """The style, whatever a user's matplotlibrc says; also usable as a decorator."""
    return matplotlib.style.context(_RC, after_reset=True)


def colour(number: int) -> str:
    """The colour of line `number` of a panel, from 0 on."""
    return LINES[number % len(LINES)]


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, drawn by Agg and unknown to pyplot."""
    figure = Figure(figsize=(width, height), layout=None)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path, kind: str) -> None:
    """Write `figure` as `kind` (`png` or `pdf`): the same bytes each time, no date, no versions."""
    names = {"png": ["Software"], "pdf": ["CreationDate", "Creator", "Producer"]}[kind]
    with context():
        figure.savefig(path, format=kind, dpi=DPI, metadata=dict.fromkeys(names))


def displayed(values: np.ndarray, space: str, sheet: np.ndarray | None = None) -> np.ndarray:
    """Values of a scoring space as brightness, where 0 is black and 1 is white.

    A contrast-normalised sample has lost its mean and norm, so it is shown as the authors do: x /
    max|x| from -1 to 1, with one maximum for the whole sheet.

    Args:
        values: Images in the scoring space, any shape.
        space: Name of a space, as `pixels`.
        sheet: Images whose maximum counts, if not that of `values`.
    """
    if space != "contrast-normalised":
        return values
    most = np.abs(values if sheet is None else sheet).max()
    return 0.5 + 0.5 * values / (most or 1.0)


def brightness(settings: dict[str, Any]) -> str:
    """How values became brightness, for captions; empty for pixels, which need no word."""
    if settings["space"] != "contrast-normalised":
        return ""
    return (
        " Contrast-normalised values, as they are scored, shown as x / max|x| with one maximum a "
        "sheet."
    )


def pictures(values: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Vectors [n, D] in [0, 1] as images [n, H, W, C]; what lies outside is shown as 0 or 1.

    Raises:
        DeepgenError: if D is not H * W * C.
    """
    if values.ndim != 2 or values.shape[1] != int(np.prod(shape)):
        raise DeepgenError(
            f"an array of shape {list(values.shape)} does not hold images of shape {list(shape)}: "
            "make it again with the settings of this experiment"
        )
    return np.clip(values, 0, 1).reshape(-1, *shape)


def tile(images: np.ndarray, gap: int = 2) -> np.ndarray:
    """One picture of a grid of images, white between and around them.

    Args:
        images: [rows, columns, H, W, C] in [0, 1].
        gap: Pixels between two images and around the grid.

    Returns:
        [rows * (H + gap) + gap, columns * (W + gap) + gap, C].

    Example:
        >>> tile(np.zeros((2, 3, 28, 28, 1))).shape
        (62, 92, 1)
    """
    rows, columns, height, width, channels = images.shape
    canvas = np.ones((rows, height + gap, columns, width + gap, channels), images.dtype)
    canvas[:, :height, :, :width] = images.transpose(0, 2, 1, 3, 4)
    canvas = canvas.reshape(rows * (height + gap), columns * (width + gap), channels)
    return np.pad(canvas, ((gap, 0), (gap, 0), (0, 0)), constant_values=1)


def picture_figure(
    images: np.ndarray, gap: int = 2, left: float = 0.1, top: float = 0.3, width: float = 4.5
) -> tuple[Figure, Axes]:
    """A figure that shows a grid of images; axes are in pixels of `tile(images, gap)`.

    Every image pixel is a whole number of figure pixels, so that all look equally wide.

    Args:
        images: [rows, columns, H, W, C] in [0, 1], C = 1 or 3.
        gap: As for `tile`.
        left, top: Margins in inches for labels.
        width: Least inches of the picture itself; few large pixels may need more.
    """
    canvas = tile(images, gap)
    scale = max(1, -(-int(width * DPI) // canvas.shape[1]))
    high, wide = (scale * size / DPI for size in canvas.shape[:2])
    total_width, total_height = left + wide + 0.1, top + high + 0.1
    figure = new_figure(total_width, total_height)
    axes = figure.add_axes(
        (left / total_width, 0.1 / total_height, wide / total_width, high / total_height)
    )
    shown = canvas[..., 0] if canvas.shape[-1] == 1 else canvas
    extent = (0, canvas.shape[1], canvas.shape[0], 0)
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest", extent=extent)
    axes.set_axis_off()
    return figure, axes


def source(settings: dict[str, Any], history: pd.DataFrame) -> str:
    """Which model a figure shows, for captions: title, data set, seed, checkpoint and its epoch.

    Args:
        settings: `title`, `dataset_title`, `seed`, `checkpoint`, `selection`.
        history: Of the training, one row an epoch.
    """
    last, epochs = settings["checkpoint"] == "last", int(history["epoch"].max())
    rule = {"rule": "last"} if last else settings["selection"]
    text = f"{training(settings)}, {kept(rule, epochs)}"
    if not any(name.startswith("learning_rate") for name in history):
        return text  # no optimiser: fitted before the first epoch, as by EM
    best = None if rule["rule"] == "last" else best_epoch(history)
    if best is None:
        return f"{text}, after {count(epochs, 'epoch')}"
    return f"{text}: epoch {best:,} of {epochs:,}"


def of_chain(sampler: dict[str, Any]) -> str:
    """What a sample of a chain is, and how far it lies from the next one.

    Example:
        >>> of_chain({"burn_in": 1000, "thinning": 50, "output": "means"})
        'a state every 50 steps, after 1,000 steps, as means of the pixels, no draws'
    """
    thinning = sampler["thinning"]
    every = "every state" if thinning == 1 else f"a state every {thinning:,} steps"
    as_means = sampler.get("output") == "means"
    return (
        f"{every}, after {count(sampler['burn_in'], 'step')}, as "
        f"{'means of the pixels, no draws' if as_means else 'draws of the pixels'}"
    )


def best_epoch(history: pd.DataFrame) -> int | None:
    """The first epoch with the highest validation score, as training chose it; None without any."""
    if SCORE not in history or history[SCORE].isna().all():
        return None
    return int(history["epoch"][history[SCORE].idxmax()])


def training(settings: dict[str, Any]) -> str:
    """Which training a figure shows, for captions: title, data set and seed."""
    return f"{settings['title']} on {settings['dataset_title']}, seed {settings['seed']}"


def count(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun.

    Example:
        >>> count(1, "line"), count(10_000, "draw")
        ('1 line', '10,000 draws')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"

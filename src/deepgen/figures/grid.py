"""Images side by side, without a word: what `deepgen draw` and the tour show."""

import math

import numpy as np
from matplotlib.figure import Figure

from deepgen.figures import style


@style.context()
def grid(images: np.ndarray, space: str = "pixels", columns: int | None = None) -> Figure:
    """A sheet of images, row after row; in an incomplete last row the rest is white.

    Args:
        images: [n, H, W, C] in a scoring space, or lines of images, [rows, columns, H, W, C].
        space: Name of that space, as `pixels`.
        columns: Images in a row; left out, about as many as rows.
    """
    if images.ndim == 5:
        columns = images.shape[1]
        images = images.reshape(-1, *images.shape[2:])
    columns = columns or math.ceil(math.sqrt(len(images)))
    shown = np.clip(style.displayed(images, space), 0, 1)
    rows = -(-len(shown) // columns)
    blank = np.ones((rows * columns - len(shown), *shown.shape[1:]), shown.dtype)
    sheet = np.concatenate([shown, blank]).reshape(rows, columns, *shown.shape[1:])
    figure, _ = style.picture_figure(sheet, left=0.1, top=0.1)
    return figure

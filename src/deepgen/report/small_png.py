"""Pictures of a few kilobytes, for where every version is kept for ever."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from deepgen.errors import DeepgenError

COLOURS = 256  # of a palette
MOST = 4096  # a chart's lines and letters shade into so many; more are a photograph's


def small_png(path: Path) -> bytes:
    """A PNG in fewer bytes: with a palette, but for photographs, whose colours stay as they are.

    Grey sheets have at most 256 shades, so nothing is lost; faces need less as shades than with a
    palette, digits more. Of a chart, shades at the edges of its lines are rounded by less than an
    eye can tell.

    Args:
        path: A PNG without transparent parts.

    Raises:
        DeepgenError: if it is damaged.
    """
    try:
        with Image.open(path) as image:
            picture = image.convert("RGB")
    except OSError as error:
        raise DeepgenError(
            f"{path} is damaged ({error}): delete it and run snakemake again"
        ) from None
    return min((_png(variant) for variant in _variants(picture)), key=len)


def _variants(picture: Image.Image) -> Iterator[Image.Image]:
    grey = picture.convert("L")
    if grey.convert("RGB").tobytes() == picture.tobytes():
        yield grey
    if picture.getcolors(MOST):
        yield picture.quantize(COLOURS, dither=Image.Dither.NONE)
    else:
        yield picture


def _png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()

"""A picture file as an array: PNG, JPEG and a few more, one frame, 8 bits a channel."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "TIFF", "WEBP")
MAX_PIXELS = 50_000_000  # a larger one is a bomb, or wants to be shrunk first
WHITE = (255, 255, 255, 255)


class BadPicture(Exception):
    """Why a picture cannot be used: its kind in a few words, and what is its own."""

    def __init__(self, kind: str, detail: str = ""):
        super().__init__(kind + detail)
        self.kind, self.detail = kind, detail


def decode(content: bytes) -> Image.Image:
    """A picture, upright, as mode `L` or `RGB`.

    What is transparent becomes white; of several frames the first is taken; 16 bits become 8.

    Raises:
        BadPicture: if it is damaged, cut off, too large, of 32 bits a channel or signed numbers, or
            no picture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise BadPicture("too large", f" ({image.height} x {image.width})")
                image.load()
                deep = image.format == "PPM" and image.mode == "I"  # 16 bits, as Pillow has them
                upright = ImageOps.exif_transpose(image)
                return _plain(upright.convert("I;16") if deep else upright)
    except UnidentifiedImageError:
        raise BadPicture("no picture" if content else "empty") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture("too large") from None
    except MemoryError:
        raise BadPicture("too large for the memory") from None
    except BadPicture:
        raise
    except Exception:  # whatever Pillow's decoders stumble upon in a damaged file
        raise BadPicture("damaged or cut off") from None


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image, np.uint32) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise BadPicture("of 32 bits a channel, or signed numbers")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, WHITE), image)
        return image.convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def as_array(image: Image.Image, size: list[int] | None, luminance: bool = False) -> np.ndarray:
    """A picture as uint8 [H, W, 1] if no pixel has a colour, else [H, W, 3].

    Args:
        image: As `decode` gives it.
        size: Height and width to scale it to, where what is too long is cut off on both sides;
            None leaves it as it is.
        luminance: Whether to turn colours grey.
    """
    if luminance:
        image = image.convert("L")
    if size and image.size != (size[1], size[0]):
        image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS)
    array = np.asarray(image)
    if array.ndim == 3 and (array == array[..., :1]).all():
        array = array[..., 0]
    return array[..., None] if array.ndim == 2 else array

"""Pictures as people have them: modes, turns, bombs and damage."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from deepgen.data.pictures import BadPicture, as_array, decode


def encoded(image, kind="PNG", **more):
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


RED = Image.new("RGB", (6, 4), (200, 10, 10))


def array_of(content, size=None, luminance=False):
    return as_array(decode(content), size, luminance)


def test_a_colour_stays_and_a_grey_picture_has_one_channel():
    assert array_of(encoded(RED)).shape == (4, 6, 3)
    assert (array_of(encoded(RED)) == (200, 10, 10)).all()
    for mode in ("L", "RGB", "P", "1"):
        found = array_of(encoded(Image.new("L", (6, 4), 255).convert(mode)))
        assert found.shape == (4, 6, 1)
        assert (found == 255).all()


def test_16_bits_become_8():
    deep = Image.fromarray(np.full((4, 6), 65535 * 100 // 255, np.uint16))
    assert array_of(encoded(deep)).ravel().tolist() == [100] * 24


@pytest.mark.parametrize("largest", [65535, 4095])
def test_16_bits_of_a_pgm_become_8_whatever_is_its_white(largest):
    values = np.array([0, largest * 100 // 255, largest], ">u2")
    content = f"P5 3 1 {largest}\n".encode() + values.tobytes()
    assert array_of(content).ravel().tolist() == [0, 100 if largest == 65535 else 99, 255]


def test_what_is_transparent_is_white():
    glass = Image.new("RGBA", (6, 4), (0, 0, 0, 0))
    assert (array_of(encoded(glass)) == 255).all()


def test_a_camera_on_its_side():
    lying = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6))
    exif = Image.Exif()
    exif[0x0112] = 6
    found = array_of(encoded(lying, "TIFF", exif=exif))
    np.testing.assert_array_equal(found[..., 0], np.rot90(np.asarray(lying), -1))


def test_cropping_keeps_the_middle_and_proportions():
    wide = np.zeros((8, 32), np.uint8)
    wide[:, 12:20] = 255
    found = array_of(encoded(Image.fromarray(wide)), size=[8, 8])
    assert found.shape == (8, 8, 1)
    assert (found == 255).all()


def test_colours_can_be_turned_grey():
    assert array_of(encoded(RED), luminance=True).shape == (4, 6, 1)


def bomb(width, height):
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"0"))
        + (chunk(b"IEND", b""))
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"not a picture", "no picture"),
        (encoded(RED)[:-30], "damaged"),
        (encoded(Image.new("RGB", (60, 40)), "JPEG")[:300], "damaged"),
        (bomb(8000, 8000), "too large"),
        (bomb(60_000, 60_000), "too large"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture"),
        (encoded(Image.fromarray(np.zeros((4, 6), np.float32)), "TIFF"), "32 bits"),
    ],
)
def test_what_is_no_good_picture(content, words):
    with pytest.raises(BadPicture, match=words):
        decode(content)


def test_a_picture_is_upright_as_the_camera_held_it():
    image = Image.fromarray(np.array([[10, 20, 30], [40, 50, 60]], np.uint8))
    turned = image.getexif()
    turned[0x0112] = 6  # orientation: a quarter to the right
    upright = array_of(encoded(image, exif=turned))[..., 0]
    assert upright.tolist() == [[40, 10], [50, 20], [60, 30]]

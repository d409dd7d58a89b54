"""Small pictures: nothing is lost of grey sheets and photographs, and hardly anything of charts."""

import io

import numpy as np
import pytest
from PIL import Image

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.report.small_png import small_png


def small(image, path):
    Image.fromarray(image).save(path)
    content = small_png(path)
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB")), len(content)


def test_a_grey_sheet_and_a_photograph_are_what_they_were(tmp_path):
    rng = np.random.default_rng(0)
    grey = np.repeat(rng.integers(0, 256, (80, 80, 1), np.uint8), 3, axis=2)
    assert np.array_equal(small(grey, tmp_path / "grey.png")[0], grey)
    photograph = rng.integers(0, 256, (100, 100, 3), np.uint8)
    assert np.array_equal(small(photograph, tmp_path / "photograph.png")[0], photograph)


def test_shades_that_flow_need_less_than_with_a_palette(tmp_path):
    across, down = np.meshgrid(np.arange(256), np.arange(200))
    noise = np.random.default_rng(0).integers(-2, 3, across.shape)
    flowing = ((across + down) // 2 + noise).clip(0, 255).astype(np.uint8)
    after, size = small(np.repeat(flowing[..., None], 3, axis=2), tmp_path / "face.png")
    assert np.array_equal(after[..., 0], flowing)
    palette = io.BytesIO()
    Image.fromarray(flowing).quantize(256).save(palette, "PNG", optimize=True)
    assert size < 0.8 * palette.tell()


def test_a_chart_needs_half_the_bytes_and_looks_the_same(tmp_path):
    with style.context():
        figure = style.new_figure(4, 3)
        axes = figure.add_subplot()
        for number in range(4):
            axes.plot(np.sin(np.arange(100) / (7 + number)), color=style.colour(number))
        style.save(figure, tmp_path / "chart.png", "png")
    with Image.open(tmp_path / "chart.png") as image:
        before = np.asarray(image.convert("RGB")).astype(int)
    after, size = small(before.astype(np.uint8), tmp_path / "again.png")
    assert size < 0.5 * (tmp_path / "chart.png").stat().st_size
    assert np.abs(before - after).mean() < 1
    assert np.quantile(np.abs(before - after), 0.999) <= 16


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "x.png").write_text("words")
    with pytest.raises(DeepgenError, match=r"x\.png is damaged \(cannot identify"):
        small_png(tmp_path / "x.png")

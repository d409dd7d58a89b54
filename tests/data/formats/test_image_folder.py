"""Packed folders of pictures: what is read, and every bad picture named."""

import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from deepgen.data.formats.image_folder import read
from deepgen.errors import DeepgenError

FILES = {"images": "train-images"}
OWN = {"shape": [4, 6, 1], "colour": "grey", "fit": "exact", "classes": False}
RNG = np.random.default_rng(0)
GREY = {f"{name}.png": RNG.integers(0, 256, (4, 6), dtype=np.uint8) for name in "cab"}
COLOUR = np.full((4, 6, 3), (200, 10, 10), np.uint8)


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def zipped(folder, members):
    with zipfile.ZipFile(folder / "train-images", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else png(content))
    return folder


def refused(folder, own=OWN):
    with pytest.raises(DeepgenError) as caught:
        read(folder, FILES, own)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_pictures_come_in_order_of_their_names(tmp_path):
    part = read(zipped(tmp_path, GREY), FILES, OWN)
    assert part.names == ["a.png", "b.png", "c.png"]
    np.testing.assert_array_equal(part.images[..., 0], [GREY[name] for name in part.names])
    assert part.labels is None


def test_a_tar_is_read_as_well(tmp_path):
    with tarfile.open(tmp_path / "train-images", "w:gz") as archive:
        for name, array in GREY.items():
            info = tarfile.TarInfo(f"cats/{name}")
            info.size = len(png(array))
            archive.addfile(info, io.BytesIO(png(array)))
    part = read(tmp_path, FILES, OWN)
    assert part.names == ["cats/a.png", "cats/b.png", "cats/c.png"]


def test_folders_are_classes_in_alphabetical_order(tmp_path):
    members = {"dog/1.png": GREY["a.png"], "cat/1.png": GREY["b.png"], "cat/x/2.png": GREY["c.png"]}
    part = read(zipped(tmp_path, members), FILES, OWN | {"classes": True})
    assert part.names == ["cat/1.png", "cat/x/2.png", "dog/1.png"]
    assert part.labels.tolist() == [0, 0, 1]


def test_classes_need_folders(tmp_path):
    own = OWN | {"classes": True}
    assert "a.png, b.png, c.png" in refused(zipped(tmp_path, GREY), own)
    text = refused(zipped(tmp_path, {f"pets/{i}/a.png": GREY["a.png"] for i in "ab"}), own)
    assert "one folder, pets" in text
    assert "pack the folders inside it" in text
    many = {f"{i}/a.png": GREY["a.png"] for i in range(257)}
    assert "there are 257 class folders" in refused(zipped(tmp_path, many), own)


def test_a_folder_that_is_named_like_a_picture_is_none(tmp_path):
    members = {"photos.jpg/": b"", "photos.jpg/a.png": GREY["a.png"]}
    assert read(zipped(tmp_path, members), FILES, OWN).names == ["photos.jpg/a.png"]
    with tarfile.open(tmp_path / "train-images", "w:gz") as archive:
        folder = tarfile.TarInfo("photos.jpg")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        info = tarfile.TarInfo("photos.jpg/a.png")
        info.size = len(png(GREY["a.png"]))
        archive.addfile(info, io.BytesIO(png(GREY["a.png"])))
    assert read(tmp_path, FILES, OWN).names == ["photos.jpg/a.png"]


def test_grey_pictures_may_be_in_a_set_in_colour(tmp_path):
    own = OWN | {"shape": [4, 6, 3], "colour": "rgb"}
    part = read(zipped(tmp_path, GREY | {"d.png": COLOUR}), FILES, own)
    assert part.images.shape == (4, 4, 6, 3)
    np.testing.assert_array_equal(part.images[0], np.repeat(GREY["a.png"][..., None], 3, 2))


def test_every_bad_picture_is_named_with_its_reason(tmp_path):
    others = {
        "broken.png": b"nothing",
        "cut.png": png(GREY["a.png"])[:-40],
        "red.png": COLOUR,
        "small.png": GREY["a.png"][:3],
    }
    text = refused(zipped(tmp_path, GREY | others))
    assert text.startswith("4 of 7 pictures cannot be used")
    assert "of another size than 4 x 6: small.png (3 x 6)" in text
    assert "in colour, where colour is grey: red.png" in text
    assert "no picture: broken.png" in text
    assert "cut.png" in text


def test_other_sizes_and_colours_can_be_allowed(tmp_path):
    members = GREY | {"red.png": COLOUR, "large.png": np.zeros((40, 60), np.uint8)}
    own = OWN | {"fit": "crop", "colour": "luminance"}
    assert read(zipped(tmp_path, members), FILES, own).images.shape == (5, 4, 6, 1)


@pytest.mark.parametrize("name", ["../a.png", "x/../../a.png", "/a.png", "..\\a.png"])
def test_names_that_lead_out_are_refused(tmp_path, name):
    assert "leads out" in refused(zipped(tmp_path, {name: GREY["a.png"]}))


def test_what_is_no_archive(tmp_path):
    (tmp_path / "train-images").write_bytes(b"nothing")
    assert "neither .zip nor .tar.gz" in refused(tmp_path)
    content = zipped(tmp_path, GREY).joinpath("train-images").read_bytes()
    (tmp_path / "train-images").write_bytes(content[: len(content) // 2])
    assert "damaged" in refused(tmp_path)
    assert "no picture in it" in refused(zipped(tmp_path, {"notes.txt": b"x"}))

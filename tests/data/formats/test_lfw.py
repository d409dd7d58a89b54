"""LFW from made JPEGs and made arrays: the same faces, and a name for whatever is missing."""

import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from deepgen.data.formats.lfw import crop, read
from deepgen.errors import DeepgenError

FILES = {"images": "faces"}
COUNTS = {"Ann_Lee": 3, "Bo_van_Dyk": 1, "Cy": 2}
NAMES = [f"{person}_{i:04d}" for person, count in COUNTS.items() for i in range(1, count + 1)]
RNG = np.random.default_rng(1)
FACES = dict(zip(NAMES, RNG.integers(0, 256, (6, 48, 48), dtype=np.uint8), strict=True))


def jpeg(pixels, kind="JPEG"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, quality=95)
    return file.getvalue()


# Faces that compress to little
SMOOTH = np.stack([np.full((48, 48), 40 * i, np.uint8) for i in range(6)])

# Smooth colour pictures that differ everywhere, as photographs do
WIDE = np.linspace(0, 3, 250)
PICTURES = {
    name: np.stack(
        [127 + 120 * np.sin(WIDE[:, None] * (i + 1) + WIDE * 2 + colour) for colour in range(3)], -1
    ).astype(np.uint8)
    for i, name in enumerate(NAMES)
}
JPEGS = {name: jpeg(picture) for name, picture in PICTURES.items()}


def write_archive(folder, content, more=()):
    """The archive's own layout: one folder a person."""
    with tarfile.open(folder / "faces", "w:gz") as archive:
        members = {f"lfw-deepfunneled/{n.rsplit('_', 1)[0]}/{n}.jpg": c for n, c in content.items()}
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in more:
            archive.addfile(info)


def write_array(folder, faces=FACES, **changes):
    arrays = {"X": np.stack(list(faces.values())), "names": np.array(list(faces))} | changes
    with open(folder / "faces", "wb") as file:
        np.savez_compressed(file, **{k: v for k, v in arrays.items() if v is not None})


def without(*names):
    return {name: content for name, content in JPEGS.items() if name not in names}


def refuse(folder, words):
    with pytest.raises(DeepgenError, match=words) as error:
        read(folder, FILES)
    assert "\n" not in str(error.value)
    assert str(folder / "faces") in str(error.value)


def test_crop_is_the_middle_at_half_the_size():
    image = RNG.integers(0, 256, (250, 250), dtype=np.uint8)
    face = crop(image)
    for row, column in ((0, 0), (47, 47), (0, 47), (20, 31)):
        block = image[84 + 2 * row : 86 + 2 * row, 77 + 2 * column : 79 + 2 * column]
        assert face[row, column] == round(block.astype(float).mean())
    assert face.shape == (48, 48)
    assert face.dtype == np.uint8


def test_the_prepared_array(tmp_path):
    write_array(tmp_path)
    part = read(tmp_path, FILES)
    np.testing.assert_array_equal(part.images, np.stack(list(FACES.values()))[..., None])
    assert part.people == ["Ann_Lee"] * 3 + ["Bo_van_Dyk"] + ["Cy"] * 2
    assert part.source == "prepared array"
    assert part.labels is None


def test_the_original_archive(tmp_path):
    folders = [tarfile.TarInfo("lfw-deepfunneled/Ann_Lee"), tarfile.TarInfo("lfw-deepfunneled")]
    for info in folders:
        info.type = tarfile.DIRTYPE
    write_archive(tmp_path, dict(reversed(JPEGS.items())), folders)
    part = read(tmp_path, FILES)
    assert part.images.shape == (6, 48, 48, 1)
    assert part.people == ["Ann_Lee"] * 3 + ["Bo_van_Dyk"] + ["Cy"] * 2
    assert part.source == "original archive"
    for image, picture in zip(part.images, PICTURES.values(), strict=True):
        grey = picture @ [0.299, 0.587, 0.114]  # ITU-R 601, as JPEG and Pillow define luminance
        expected = grey[84:180, 77:173].reshape(48, 2, 48, 2).mean((1, 3))
        assert np.abs(image[..., 0] - expected).max() < 4  # quality 95 and two roundings


def test_both_sources_give_the_same(tmp_path):
    write_archive(tmp_path, JPEGS)
    first = read(tmp_path, FILES)
    write_array(tmp_path, dict(zip(NAMES, first.images[..., 0], strict=True)))
    second = read(tmp_path, FILES)
    np.testing.assert_array_equal(first.images, second.images)
    assert first.people == second.people


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("Ann_Lee_0002", "lacks image 2 of Ann_Lee, though it has image 3"),
        ("Cy_0001", "lacks image 1 of Cy, though it has image 2"),
    ],
)
def test_a_gap_in_a_persons_images(tmp_path, missing, words):
    write_archive(tmp_path, without(missing))
    refuse(tmp_path, words)
    write_array(tmp_path, {name: face for name, face in FACES.items() if name != missing})
    refuse(tmp_path, words)


def test_a_persons_folder_without_images(tmp_path):
    folder = tarfile.TarInfo("lfw-deepfunneled/Bo_van_Dyk")
    folder.type = tarfile.DIRTYPE
    write_archive(tmp_path, without("Bo_van_Dyk_0001"), [folder])
    refuse(tmp_path, "has no image of Bo_van_Dyk")


def test_members_that_lead_out(tmp_path):
    link = tarfile.TarInfo("lfw-deepfunneled/Cy/Cy_0003.jpg")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for info, words in ((link, "is a link"), (tarfile.TarInfo("../Cy_0003.jpg"), "leads out")):
        write_archive(tmp_path, JPEGS, [info])
        refuse(tmp_path, words)


SMALL = jpeg(np.zeros((100, 250, 3), np.uint8))
IMAGES = {
    "a cut JPEG": (JPEGS["Cy_0001"][:-2000], "Cy_0001.jpg', which is no whole JPEG"),
    "an empty file": (b"", "no whole JPEG"),
    "another format": (jpeg(PICTURES["Cy_0001"], "PNG"), "no whole JPEG"),
    "another size": (SMALL, "of 250 x 100 pixels where 250 x 250"),
}


@pytest.mark.parametrize("case", IMAGES)
def test_wrong_images(tmp_path, case):
    content, words = IMAGES[case]
    write_archive(tmp_path, JPEGS | {"Cy_0001": content})
    refuse(tmp_path, words)


def test_wrong_archives(tmp_path):
    write_archive(tmp_path, {})
    refuse(tmp_path, "no image in it")
    write_archive(tmp_path, JPEGS | {"Cy_three": JPEGS["Cy_0001"]})
    refuse(tmp_path, "Cy_three', not named")
    write_archive(tmp_path, JPEGS)
    content = (tmp_path / "faces").read_bytes()
    (tmp_path / "faces").write_bytes(content[: len(content) // 2])
    refuse(tmp_path, "not the LFW archive .truncated")


X = np.stack(list(FACES.values()))
ARRAYS = {
    "no X": ({"X": None}, "lacks the array X or names"),
    "no names": ({"names": None}, "lacks the array X or names"),
    "another type": ({"X": X.astype(float)}, "float64"),
    "another size": ({"X": X[:, :32, :32]}, r"\[6, 32, 32\]"),
    "too few names": ({"names": np.array(NAMES[:-1])}, "one name for each image"),
    "a name twice": ({"names": np.array([NAMES[0], *NAMES[:-1]])}, "one name for each image"),
    "no axis": ({"X": np.uint8(3)}, r"uint8 \[\] as X"),
    "no image": ({"X": X[:0], "names": np.array([], "U3")}, r"\[0, 48, 48\] as X"),
    "a name without an axis": ({"names": np.array("Cy_0001")}, "one name for each image"),
    "numbers as names": ({"names": np.arange(6)}, "one name for each image"),
    "pickled names": ({"names": np.array(NAMES, object)}, "is damaged"),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_wrong_arrays(tmp_path, case):
    changes, words = ARRAYS[case]
    write_array(tmp_path, **changes)
    refuse(tmp_path, words)


def test_a_member_that_is_no_array(tmp_path):
    write_array(tmp_path, names=None)
    with zipfile.ZipFile(tmp_path / "faces", "a") as archive:
        archive.writestr("names", b"Ann Lee, Bo van Dyk, Cy")
    refuse(tmp_path, "an X or names that is no array")


@pytest.mark.filterwarnings("ignore")  # of NumPy, about headers that it still can read
def test_a_damaged_array_is_refused_or_harmless(tmp_path):
    """Whichever byte is wrong, and wherever the file ends."""
    write_array(tmp_path, dict(zip(NAMES, SMOOTH, strict=True)))
    whole = (tmp_path / "faces").read_bytes()
    expected = read(tmp_path, FILES)
    rng, said = np.random.default_rng(2), []
    for place in range(2, len(whole)):  # the first two say what the file is
        damaged = bytearray(whole)
        damaged[place] ^= int(rng.integers(1, 256))
        (tmp_path / "faces").write_bytes(damaged)
        try:
            part = read(tmp_path, FILES)
        except DeepgenError as error:
            said.append(str(error))
        else:
            np.testing.assert_array_equal(part.images, expected.images)
            assert part.people == expected.people
    assert len(said) > len(whole) // 2
    assert all(line.startswith(str(tmp_path / "faces")) and "\n" not in line for line in said)
    for end in range(2, len(whole), 7):
        (tmp_path / "faces").write_bytes(whole[:end])
        refuse(tmp_path, "is damaged")


def test_files_of_something_else(tmp_path):
    write_array(tmp_path)
    content = (tmp_path / "faces").read_bytes()
    for wrong, words in ((content[:-100], "damaged"), (b"", "neither"), (b"<html>", "neither")):
        (tmp_path / "faces").write_bytes(wrong)
        refuse(tmp_path, words)


def test_a_missing_file(tmp_path):
    with pytest.raises(DeepgenError, match="missing: run deepgen fetch first"):
        read(tmp_path, FILES)

"""`deepgen add-dataset`: what it writes loads and plans, and nothing is written otherwise."""

import gzip
import os
import shutil
import struct
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepgen.cli import main
from deepgen.config import load_config
from deepgen.data.formats import image_folder
from deepgen.data.local import list_pictures, listing
from deepgen.engine.own_sources import check_own_sources
from deepgen.engine.plan import Plan
from deepgen.engine.resolve import stage_settings
from deepgen.errors import DeepgenError
from deepgen.own_data.survey import survey_folder
from deepgen.stages.fetch import fetch
from deepgen.stages.prepare import prepare
from tests.data.made_pictures import put_pictures


@pytest.fixture
def project(root, tmp_path, monkeypatch):
    """A folder with `config/` in which commands run."""
    shutil.copytree(root / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add(*arguments):
    return main(["add-dataset", *map(str, arguments)])


def written(project):
    return sorted(p.name for p in (project / "config").rglob("cats*"))


def plan_of(name="cats"):
    return Plan(load_config(Path(f"config/{name}.yaml"), Path("config")))


def prepared(plan, project):
    """The set after fetch and prepare, as arrays by file."""
    experiment = plan.config["cats"]
    raw, out = project / "data/raw/cats", project / "data/prepared/cats"
    fetch(stage_settings("fetch", experiment), raw, None, None)
    prepare(raw, out, stage_settings("prepare", experiment))
    return {path.stem: np.load(path) for path in out.glob("*.npy")}


def test_a_folder_becomes_an_experiment_that_plans_and_prepares(project, capsys):
    put_pictures(project / "pictures", 200)
    assert add("pictures", "--name", "cats", "--title", "My cats") == 0
    told = capsys.readouterr().out
    assert "200 images of 8 x 8, grey" in told
    assert "snakemake --cores all --configfile config/cats.yaml" in told
    plan = plan_of()
    assert plan.papers == []
    assert plan.config["cats"].entry.title == "My cats"
    assert plan.config["cats"].dataset.train.images.path == "pictures"
    check_own_sources(plan)
    arrays = prepared(plan, project)
    assert {k: v.shape for k, v in arrays.items()} == {
        "train": (160, 8, 8, 1),
        "valid": (20, 8, 8, 1),
        "test": (20, 8, 8, 1),
    }
    made = {np.asarray(Image.open(p)).tobytes() for p in (project / "pictures").iterdir()}
    assert {image.tobytes() for x in arrays.values() for image in x} == made


def test_mixed_sizes_colours_and_copies_are_met(project, capsys):
    put_pictures(project / "pictures", 100)
    put_pictures(project / "pictures", 50, side=20, seed=1, colour=True, prefix="large-")
    shutil.copy(project / "pictures/000.png", project / "pictures/copy.png")
    assert add(project / "pictures", "--name", "cats", "--size", "8x10") == 0
    told = capsys.readouterr().out
    assert "1 copies of others" in told
    assert "50 are in colour" in told
    assert "will be cut and scaled to 8 x 10" in told
    arrays = prepared(plan_of(), project)
    assert sum(map(len, arrays.values())) == 150
    assert arrays["train"].shape[1:] == (8, 10, 3)


def test_colours_are_turned_grey_on_request(project):
    put_pictures(project / "pictures", 70, colour=True)
    assert add("pictures", "--name", "cats", "--grey") == 0
    assert prepared(plan_of(), project)["train"].shape[1:] == (8, 8, 1)


def test_classes_become_labels(project):
    for i, name in enumerate(("dogs", "cats", "mice")):
        put_pictures(project / "pictures" / name, 80, seed=i)
    assert add("pictures", "--name", "cats", "--classes") == 0
    arrays = prepared(plan_of(), project)
    assert np.bincount(arrays["test_labels"]).tolist() == [8, 8, 8]
    assert plan_of().classified("cats", "mmd")


@pytest.mark.parametrize("kind", ["npy", "npz", "idx"])
def test_files_of_arrays(project, kind):
    images = np.random.default_rng(0).integers(0, 256, (100, 9, 8), dtype=np.uint8)
    labels = np.arange(100, dtype=np.uint8) % 3
    more = ["--labels", f"labels.{kind}"]
    if kind == "npy":
        np.save("images.npy", images)
        np.save("labels.npy", labels)
    elif kind == "npz":
        np.savez("images.npz", x=images, y=labels)
        more = []
    else:
        header = struct.pack(">BBBB3I", 0, 0, 8, 3, 100, 9, 8)
        with open("images.idx", "wb") as file:
            file.write(gzip.compress(header + images.tobytes()))
        with open("labels.idx", "wb") as file:
            file.write(struct.pack(">BBBBI", 0, 0, 8, 1, 100) + labels.tobytes())
    assert add(f"images.{kind}", "--name", "cats", *more) == 0
    arrays = prepared(plan_of(), project)
    assert arrays["train"].shape == (60, 9, 8, 1)
    where = [np.flatnonzero((images[..., None] == x).all((1, 2, 3)))[0] for x in arrays["train"]]
    assert (labels[where] == arrays["train_labels"]).all()


def refused(capsys, *arguments):
    assert add(*arguments) == 1
    text = capsys.readouterr().err.strip()
    assert "\n" not in text
    return text


def test_nothing_is_overwritten(project, capsys):
    put_pictures(project / "pictures", 100)
    (project / "config/cats.yaml").write_text("mine")
    assert "config/cats.yaml is there already" in refused(capsys, "pictures", "--name", "cats")
    assert written(project) == ["cats.yaml"]
    assert (project / "config/cats.yaml").read_text() == "mine"
    assert "lfw.yaml is there already" in refused(capsys, "pictures", "--name", "lfw")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kmnist", "is there already"),
        ("svhn", "which the registry has"),
        ("report", "name of a ru"),
    ],
)
def test_names_that_are_taken(project, capsys, name, words):
    put_pictures(project / "pictures", 100)
    before = sorted((project / "config").rglob("*"))
    assert words in refused(capsys, "pictures", "--name", name)
    assert sorted((project / "config").rglob("*")) == before


def test_every_bad_picture_is_named(project, capsys):
    put_pictures(project / "pictures", 70)
    for name in ("001.png", "033.png"):
        (project / "pictures" / name).write_bytes(b"nothing")
    text = refused(capsys, "pictures", "--name", "cats")
    assert "2 of 70 pictures in pictures cannot be used" in text
    assert "001.png (no picture), 033.png (no picture)" in text
    assert written(project) == []


def test_too_few_or_none_or_nowhere(project, capsys):
    put_pictures(project / "pictures", 59)
    text = refused(capsys, "pictures", "--name", "cats")
    assert "there are 59 different images, and at least 60 are needed" in text
    (project / "empty").mkdir()
    assert "has no picture in it" in refused(capsys, "empty", "--name", "cats")
    assert "nowhere is missing" in refused(capsys, "nowhere", "--name", "cats")
    assert written(project) == []


def put_idx(path, array, cut=None):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes((header + array.tobytes())[:cut])


IMAGES = np.random.default_rng(0).integers(0, 256, (100, 9, 8), dtype=np.uint8)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("flat/000.png", "flat/000.png is one picture: give the folder it lies in, flat"),
        ("flat.zip", "flat.zip is packed: unpack it and give its folder"),
        ("flat.tar.gz", "flat.tar.gz is packed: unpack it"),
        ("cut.idx", "cut.idx has 1000 bytes where dimensions [100, 9, 8] need 7216: give a folder"),
        ("notes.txt", "notes.txt is not an IDX file"),
        ("pipe", "pipe is no regular file"),
        ("~nosuchuser/x", "~nosuchuser/x is missing"),
        ("x" * 300, "is missing: give a folder"),
    ],
)
def test_what_is_no_file_of_images_is_not_to_be_deleted(project, capsys, given, words):
    put_pictures(project / "flat", 1)
    put_idx(project / "cut.idx", IMAGES, 1000)
    for name in ("flat.zip", "flat.tar.gz", "notes.txt"):
        (project / name).write_bytes(b"x")
    os.mkfifo(project / "pipe")
    text = refused(capsys, given, "--name", "cats")
    assert words in text
    assert "delete" not in text
    assert "fetch" not in text


@pytest.mark.parametrize("kind", ["npy", "idx"])
def test_wrong_labels_are_the_culprit(project, capsys, kind):
    put = np.save if kind == "npy" else put_idx
    put(project / f"images.{kind}", IMAGES)
    put(project / f"labels.{kind}", np.arange(99, dtype=np.uint8))
    add_images = partial(refused, capsys, f"images.{kind}", "--name", "cats", "--labels")
    assert f"labels.{kind} has labels of uint8 [99] where" in add_images(f"labels.{kind}")
    assert "nowhere is missing: correct --labels" in add_images("nowhere")
    (project / "empty").write_bytes(b"")
    assert "empty is " in (text := add_images("empty"))
    assert "fetch" not in text


def test_home_is_also_that_of_labels(project, monkeypatch):
    monkeypatch.setenv("HOME", str(project))
    np.save("images.npy", IMAGES)
    np.save("labels.npy", np.arange(100, dtype=np.uint8) % 3)
    assert add("~/images.npy", "--name", "cats", "--labels", "~/labels.npy") == 0


def test_classes_are_refused_as_preparing_refuses_them(project, capsys):
    put_pictures(project / "pictures", 70)
    text = refused(capsys, "pictures", "--name", "cats", "--classes")
    assert "70 pictures lie in no class folder" in text
    put_pictures(project / "one/class", 70)
    text = refused(capsys, "one", "--name", "cats", "--classes")
    assert "all pictures lie in one folder, class" in text
    put_pictures(project / "one/other", 70, seed=1)
    put_pictures(project / "one", 1, seed=2)
    text = refused(capsys, "one", "--name", "cats", "--classes")
    assert "1 pictures lie in no class folder (000.png)" in text
    assert written(project) == []


def test_outside_a_checkout_is_said_before_anything_is_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    text = refused(capsys, "pictures", "--name", "cats")
    assert text.startswith("deepgen add-dataset: config/experiments is missing")


@pytest.mark.parametrize("name", ["2024", "no", "1e3", "2024-13-45", "null"])
def test_a_name_that_yaml_takes_for_something_else(project, name):
    put_pictures(project / "pictures", 60)
    assert add("pictures", "--name", name) == 0
    assert plan_of(name).config[name].dataset.name == name


@pytest.mark.parametrize("side", [8, 70])
def test_a_picture_is_read_once(project, monkeypatch, side):
    """One that was locked or deleted before another time ended in a traceback."""
    put_pictures(project / "pictures", 60, side=side)
    read, names = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda path: names.append(path.name) or read(path))
    found = survey_folder(project / "pictures", None, False, False)
    assert names == list_pictures(project / "pictures")
    assert found.sha256 == listing(project / "pictures", names)
    assert (found.count, found.size) == (60, (8, 8) if side == 8 else (32, 32))


def test_sixty_are_enough(project):
    put_pictures(project / "pictures", 60)
    assert add("pictures", "--name", "cats") == 0
    assert len(prepared(plan_of(), project)["train"]) == 20


def test_a_changed_folder_is_refused_before_anything_runs(project):
    put_pictures(project / "pictures", 70)
    add("pictures", "--name", "cats")
    put_pictures(project / "pictures", 1, seed=5)
    with pytest.raises(DeepgenError, match="has other pictures than the experiment file says"):
        check_own_sources(plan_of())


def test_what_the_survey_counts_the_parser_finds(project):
    """The two look at pictures at different times, and must see the same."""
    put_pictures(project / "pictures", 80, side=12, colour=True)
    add("pictures", "--name", "cats", "--size", "8", "--grey")
    experiment = plan_of().config["cats"]
    fetch(stage_settings("fetch", experiment), project / "raw", None, None)
    own = stage_settings("prepare", experiment)["own"]
    part = image_folder.read(project / "raw", {"images": "train-images"}, own)
    assert len(part.images) == experiment.dataset.train.count

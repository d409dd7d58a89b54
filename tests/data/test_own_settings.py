"""The block `dataset` of an experiment file: what it makes, and the one sentence about mistakes."""

import copy

import pytest
import yaml

from deepgen.config import load_config, load_experiment
from deepgen.data.entries import prepared_names, raw_inputs, raw_names
from deepgen.engine.plan import Plan
from deepgen.engine.resolve import stage_settings
from deepgen.engine.slices import Fetch, Prepare
from deepgen.errors import DeepgenError

SOURCE = {"path": "mine", "sha256": "0" * 64}
BLOCK = {
    "name": "cats",
    "format": "image-folder",
    "size": [28, 28],
    "colour": "grey",
    "train": {"images": SOURCE, "count": 1000},
}


@pytest.fixture
def write(root, tmp_path):
    """Writes an experiment with a block, and gives its file."""
    shipped = yaml.safe_load((root / "config/experiments/fashion-mnist.yaml").read_text())
    (tmp_path / "experiments").mkdir()

    def put(block, name="cats", **other):
        path = tmp_path / "experiments" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(copy.deepcopy(shipped | {"dataset": block} | other)))
        return path

    return put


def refused(function, *arguments):
    with pytest.raises(DeepgenError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_block_gives_what_the_registry_gives(write):
    experiment = load_experiment(write(BLOCK))
    assert experiment.dataset_name == experiment.entry.title == "cats"
    assert experiment.entry.shape == (28, 28, 1)
    assert experiment.entry.known_sizes == {"train": 800, "valid": 100, "test": 100}
    fetched, prepared = (stage_settings(stage, experiment) for stage in ("fetch", "prepare"))
    assert Fetch.model_validate(fetched).resolved() == fetched
    assert Prepare.model_validate(prepared).resolved() == prepared
    assert raw_names(fetched) == raw_inputs(prepared) == ["train-images"]
    assert set(prepared_names(prepared)) == {"meta.json", "train.npy", "valid.npy", "test.npy"}


def test_where_the_images_are_is_the_concern_of_fetching_alone(write):
    one = load_experiment(write(BLOCK))
    moved = BLOCK | {"train": {"images": SOURCE | {"path": "elsewhere"}, "count": 1000}}
    other = load_experiment(write(moved))
    for stage in ("prepare", "train", "sample"):
        assert stage_settings(stage, one) == stage_settings(stage, other)
    assert stage_settings("fetch", one) != stage_settings("fetch", other)


def test_the_seed_of_the_splits_is_the_concern_of_preparing_alone(write):
    one, other = (
        load_experiment(write(BLOCK | {"splits": {"valid": 100, "test": 0.1, "seed": seed}}))
        for seed in (1, 2)
    )
    for stage in ("fetch", "train", "sample"):
        assert stage_settings(stage, one) == stage_settings(stage, other)
    assert stage_settings("prepare", one) != stage_settings("prepare", other)


def test_a_part_test_is_the_test(write):
    parts = {"test": {"images": SOURCE, "count": 300}, "splits": {"valid": 50}}
    experiment = load_experiment(write(BLOCK | parts))
    assert experiment.entry.known_sizes == {"train": 950, "valid": 50, "test": 300}


@pytest.mark.parametrize(
    ("block", "labelled"),
    [
        ({"classes": True}, True),
        (
            {"format": "npz", "train": {"images": SOURCE, "keys": {"labels": "y"}, "count": 500}},
            True,
        ),
        ({"format": "npz", "train": {"images": SOURCE, "count": 500}}, False),
        ({"format": "idx", "train": {"images": SOURCE, "labels": SOURCE, "count": 500}}, True),
        (
            {
                "format": "cifar",
                "size": [32, 32],
                "colour": "rgb",
                "train": {"records": [SOURCE, SOURCE], "count": 500},
            },
            True,
        ),
    ],
)
def test_labels_give_a_classifier(write, block, labelled):
    experiment = load_experiment(write(BLOCK | block))
    settings = stage_settings("prepare", experiment)
    assert ("train_labels.npy" in prepared_names(settings)) == labelled
    assert ("features" in stage_settings("score", experiment, "mmd")) == labelled
    assert len(raw_names(stage_settings("fetch", experiment))) == len(raw_inputs(settings))


def test_files_from_the_web_are_asked_for_by_their_digest(write):
    urls = ["https://example.org/cats.zip", "http://mirror.example.org/cats.zip"]
    source = {"urls": urls, "md5": "0" * 32}
    experiment = load_experiment(write(BLOCK | {"train": {"images": source, "count": 500}}))
    (file,) = stage_settings("fetch", experiment)["files"]
    assert file["variants"] == [
        {"name": "train-images", "digest": f"md5:{'0' * 32}", "sources": urls}
    ]


def part(**own):
    return {"train": {"images": SOURCE, "count": 1000} | own}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "mnist"}, "name is 'mnist', which the registry has"),
        ({"name": "../cats"}, "dataset.name is '../cats': must be lower-case letters"),
        ({"format": "png"}, "dataset.format is 'png': must be"),
        ({"size": [28]}, "dataset.size is [28]: must"),
        ({"size": [28, 0]}, "dataset.size[1] is 0: must be greater than 0"),
        ({"size": [2000, 28]}, "dataset.size[0] is 2000: must be less than or equal to 1024"),
        ({"colour": "red"}, "dataset.colour is 'red': must be"),
        ({"colours": 3}, "unknown key dataset.colours; did you mean dataset.colour?"),
        ({"train": {"images": SOURCE}}, "dataset.train.count is missing"),
        (part(count=0), "dataset.train.count is 0"),
        (part(images={"path": "x"}), "dataset.train.images: must have either sha256 or md5"),
        (part(images={"sha256": "0" * 64}), "dataset.train.images: must have either path or urls"),
        (part(images=SOURCE | {"sha256": "12"}), "sha256 is '12': must be 64 hexadecimal"),
        (part(images={"path": "x", "md5": "0" * 32}), "train.images needs sha256"),
        (part(images={"urls": ["ftp://x/y"], "md5": "0" * 32}), "dataset.train.images.urls[0] is"),
        (part(images=SOURCE | {"path": "a\nb"}), "must be one line"),
        (part(labels=SOURCE), "train.labels is not for the format image-folder"),
        ({"format": "npy", "fit": "crop"}, "fit is only for the format image-folder"),
        ({"format": "npy", "colour": "luminance"}, "colour luminance is only for"),
        ({"format": "cifar"}, "train.records is missing, which cifar needs"),
        ({"splits": {"valid": 500, "test": 500}}, "splits leave no image for training"),
        ({"splits": {"valid": 0}}, "dataset.splits.valid"),
        ({"title": "=1+1"}, "dataset.title is '=1+1': must not begin with ="),
        (
            part(count=5462) | {"size": [1024, 1024], "colour": "rgb"},
            "dataset: train.count is 5462: must be at most 5461, because images of 1024 x 1024 x 3",
        ),
        ({"splits": {"valid": 1.5}}, "dataset.splits.valid"),
        (
            {"test": {"images": SOURCE, "count": 9}, "splits": {"test": 0.1}},
            "splits.test must be left out",
        ),
    ],
)
def test_a_mistake_is_one_sentence(write, change, words):
    text = refused(load_experiment, write(BLOCK | change))
    assert words in text
    assert "cats.yaml" in text


def test_two_sets_of_one_name_are_refused(write, tmp_path):
    write(BLOCK)
    write(BLOCK | {"size": [14, 14]}, "dogs", title="Other nets")
    run = {"run": "both", "experiments": ["cats", "dogs"]}
    text = refused(load_config, run, tmp_path)
    assert "dataset 'cats' differs in the experiments cats and dogs" in text
    write(BLOCK, "dogs", title="Other nets")
    plan = Plan(load_config(run, tmp_path))
    assert plan.datasets == {"cats": "cats"}
    assert plan.raw_files("cats") == ["data/raw/cats/train-images"]


def test_a_rule_of_the_set_is_no_name_of_an_experiment(write, tmp_path):
    write(BLOCK, "fetch-cats")
    config = load_config({"run": "one", "experiments": ["fetch-cats"]}, tmp_path)
    assert "is the name of a rule" in refused(Plan, config)


def test_the_report_speaks_of_own_data_and_no_path(write, tmp_path):
    secret = {"images": SOURCE | {"path": "/home/me/secret/cats"}, "count": 1000}
    write(BLOCK | {"title": "My cats", "train": secret})
    plan = Plan(load_config({"run": "one", "experiments": ["cats"]}, tmp_path))
    assert plan.papers == []
    for page in ("index", "cats"):
        text = plan.settings("report", "", page)
        assert "My cats" in text
        assert "/home/me" not in text


def test_a_run_chooses_its_paper_or_none(write, tmp_path, root):
    shipped = yaml.safe_load((root / "config/experiments/mnist-annealed.yaml").read_text())
    path = write(BLOCK, paper="gan2014", figures=shipped["figures"])
    assert load_experiment(path).figures[0] == "figure2a_ours"
    run = {"run": "one", "experiments": ["cats"]}
    assert Plan(load_config(run, tmp_path)).papers == ["gan2014"]
    plan = Plan(load_config(run | {"paper": "none"}, tmp_path))
    assert plan.papers == []
    assert plan.config["cats"].figures == ["samples", "interpolation", *shipped["figures"][2:]]
    assert "gan2014" not in plan.settings("report", "", "index")
    assert Plan(load_config(run | {"paper": "gan2014"}, tmp_path)).papers == ["gan2014"]
    assert Plan(load_config(run | {"paper": "nice2014"}, tmp_path)).papers == []
    assert "paper is 'vae'" in refused(load_config, run | {"paper": "vae"}, tmp_path)

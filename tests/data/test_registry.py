"""What the registry says of every set before any file is read."""

import json
import subprocess
import sys

import pytest

from deepgen.data.entries import prepared_names, raw_inputs, raw_names
from deepgen.data.registry import DATASETS


def test_it_is_read_without_heavy_libraries():
    program = (
        "import sys, deepgen.data.registry; "
        "print({'torch', 'pandas', 'scipy', 'numpy', 'PIL'} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.strip() == "set()"


@pytest.mark.parametrize("name", DATASETS)
def test_settings_survive_json_and_name_every_file(name):
    entry = DATASETS[name]
    fetched, prepared = entry.fetch_settings(name), entry.prepare_settings()
    assert json.loads(json.dumps(fetched)) == fetched
    assert json.loads(json.dumps(prepared)) == prepared
    assert raw_names(fetched) == raw_inputs(prepared)
    names = prepared_names(prepared)
    assert len(set(names)) == len(names)
    assert {f"{split}.npy" for split in entry.sizes} <= set(names)


def test_only_sets_with_labels_have_label_files_and_only_faces_have_folds():
    for name in ("mnist", "cifar10"):
        names = prepared_names(DATASETS[name].prepare_settings())
        splits = ("train", "valid", "test")
        expected = {f"{split}{kind}.npy" for split in splits for kind in ("", "_labels")}
        assert set(names) == expected | {"meta.json"}
    for name in ("lfw", "tfd"):
        names = prepared_names(DATASETS[name].prepare_settings())
        folds = {f"fold-{k}/{split}.npy" for k in range(1, 6) for split in ("valid", "test")}
        assert set(names) == folds | {"train.npy", "valid.npy", "test.npy", "meta.json"}


def test_only_a_set_that_must_be_asked_for_has_a_users_path():
    assert [name for name, entry in DATASETS.items() if entry.how_to_get] == ["tfd"]
    (file,) = DATASETS["tfd"].fetch_settings("tfd", "/mine/TFD.mat")["files"]
    assert file["path"] == "/mine/TFD.mat"
    assert DATASETS["mnist"].fetch_settings("mnist", "/mine") == DATASETS["mnist"].fetch_settings(
        "mnist"
    )

"""Stage `figure`: three files from three inputs, or one sentence."""

import numpy as np
import pandas as pd
import pytest

from deepgen.errors import DeepgenError
from deepgen.report.read import load
from deepgen.stages.figure import figure

SETTINGS = {
    "figure": "figures.samples",
    "output": "mnist-figure2",
    "seed": 1,
    "checkpoint": "last",
    "selection": {"rule": "last"},
    "shape": [28, 28, 1],
    "space": "pixels",
    "folds": 0,
    "title": "Adversarial nets",
    "dataset_title": "MNIST",
}


@pytest.fixture
def inputs(tmp_path):
    values = np.random.default_rng(1).random((24, 784), np.float32)
    np.save(tmp_path / "samples.npy", values[:20])
    np.savez(tmp_path / "neighbours.npz", images=values[20:], indices=np.arange(4))
    pd.DataFrame({"epoch": [1, 2], "learning_rate": 0.1}).to_csv(tmp_path / "history.csv")
    files = {"samples": "samples.npy", "neighbours": "neighbours.npz", "history": "history.csv"}
    return {role: tmp_path / name for role, name in files.items()}


def test_figure_writes_png_pdf_and_caption_twice_the_same(inputs, tmp_path):
    written = []
    for out in (tmp_path / "one", tmp_path / "two"):
        figure(inputs, out, SETTINGS)
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert sorted(written[0]) == [f"mnist-figure2.{kind}" for kind in ("pdf", "png", "txt")]
    assert written[0] == written[1]
    assert b"the last checkpoint" in written[0]["mnist-figure2.txt"]
    assert b"CreationDate" not in written[0]["mnist-figure2.pdf"]


def test_wrong_roles_and_figures_are_named(inputs, tmp_path):
    with pytest.raises(DeepgenError, match="leave out neighbours"):
        figure({k: v for k, v in inputs.items() if k != "neighbours"}, tmp_path, SETTINGS)
    with pytest.raises(DeepgenError, match="leave out previews"):
        figure(inputs | {"previews": tmp_path / "p.npy"}, tmp_path, SETTINGS)
    with pytest.raises(DeepgenError, match=r"'figures\.nine' is not known: correct it, or name"):
        figure(inputs, tmp_path, SETTINGS | {"figure": "figures.nine"})
    with pytest.raises(DeepgenError, match="misses 'shape'"):
        figure(inputs, tmp_path, {k: v for k, v in SETTINGS.items() if k != "shape"})
    assert not list(tmp_path.glob("mnist-figure2*"))


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".json", ".csv"])
def test_damaged_files_are_named(suffix, tmp_path):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(b"")
    with pytest.raises(DeepgenError, match=rf"broken{suffix} is damaged"):
        load(path)
    with pytest.raises(DeepgenError, match="is missing"):
        load(tmp_path / f"none{suffix}")


def test_nothing_is_unpickled(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DeepgenError, match="is damaged"):
        load(tmp_path / "objects.npy")


def test_load_goes_by_suffix(tmp_path):
    pd.DataFrame({"epoch": [1, 2]}).to_csv(tmp_path / "history.csv", index=False)
    assert load(tmp_path / "history.csv")["epoch"].tolist() == [1, 2]
    with pytest.raises(DeepgenError, match=r"must end in one of \.npy"):
        load(tmp_path / "model.bin")

"""`examples/tour.ipynb`: committed without outputs, and run from its first cell to its last."""

import re
import shutil

import nbformat
import pytest

from deepgen.stages.train import train


@pytest.fixture(scope="module")
def notebook(root):
    return nbformat.read(root / "examples/tour.ipynb", as_version=4)


def test_it_is_committed_without_outputs(notebook):
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)


@pytest.mark.whole
def test_it_runs_on_a_model_of_a_quick_run(notebook, root, tmp_path, tiny_data, tiny_settings):
    """In what a stranger has after a run: a checkout, the bundled images and a model."""
    from nbclient import NotebookClient

    for name in ("Snakefile", "config", "data/bundled/mnist", "examples"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, tmp_path / name)
    made = tmp_path / "results/quick/mnist-annealed/seed-1"
    made.mkdir(parents=True)
    train(tiny_data, made, [tmp_path / "state"], tiny_settings, 1, "key", {}, device="cpu")

    place = {"metadata": {"path": tmp_path / "examples"}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 3
    text = "".join(output.get("text", "") for output in outputs)
    scores = re.findall(r"^(model|training images) +(-?[\d.]+) ± [\d.]+ nats", text, re.MULTILINE)
    assert [name for name, _ in scores] == ["model", "training images"]
    assert float(scores[1][1]) > 100 > float(scores[0][1])  # of the model, which is hardly trained
    shown = outputs[0]["data"]["text/plain"]
    assert "results/quick/mnist-annealed/seed-1/selected.safetensors" in shown

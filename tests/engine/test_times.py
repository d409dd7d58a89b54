"""What is set right before Snakemake plans."""

import json
import os
import time
from pathlib import Path

import pytest

from deepgen.engine.times import bring_to_present, touch_changed


@pytest.fixture
def run(tmp_path, monkeypatch) -> Path:
    """A model, and samples that were made of it."""
    monkeypatch.chdir(tmp_path)
    results = Path("results")
    _record(results / "train.prov.json", {"model": "1"}, {})
    (results / "model").touch()
    os.utime(results / "model", (1000, 1000))
    _record(results / "last/sample.prov.json", {"samples": "2"}, {"results/model": "1"})
    return results


def _record(path: Path, outputs: dict[str, str], inputs: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {name: {"path": name, "sha256": digest} for name, digest in inputs.items()}
    path.write_text(json.dumps({"outputs": outputs, "inputs": named}))


def test_a_file_from_the_future_gets_the_present_time(run):
    path = run / "train.prov.json"
    os.utime(path, (time.time() + 1e8, time.time() + 1e8))
    bring_to_present(run)
    assert abs(path.stat().st_mtime - time.time()) < 10


def test_a_file_from_the_past_keeps_its_time(run):
    path = run / "train.prov.json"
    os.utime(path, (1000, 1000))
    bring_to_present(run)
    assert path.stat().st_mtime == 1000


def test_an_input_that_is_still_the_one_that_was_read_keeps_its_time(run):
    touch_changed(run)
    assert (run / "model").stat().st_mtime == 1000


def test_an_input_that_was_made_anew_gets_the_present_time(run):
    _record(run / "train.prov.json", {"model": "another"}, {})
    touch_changed(run)
    assert abs((run / "model").stat().st_mtime - time.time()) < 10


@pytest.mark.parametrize(
    "text", ["", "[]", '{"outputs": 1}', '{"outputs": {}, "inputs": {"a": 1}}']
)
def test_damaged_provenance_is_passed_over(run, text):
    (run / "train.prov.json").write_text(text)
    touch_changed(run)
    assert (run / "model").stat().st_mtime == 1000

"""Publishing a finished report."""

import pytest

from deepgen.errors import DeepgenError
from deepgen.reporting.publish import publish


def make_run(folder):
    for name in (
        "report/index.html",
        "report/report.prov.json",
        "report/figures/mnist/figure3.png",
        "mnist/seed-1/history.csv",
        "mnist/seed-1/selected.safetensors",
        "mnist/seed-1/selected/samples.npy",
        "mnist/seed-1/selected/parzen.json",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_the_report_and_its_evidence_are_copied_but_no_models(tmp_path):
    make_run(tmp_path / "run")
    target = tmp_path / "reports/run"
    publish(tmp_path / "run", target)
    published = {str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()}
    assert published == {
        "index.html",
        "figures/mnist/figure3.png",
        "mnist/seed-1/history.csv",
        "mnist/seed-1/selected/parzen.json",
    }


def test_an_earlier_publication_is_replaced(tmp_path):
    make_run(tmp_path / "run")
    old = tmp_path / "reports/run/old.html"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    publish(tmp_path / "run", tmp_path / "reports/run")
    assert not old.exists()


def test_an_unfinished_run_is_refused(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(DeepgenError, match="run snakemake first"):
        publish(tmp_path / "run", tmp_path / "reports/run")

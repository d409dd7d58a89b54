"""Publishing a finished report."""

import os
import subprocess
from contextlib import contextmanager

import pytest

from deepgen.cli import main
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


def test_a_folder_that_holds_the_run_is_refused(tmp_path):
    make_run(tmp_path / "run")
    for target in (tmp_path / "run", tmp_path, tmp_path / "run/published"):
        with pytest.raises(DeepgenError, match="overlap"):
            publish(tmp_path / "run", target)
    assert (tmp_path / "run/mnist/seed-1/selected.safetensors").exists()


def test_without_write_permission_the_old_publication_stays(tmp_path, capsys):
    make_run(tmp_path / "run")
    reports = tmp_path / "reports"
    publish(tmp_path / "run", reports / "run")
    before = sorted(reports.rglob("*"))
    with read_only(reports):
        code = main(["publish", str(tmp_path / "run"), "--out", str(reports)])
        error = capsys.readouterr().err
    assert code == 1
    assert error.count("\n") == 1
    assert str(reports) in error
    assert sorted(reports.rglob("*")) == before


@contextmanager
def read_only(folder):
    """A folder that cannot be written, also by root, whom permission bits do not stop."""
    if os.getuid() != 0:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    for options in (["--bind"], ["-o", "remount,bind,ro"]):
        if subprocess.run(["mount", *options, folder, folder], capture_output=True).returncode:
            pytest.skip("this root may not mount a folder read-only")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_an_unfinished_run_is_refused(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(DeepgenError, match="run snakemake first"):
        publish(tmp_path / "run", tmp_path / "reports/run")

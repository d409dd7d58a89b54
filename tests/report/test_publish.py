"""Publishing a finished report."""

import json
import os
import re
import subprocess
from contextlib import contextmanager
from html import unescape

import pytest
from made_run import PAGES, MadeRun
from PIL import Image, ImageChops

from deepgen.cli import main
from deepgen.errors import DeepgenError
from deepgen.files import write_json
from deepgen.report.links import relative
from deepgen.report.publish import publish
from deepgen.stages.report import report


def make_run(folder):
    for name in (
        "report/index.html",
        "report/report.prov.json",
        "mnist/seed-1/history.csv",
        "mnist/seed-1/selected.safetensors",
        "mnist/seed-1/selected/samples.npy",
        "mnist/seed-1/selected/parzen.json",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    write_json(folder / "report/index.prov.json", {"settings": {"experiments": {}}})
    picture = folder / "report/figures/mnist/figure3.png"
    picture.parent.mkdir(parents=True)
    Image.new("RGB", (3, 3), "red").save(picture)


@pytest.fixture
def published(tmp_path):
    """A whole made run and its publication."""
    made = MadeRun(tmp_path)
    for page in PAGES:
        inputs, settings = made.job(page)
        report(inputs, made.report, settings)
    publish(made.run, tmp_path / "reports/quick")
    return made, tmp_path / "reports/quick"


def test_in_a_published_folder_every_link_leads_to_a_file(published):
    _, target = published
    for page in PAGES:
        text = (target / f"{page}.html").read_text()
        names = [unescape(name) for name in relative(text)]
        assert 'href="../' not in text
        evidence = "likelihood" if page == "mixture" else "parzen"
        assert any(name.endswith(f"selected/{evidence}.json") for name in names)
        for name in names:
            assert (target / name).is_file(), name


def test_a_page_says_the_same_after_its_publication(published):
    made, target = published
    for page in ("index", "gan2014", "mnist"):
        before, after = ((f / f"{page}.html").read_text() for f in (made.report, target))
        assert before != after
        assert "data:image" not in after
        assert "data:image" in before or page == "index"
        assert without_files(before.replace('href="../', 'href="')) == without_files(after)


def test_the_sigmas_of_models_go_along_and_those_of_references_do_not(tmp_path):
    make_run(tmp_path / "run")
    for source in ("seed-1/selected", "references/kmeans", "references/kmeans/fold-2"):
        (tmp_path / "run/mnist" / source).mkdir(parents=True, exist_ok=True)
        for name in ("sigma_grid.csv", "parzen.json"):
            (tmp_path / "run/mnist" / source / name).write_text("1")
    publish(tmp_path / "run", tmp_path / "reports")
    assert {
        str(path.parent.relative_to(tmp_path / "reports/mnist"))
        for path in (tmp_path / "reports").rglob("sigma_grid.csv")
    } == {"seed-1/selected"}
    assert (tmp_path / "reports/mnist/references/kmeans/parzen.json").exists()


def without_files(page):
    """A page without its pictures and their PDFs."""
    page = re.sub(r' <a class="screen" href="[^"]*\.pdf">PDF</a>', "", page)
    return re.sub('<img src="[^"]*"', "<img", page)


def test_pictures_lie_beside_the_page_as_they_were_and_without_their_pdfs(published):
    made, target = published
    pictures = [path.relative_to(made.report) for path in made.report.rglob("*.png")]
    assert pictures
    for name in pictures:
        with Image.open(made.report / name) as one, Image.open(target / name) as other:
            difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
        assert max(high for _, high in difference.getextrema()) <= 16
        assert (target / name).stat().st_size <= (made.report / name).stat().st_size
        assert f'src="{name}"' in "".join(p.read_text() for p in target.glob("*.html"))
    assert not list(target.rglob("figures/**/*.pdf"))


def test_published_provenance_names_no_host_and_no_command(published):
    made, target = published
    name = "mnist/seed-1/train.prov.json"
    assert "secret" in (made.run / name).read_text()
    text = (target / name).read_text()
    assert "secret" not in text
    assert json.loads(text)["machine"]["processor"] == "A Fast Processor"


def test_provenance_that_no_page_links_stays_at_home(published):
    made, target = published
    made.write("mnist/seed-1/other.prov.json", {"machine": {"host": "secret-host"}})
    publish(made.run, target)
    assert not (target / "mnist/seed-1/other.prov.json").exists()
    assert (target / "mnist/seed-1/train.prov.json").exists()


def test_a_report_whose_links_are_broken_is_refused(published, tmp_path):
    made, target = published
    (made.run / "mnist/seed-1/selected/parzen.json").unlink()
    with pytest.raises(DeepgenError, match=r"selected/parzen\.json, which is missing"):
        publish(made.run, target)
    assert (target / "mnist/seed-1/selected/parzen.json").exists()
    (made.report / "index.html").write_text('<a href="../../../secret.json">1</a>')
    with pytest.raises(DeepgenError, match="outside its run"):
        publish(made.run, target)


def test_the_report_and_its_evidence_are_copied_but_no_samples(tmp_path):
    make_run(tmp_path / "run")
    (tmp_path / "run/report/figures/mnist/figure3.png.altered-12345678").write_text("mine")
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

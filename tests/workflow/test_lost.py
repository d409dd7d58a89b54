"""Whatever of a finished run is missing or damaged, the next `snakemake` makes it again."""

import os
import re
import shutil

import pytest

from deepgen.config import load_config
from deepgen.engine.plan import Plan
from deepgen.engine.planned import planned_jobs
from deepgen.files import sha256
from tests.workflow.test_snakefile import ROOT, call

SEED = "results/tiny/digits/seed-1"
FIGURE = "results/tiny/report/figures/digits/figure2a"
INDEX = "results/tiny/report/index.html"
TIMES = (".prov.json", "index.html", "digits.html", "gan2014.html", "runs.csv", "costs.csv")
TIMES += ("table2.md", "table2.tex")
SEEN = ".snakemake/deepgen/seen.json"


def delete(path):
    path.unlink()


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path):
    """Another bit at the same size and time."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def become_pipe(path):
    path.unlink()
    os.mkfifo(path)


# What is done to which file, and a rule that must then run
# No more than are named before a plan
LOSSES = {
    "a missing history": (delete, f"{SEED}/history.csv", "train"),
    "samples that were cut off": (cut, f"{SEED}/selected/samples.npy", "sample"),
    "a bit in previews that nobody reads twice": (flip, f"{SEED}/previews.npy", "train"),
    "a missing figure": (delete, f"{FIGURE}.png", "draw_figure"),
    "a missing PDF, which no page shows": (delete, f"{FIGURE}.pdf", "draw_figure"),
    "a missing record": (delete, f"{SEED}/selected/parzen.prov.json", "score_under_window"),
    "an edited record": (flip, f"{SEED}/last/sample.prov.json", "sample"),
    "missing raw images": (delete, "data/raw/digits/train-images", "fetch_digits"),
    "a bit in prepared images": (flip, "data/prepared/digits/train.npy", "prepare_digits"),
    "a pipe for a table": (become_pipe, "results/tiny/report/tables/scores.csv", "make_tables"),
}


@pytest.fixture
def kept(project, tmp_path):
    """The project, whose files are put back afterwards."""
    for name in ("data", "results", ".snakemake"):
        shutil.copytree(project.root / name, tmp_path / name)
    yield project
    for name in ("data", "results", ".snakemake"):
        shutil.rmtree(project.root / name)
        shutil.copytree(tmp_path / name, project.root / name)


def states(project):
    """Size and time of everything that a plan might touch."""
    folders = ("data", "results", "store", ".snakemake/metadata", ".snakemake/deepgen")
    return {
        path: (path.lstat().st_size, path.lstat().st_mtime_ns)
        for folder in folders
        for path in (project.root / folder).rglob("*")
        if not path.is_dir()
    }


def artefacts(project):
    return {
        str(path.relative_to(project.root)): sha256(path)
        for folder in ("data", "results")
        for path in (project.root / folder).rglob("*")
        if path.is_file() and not path.name.endswith(TIMES) and ".altered-" not in path.name
    }


@pytest.mark.parametrize("config", ["quick", "laptop"])
def test_the_planned_jobs_are_those_of_snakemakes_graph(config):
    drawn = call("snakemake", "--summary", "--configfile", f"config/{config}.yaml").stdout
    files = {line.partition("\t")[0] for line in drawn.splitlines()[1:]}
    jobs = planned_jobs(Plan(load_config(ROOT / f"config/{config}.yaml"))).values()
    assert {name for job in jobs for name in (job.record, *job.outputs)} == files


def test_a_dry_run_shows_all_that_is_lost_and_changes_nothing(kept):
    for harm, name, _ in LOSSES.values():
        harm(kept.root / name)
    before = states(kept)
    said = kept.snakemake("-n")
    for harm, name, rule in LOSSES.values():
        assert re.search(rf"^{rule} +\d+$", said, re.MULTILINE), f"{rule} in {said}"
        words = "is missing" if harm is delete else "was altered or damaged"
        assert f"deepgen: {name} {words}" in said
    assert states(kept) == before


def test_all_that_is_lost_comes_back_in_one_run_without_training(kept):
    expected, edited = artefacts(kept), kept.root / "results/tiny/report/tables/parzen.csv"
    for harm, name, _ in LOSSES.values():
        harm(kept.root / name)
    edited.write_text("my own numbers\n")
    assert kept.run() == 0
    assert artefacts(kept) == expected
    (aside,) = edited.parent.glob("parzen.csv.altered-*")
    assert aside.read_text() == "my own numbers\n"
    page = kept.root / INDEX
    for link in re.findall(r'(?:src|href)="([^"#:]+)["#]', page.read_text()):
        assert (page.parent / link).exists(), link
    assert kept.planned() == {}
    assert f"{SEED}/history.csv" in (kept.root / SEEN).read_text()


def test_a_target_repairs_what_it_stands_for_alone(kept):
    (kept.root / f"{FIGURE}.png").unlink()
    (kept.root / "results/tiny/gan2014/theory.npz").unlink()
    assert kept.planned("digits") == {"draw_figure": 1, "write_page": 1, "digits": 1}
    assert kept.planned("data/prepared/digits/meta.json") == {}


def test_what_snakemake_deleted_of_a_failed_job_is_made_again(kept):
    """A figure whose code was broken for a while: its page is newer than all that it shows."""
    code = "src/deepgen/figures/samples.py"
    with kept.edited(code, "INPUTS = ", "1 / 0\nINPUTS = "), pytest.raises(AssertionError):
        kept.snakemake(f"{FIGURE}.png")
    assert not (kept.root / f"{FIGURE}.png").exists()
    assert kept.planned() == {"draw_figure": 1, "write_page": 1, "write_gan2014": 1}


def test_a_plan_beside_a_running_snakemake_looks_for_nothing(kept):
    (kept.root / f"{FIGURE}.png").unlink()
    lock = kept.root / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_text("")
    try:
        said = kept.snakemake("-n")
    finally:
        lock.unlink()
    assert "is missing" not in said
    assert "snakemake is running here already" in said


def test_a_run_with_nothing_to_do_remembers_what_it_read_and_a_dry_run_does_not(kept):
    memory = kept.root / SEEN
    memory.unlink(missing_ok=True)
    kept.snakemake("-n")
    assert not memory.exists()
    assert "Nothing to be done" in kept.snakemake()
    assert f"{SEED}/history.csv" in memory.read_text()

"""`deepgen ledger`: finished and undamaged outputs go on the shelf, and nothing there is lost."""

import fcntl
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from deepgen.files import sha256

JOBS = 10  # two of the data set, a training, two samplings, sigmas and scores, and the theory
SEED = "results/tiny/digits/seed-1"


@pytest.fixture
def clean(checkout):
    """The recorded checkout, which a test must leave as it was recorded."""
    yield checkout
    assert f"0 jobs put on the shelf, {JOBS} there already, 0 damaged" in checkout.deepgen("ledger")
    assert not checkout.output("git", "status", "--porcelain")


def test_every_job_that_is_dear_to_make_is_recorded(checkout):
    after_success, asked = checkout.said.split("=== asked")
    assert f"{JOBS} jobs put on the shelf, 0 there already, 0 damaged\n" in after_success
    assert "git add ledger.dvc" in after_success
    assert f"0 jobs put on the shelf, {JOBS} there already, 0 damaged; all pushed" in asked
    for path in ("data/raw/digits/fetch.prov.json", f"{SEED}/selected/parzen.npy"):
        assert sha256(checkout.root / "ledger" / path) == sha256(checkout.root / path)
    shelf = checkout.root / "ledger/results/tiny"
    assert not (shelf / "report").exists()
    record = yaml.safe_load((checkout.root / "ledger.dvc").read_text())
    files = [path for path in (checkout.root / "ledger").rglob("*") if path.is_file()]
    assert record["outs"][0]["nfiles"] == len(files)


def test_recording_again_changes_nothing(clean):
    before = (clean.root / "ledger.dvc").read_bytes()
    assert "git add" not in clean.deepgen("ledger")
    assert (clean.root / "ledger.dvc").read_bytes() == before


def test_what_is_unfinished_or_damaged_is_left_out_and_what_was_recorded_stays(clean):
    sigma, sample = (clean.root / f"{SEED}/{name}" for name in ("selected/sigma.json", "last"))
    model, shelved = (clean.root / top / f"{SEED}/last.safetensors" for top in ("", "ledger"))
    kept = {path: path.read_bytes() for path in (sigma, model, sample / "sample.prov.json")}
    sigma.write_bytes(b"{}")
    model.write_bytes(b"altered")
    (sample / "sample.prov.json").unlink()
    shelved.unlink()
    try:
        said = clean.deepgen("ledger")  # a training whose file is on neither side any more
        assert f"0 jobs put on the shelf, {JOBS - 2} there already, 1 damaged" in said
        assert not clean.output("git", "status", "--porcelain")
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert "1 jobs put on the shelf" in clean.deepgen("ledger")


def test_what_was_recorded_elsewhere_stays_recorded(checkout):
    clone = checkout.clone(checkout.root.parent / "a working clone")
    said = clone.snakemake(f"{SEED}/selected/samples.npy")
    made = clone.root / f"{SEED}/selected/sample.prov.json"
    assert "taken from" not in (clone.root / "logs/tiny/digits/seed-1/train.log").read_text()
    assert "4 jobs put on the shelf, 0 there already, 0 damaged" in said
    listed = clone.output("dvc", "ls", "--dvc-only", "-R", ".", "ledger")
    before = {str(p.relative_to(checkout.root / "ledger"))
              for p in (checkout.root / "ledger").rglob("*") if p.is_file()}  # fmt: skip
    assert set(listed.split()) == before
    assert sha256(clone.root / "ledger" / made.relative_to(clone.root)) == sha256(made)


def test_equal_files_at_another_place_are_no_trouble_in_a_clone_without_the_first(checkout):
    """DVC calls them renamed."""
    clone = checkout.clone(checkout.root.parent / "another run")
    tiny = yaml.safe_load((clone.root / TINY).read_text())
    clone.write_yaml("config/second.yaml", tiny | {"run": "second", "ledger": False})
    clone.output("dvc", "pull", "ledger/data", "ledger/results/tiny/digits")
    words = ("--cores", "1", "--configfile", "config/second.yaml", "--quiet", "--")
    clone.output("snakemake", *words, f"{SEED.replace('tiny', 'second')}/train.prov.json")
    shutil.rmtree(clone.root / "ledger/results/tiny/digits")
    words = ("ledger", "--configfile", "config/second.yaml")
    assert "1 jobs put on the shelf, 2 there" in clone.output("python", "-m", "deepgen.cli", *words)
    listed = clone.output("dvc", "ls", "--dvc-only", "-R", ".", "ledger").split()
    assert f"{SEED}/train.prov.json" in listed
    assert f"{SEED.replace('tiny', 'second')}/train.prov.json" in listed


def test_a_push_that_cannot_send_everything_fails(checkout, tmp_path):
    clone = checkout.clone(checkout.root.parent / "a partial clone")
    clone.output("dvc", "pull", "ledger/data")
    clone.output("dvc", "remote", "add", "-fd", "empty", str(tmp_path / "empty"))
    result = clone.command("python", "-m", "deepgen.cli", "ledger", "--push", "--configfile", TINY)
    assert result.returncode == 1
    assert "are neither here nor in the remote: `dvc fetch` them" in result.stderr


def test_any_name_of_a_run_or_experiment_can_be_recorded(root):
    ignored = (root / ".dvcignore").read_text().splitlines()
    assert [line for line in ignored if re.fullmatch("[a-z0-9_-]+", line)] == []


@pytest.mark.parametrize("name", ["stranger.txt", f"{SEED}/stranger.npy"])
def test_a_foreign_file_is_named_and_stays(clean, name):
    stranger = clean.root / "ledger" / name
    stranger.write_text("mine")
    result = clean.command("python", "-m", "deepgen.cli", "ledger", "--configfile", TINY)
    assert result.returncode == 1
    assert f"deepgen ledger: ledger/{name} belongs to no job: move it out" in result.stderr
    assert stranger.read_text() == "mine"
    stranger.unlink()


@pytest.mark.parametrize("name", ["last.safetensors", "train.prov.json"])
def test_an_altered_file_on_the_shelf_is_named_and_never_recorded(clean, name):
    path = clean.root / "ledger" / SEED / name
    before = path.read_bytes()
    path.unlink()
    path.write_bytes(before[:-1] + b"!")
    (clean.root / SEED / "train.prov.json").rename(
        clean.root.parent / "aside"
    )  # else it is put again
    try:
        result = clean.command("python", "-m", "deepgen.cli", "ledger", "--configfile", TINY)
        assert result.returncode == 1
        assert f"ledger/{SEED}/{name} is altered: delete it" in result.stderr
        assert not clean.output("git", "status", "--porcelain")
    finally:
        (clean.root.parent / "aside").rename(clean.root / SEED / "train.prov.json")
        path.write_bytes(before)


@pytest.mark.parametrize(("lock", "who"), [("deepgen-ledger.lock", "ledger"), ("lock", "dvc")])
def test_another_ledger_or_dvc_at_work_is_one_line(clean, lock, who):
    (clean.root / "ledger.dvc").rename(clean.root.parent / "aside")  # so that there is work for DVC
    with open(clean.root / ".dvc/tmp" / lock, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = clean.command("python", "-m", "deepgen.cli", "ledger", "--configfile", TINY)
    (clean.root.parent / "aside").rename(clean.root / "ledger.dvc")
    assert result.returncode == 75
    assert f"another {who} is at work in this checkout: wait" in result.stderr


TINY = "config/tiny.yaml"
AFTER = (
    "from pathlib import Path; from deepgen.config import load_config; "
    "import deepgen.engine.ledger.record as r; "
    f"config = load_config(Path('{TINY}')); "
)


def test_without_dvc_the_command_says_so_and_a_finished_run_says_nothing(clean):
    without = (
        AFTER + "import deepgen.engine.ledger.dvc as d; d.find_dvc = r.find_dvc = lambda: None; "
    )
    assert clean.python(without + "r.record_after_success(config)") == ""
    result = clean.command("python", "-c", without + "r.record(config)")
    assert "DeepgenError: DVC is not installed: pip install dvc" in result.stderr


@pytest.mark.parametrize(
    ("asked", "said"), [("true", "the ledger was not brought up to date: ledger/x"), ("false", "")]
)
def test_a_finished_run_never_fails_for_the_ledger(clean, asked, said):
    path, stranger = clean.root / TINY, clean.root / "ledger/x"
    before = path.read_text()
    path.write_text(before.replace("ledger: true", f"ledger: {asked}"))
    stranger.touch()
    try:
        output = clean.python(AFTER + "r.record_after_success(config)")
    finally:
        path.write_text(before)
        stranger.unlink()
    assert said in output
    assert bool(said) == bool(output)


def test_outside_a_checkout_of_dvc_one_sentence_says_so(checkout):
    (checkout.root / ".dvc").rename(checkout.root / "aside")
    try:
        result = checkout.command("python", "-m", "deepgen.cli", "ledger", "--configfile", TINY)
    finally:
        (checkout.root / "aside").rename(checkout.root / ".dvc")
    assert result.stderr == (
        "deepgen ledger: there is no .dvc in this folder: go to the checkout's root\n"
    )


def test_dvc_may_start_snakemake(checkout, root):
    """By the stage of the committed dvc.yaml; the ledger then works inside DVC."""
    text = (root / "dvc.yaml").read_text()
    assert "cmd: snakemake --cores all\n" in text
    text = text.replace("--cores all", f"--cores 2 --configfile {TINY}").partition("metrics:")[0]
    (checkout.root / "dvc.yaml").write_text(text)
    page = checkout.root / "results/tiny/report/index.html"
    page.unlink()
    (checkout.root / f"ledger/{SEED}/train.prov.json").unlink()
    assert "1 jobs put on the shelf" in checkout.output("dvc", "repro")
    assert page.is_file()
    for name in ("dvc.yaml", "dvc.lock"):
        (checkout.root / name).unlink()


def test_dvc_shows_the_published_scores_curves_and_models(root, tmp_path):
    page = yaml.safe_load((root / "dvc.yaml").read_text())
    assert len((root / "dvc.yaml").read_text().splitlines()) < 60
    shown = [
        *page["metrics"],
        *(path for p in page["plots"] for v in p.values() for path in v["y"]),
    ]
    assert [path for path in shown if not (root / path).is_file()] == []
    for artifact in page["artifacts"].values():
        path = Path(artifact["path"])
        assert path.parts[:3] == ("ledger", "results", "paper")
        assert (root / f"config/experiments/{path.parts[3]}.yaml").is_file()
        assert json.dumps(artifact["type"]) == '"model"'

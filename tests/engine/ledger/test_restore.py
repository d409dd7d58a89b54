"""`deepgen restore`: what is sound comes back, and the rest is named and made again."""

import json
import shutil

import pytest

from deepgen.engine.integrity import with_digest
from deepgen.engine.ledger import dvc, shelf
from deepgen.errors import DeepgenError
from deepgen.files import sha256, write_json

SEED, THEORY = "results/tiny/digits/seed-1", "results/tiny/gan2014/theory.npz"
DRAWN = {
    "report/digits",
    "report/gan2014",
    "report/figures/digits/training_curves",
    "report/figures/gan2014/figure1",
    "report/figures/gan2014/theory",
    "report/index",
    "report/tables",
}


def made(root):
    """The logs of jobs that were run and not taken from the shelf or the store."""
    logs = [path for path in (root / "logs").rglob("*.log") if "taken from" not in path.read_text()]
    return {path.relative_to(root / "logs/tiny").as_posix().removesuffix(".log") for path in logs}


def digests(root):
    """Of everything made, except who drew the figures and pages, and when."""
    paths = [p for top in ("data", "results") for p in (root / top).rglob("*") if p.is_file()]
    told = [p for p in paths if "report" in p.parts and p.name.endswith((".prov.json", ".html"))]
    return {str(p.relative_to(root)): sha256(p) for p in paths if p not in told}


def test_a_restored_clone_makes_nothing_again(checkout):
    clone = checkout.clone(checkout.root.parent / "a clone")
    said = clone.deepgen("restore")
    assert "10 jobs restored, 0 outdated, 0 files altered or missing" in said
    assert not (clone.root / "results").exists()

    output = clone.snakemake()
    assert "0 jobs put on the shelf, 10 there already" in output  # the ledger says the same of both
    assert made(clone.root) == DRAWN
    assert digests(clone.root) == digests(checkout.root)
    assert clone.planned() == {}
    assert not (checkout.root / "store/fetch").exists()  # data are only on the shelf

    grid = {"start": 0.1, "stop": 1.0, "num": 12}
    pages = {"write_page": 1, "write_gan2014": 1, "write_front_page": 1}
    with clone.configured(lambda content: content["parzen"].update(grid=grid)):
        scored = {"select_sigma": 2, "score_under_window": 2, "make_tables": 1}
        assert clone.planned() == scored | pages
    with clone.edited("src/deepgen/stages/report.py", "def report(", "X = 1\n\n\ndef report("):
        assert clone.planned() == pages


def test_what_is_altered_missing_or_outdated_is_named_and_made_again(checkout):
    clone = checkout.clone(checkout.root.parent / "another clone")
    altered, missing = f"{SEED}/last/samples.npy", f"{SEED}/selected/parzen.json"
    objects = {path: checkout.sent(path).read_bytes() for path in (altered, missing)}
    checkout.sent(altered).unlink()  # DVC makes it read-only
    checkout.sent(altered).write_bytes(objects[altered][:-1] + b"!")
    checkout.sent(missing).unlink()
    try:
        with clone.edited("config/tiny.yaml", "d: 100", "d: 101"):
            said = clone.deepgen("restore")
            clone.snakemake(missing, altered.replace("samples.npy", "parzen.json"), THEORY)
    finally:
        for path, content in objects.items():
            checkout.sent(path).unlink(missing_ok=True)
            checkout.sent(path).write_bytes(content)
    named = {line for line in said.splitlines() if not line.startswith("deepgen restore")}
    theory = f"ledger/{THEORY}".replace(".npz", ".prov.json")
    assert named == {
        f"ledger/{altered}: altered in the remote",
        f"ledger/{missing}: missing in the remote",
        f"{theory}: outdated: setting theory.iterations.d",
    }
    assert "7 jobs restored, 1 outdated, 2 files altered or missing" in said
    assert made(clone.root) == {
        "digits/seed-1/last/sample",
        "digits/seed-1/selected/parzen",
        "gan2014/theory",
    }
    before, after = digests(checkout.root), digests(clone.root)
    assert all(before[path] == after[path] for path in (altered, missing))


def test_one_experiment_can_be_pulled_alone_and_is_published_without_an_update(checkout):
    clone = checkout.clone(checkout.root.parent / "a part")
    clone.output("dvc", "pull", "ledger/data", "ledger/results/tiny/digits")
    assert clone.run(f"{SEED}/selected/parzen.json") == 0
    assert made(clone.root) == set()
    assert not list((clone.root / "store").glob("train/*/budget-*"))


def test_one_altered_byte_on_the_shelf_makes_the_store_train(checkout):
    clone = checkout.clone(checkout.root.parent / "an altered clone")
    clone.output("dvc", "pull", "ledger")
    model = clone.root / f"ledger/{SEED}/last.safetensors"
    content = model.read_bytes()
    model.unlink()
    model.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert f"{model.relative_to(clone.root)}: altered" in clone.deepgen("restore")
    assert clone.run(f"{SEED}/last.safetensors") > 0
    assert sha256(clone.root / f"{SEED}/last.safetensors") == sha256(
        checkout.root / SEED / model.name
    )


@pytest.mark.parametrize("path", ["../stolen", "results/../../stolen", "/etc/stolen"])
def test_a_record_cannot_name_a_file_outside_of_the_shelf(path, monkeypatch):
    """DVC would write it."""
    said = json.dumps([{"path": path, "md5": "0" * 32, "isdir": False}])
    monkeypatch.setattr(dvc, "dvc", lambda *_, **__: said)
    with pytest.raises(DeepgenError, match=r"which is not in ledger/: do not use it"):
        dvc.listed()


def test_restoring_keeps_a_foreign_file_and_goes_round_it(checkout):
    clone = checkout.clone(checkout.root.parent / "a clone with a stranger")
    stranger = clone.root / "ledger/results/tiny/digits/notes.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    assert "10 jobs restored" in clone.deepgen("restore")
    assert stranger.read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda clone: (clone.root / "ledger.dvc").unlink(), "or, if somebody recorded the run"),
        (
            lambda clone: clone.output("dvc", "remote", "add", "-fd", "gone", "/nowhere/at/all"),
            "what ledger.dvc records cannot be had",
        ),
        (
            lambda clone: (clone.root / "ledger.dvc").write_text("<<<<<<< HEAD\nouts:\n"),
            "take the file from git if it is damaged",
        ),
        (
            lambda clone: clone.write_yaml(
                "config/tiny.yaml", {"run": "other", "experiments": ["mnist"]}
            ),
            "nothing of the run other that ledger.dvc records could be restored",
        ),
    ],
    ids=["no record", "no remote", "a conflict", "another run"],
)
def test_what_cannot_be_restored_is_one_sentence(checkout, tmp_path, change, said):
    clone = checkout.clone(checkout.root.parent / tmp_path.name)
    change(clone)
    result = clone.command(
        "python", "-m", "deepgen.cli", "restore", "--configfile", "config/tiny.yaml"
    )
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("deepgen restore: ")
    assert said in line


MANIFEST = {
    "stage": "sample",
    "key": "0" * 32,
    "seed": 1,
    "settings": {"num_samples": 3},
    "code": {"deepgen.families.gan.model": "0" * 12},
    "inputs": {"model": {"path": "results/a/selected.safetensors", "sha256": "a" * 64}},
    "notes": None,
    "machine": {},
    "run": {},
}
IDENTITY = {key: MANIFEST[key] for key in ("stage", "seed", "settings", "code")}
IDENTITY["inputs"] = {"model": "a" * 64}


@pytest.fixture
def on_shelf(tmp_path, monkeypatch):
    """Puts a sample on a shelf with a changed manifest; returns what a job finds there."""
    monkeypatch.chdir(tmp_path)
    folder = shelf.SHELF / "results/another/place"

    def ask(changed=None, identity=IDENTITY, outputs=("samples.npy",)):
        shutil.rmtree(shelf.SHELF, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "samples.npy").write_bytes(b"digits")
        manifest = MANIFEST | {"outputs": {"samples.npy": sha256(folder / "samples.npy")}}
        manifest = with_digest(manifest | (changed or {}))
        try:
            write_json(folder / "sample.prov.json", manifest)
        except ValueError:
            (folder / "sample.prov.json").write_text(json.dumps(manifest))
        return shelf.look_up("sample.prov.json", identity, list(outputs))

    return ask


def test_a_job_finds_its_outputs_by_its_identity_wherever_they_lie(on_shelf):
    folder, manifest = on_shelf()
    assert folder.as_posix() == "ledger/results/another/place"
    assert manifest["settings"] == MANIFEST["settings"]
    assert on_shelf({"key": "../../outside"}) is not None  # nobody asks for it


@pytest.mark.parametrize(
    "identity",
    [
        {"seed": 2},
        {"settings": {"num_samples": 4}},
        {"code": {"deepgen.families.gan.model": "1" * 12}},
        {"inputs": {"model": "b" * 64}},
        {"stage": "reference"},
    ],
    ids=str,
)
def test_nothing_else_is_found(on_shelf, identity):
    assert on_shelf(identity=IDENTITY | identity) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"outputs": {"samples.npy": "a" * 64}},
        {"outputs": {"../../outside": "a" * 64}},
        {"outputs": {}},
        {"outputs": {"samples.npy": None}},
        {"run": []},
        {"machine": None},
        {"notes": "none"},
        {"inputs": {"model": "a" * 64}},
        {"inputs": None},
        {"outputs": {"samples.npy": "a" * 64, "a\nb": "a" * 64}},
        {"outputs": {"a" * 300: "a" * 64}},
    ],
    ids=str,
)
def test_what_does_not_agree_with_itself_is_not_found(on_shelf, changed):
    assert on_shelf(changed) is None

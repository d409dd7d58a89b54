"""`deepgen restore`: what is sound comes back, and the rest is named and made again."""

import hashlib
import json

import pytest
import yaml

from deepgen.engine import store
from deepgen.engine.identity import job_key
from deepgen.engine.ledger import restore as module
from deepgen.engine.ledger.planned import PlannedJob
from deepgen.errors import DeepgenError
from deepgen.files import sha256
from deepgen.settings import Run

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
    """The logs of jobs that were run and not taken from the store."""
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
    assert "10 restored, 0 outdated, 0 not restored, 0 not recorded" in said
    written = {p for top in ("data", "results") for p in (clone.root / top).rglob("*.*")}
    planned = {jobs := clone.root / "results/tiny/.jobs", *jobs.iterdir()}
    bundled = set((clone.root / "data/bundled").rglob("*"))
    assert written - planned - bundled == {clone.root / "results/tiny/identity.json"}

    output = clone.snakemake()
    assert "0 of 14 stages recorded, 14 unchanged" in output  # the ledger says the same of both
    assert made(clone.root) == DRAWN
    assert digests(clone.root) == digests(checkout.root)
    assert clone.planned() == {}
    assert not (checkout.root / "store/fetch").exists()  # a run that is not restored keeps no data

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
    assert named == {
        f"digits--seed-1--last--sample: {altered} is altered in the remote",
        f"digits--seed-1--selected--parzen: {missing} is missing in the remote",
        "gan2014--theory: outdated: setting theory.iterations.d",
    }
    assert "7 restored, 1 outdated, 2 not restored, 0 not recorded" in said
    assert made(clone.root) == {
        "digits/seed-1/last/sample",
        "digits/seed-1/selected/parzen",
        "gan2014/theory",
    }
    before, after = digests(checkout.root), digests(clone.root)
    assert all(before[path] == after[path] for path in (altered, missing))


def test_without_a_lock_file_one_sentence_says_what_to_do(checkout):
    clone = checkout.clone(checkout.root.parent / "an empty clone")
    (clone.root / "dvc.lock").unlink()
    result = clone.command("python", "-m", "deepgen.cli", "restore")
    assert result.returncode == 1
    assert "there is no dvc.lock" in result.stderr
    assert "Traceback" not in result.stderr


JOB = PlannedJob(
    rule="train",
    stage="train",
    settings={"training": {"epochs": 3}},
    code={"deepgen.families.gan.model": "0" * 12},
    seed=1,
    inputs=["data/prepared/mnist/train.npy"],
    outputs=["model.bin"],
    provenance="results/paper/mnist/seed-1/train.prov.json",
)
PATHS = [path.as_posix() for path in JOB.paths]


class Recorded:
    """One training as DVC has it, whose parts a test changes before it is restored."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.model = b"a model"
        self.manifest = {
            "stage": "train",
            "seed": 1,
            "settings": JOB.settings,
            "code": JOB.code,
            "inputs": {"train.npy": {"path": "data/prepared/mnist/train.npy", "sha256": "a" * 64}},
            "outputs": {"model.bin": hashlib.sha256(self.model).hexdigest()},
            "notes": None,
            "machine": {},
            "run": {},
        }
        self.manifest["key"] = self.key()
        self.md5s = {}
        monkeypatch.chdir(folder)
        monkeypatch.setattr(module, "plan_jobs", lambda configfile: [JOB])
        objects = module.Objects(folder / "cache", set())
        monkeypatch.setattr(module, "_fetch", lambda: objects)

    def key(self):
        m = self.manifest
        inputs = {role: item["sha256"] for role, item in m["inputs"].items()}
        return job_key(m["stage"], inputs, m["settings"], m["seed"], m["code"])

    def restore(self):
        provenance = json.dumps(self.manifest).encode()
        outs = []
        for path, content in zip(PATHS, (provenance, self.model), strict=True):
            md5 = hashlib.md5(content).hexdigest()
            place = self.folder / "cache/files/md5" / md5[:2] / md5[2:]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            outs.append({"path": path, "md5": self.md5s.get(path, md5)})
        lock = {"stages": {JOB.name: {"outs": outs}}}
        (self.folder / "dvc.lock").write_text(yaml.safe_dump(lock))
        run = Run(run="paper", experiments=["mnist"], store_dir=str(self.folder / "store"))
        module.restore(self.folder / "config.yaml", run)

    def written(self):
        """Every file outside the cache, from the folder above, but for the params of dvc.yaml."""
        paths = (p for p in self.folder.parent.rglob("*") if p.is_file())
        return [p for p in paths if "cache" not in p.parts and p.name != "identity.json"]


@pytest.fixture
def recorded(tmp_path, monkeypatch) -> Recorded:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Recorded(folder, monkeypatch)


def test_what_is_sound_goes_under_the_key_written_in_it(recorded, capsys):
    recorded.restore()
    entry = recorded.folder / "store/train" / recorded.manifest["key"] / "budget-3"
    assert store.finished(entry) == recorded.manifest
    assert "1 restored" in capsys.readouterr().out


def test_older_code_is_named_and_restored_all_the_same(recorded, capsys):
    recorded.manifest["code"] = {"deepgen.families.gan.model": "1" * 12}
    recorded.manifest["key"] = recorded.key()
    recorded.restore()
    said = capsys.readouterr().out
    assert "mnist--seed-1--train: outdated: code of deepgen.families.gan.model\n" in said
    assert (recorded.folder / "store/train" / recorded.manifest["key"]).is_dir()


@pytest.mark.parametrize(
    ("change", "altered"),
    [
        (lambda r: setattr(r, "model", b"another model"), PATHS[1]),
        (lambda r: r.manifest.update(seed=2), PATHS[0]),
        (lambda r: r.manifest.update(key="../../../../outside"), PATHS[0]),
        (lambda r: r.manifest.update(settings={"training": {"epochs": "/../../out"}}), PATHS[0]),
        (lambda r: r.manifest.update(outputs={"../../out": "a" * 64}), PATHS[0]),
        (lambda r: r.manifest.update(run=[]), PATHS[0]),
        (lambda r: r.manifest.update(notes={"x": float("nan")}), PATHS[0]),
        (lambda r: r.manifest.clear(), PATHS[0]),
    ],
    ids=["an output", "seed", "key", "budget", "name of an output", "type", "nan", "empty"],
)
def test_what_does_not_agree_with_itself_goes_nowhere(recorded, change, altered, capsys):
    change(recorded)
    with pytest.raises(DeepgenError, match=r"nothing that .* could be restored"):
        recorded.restore()
    assert f"mnist--seed-1--train: {altered} is altered\n" in capsys.readouterr().out
    assert recorded.written() == [recorded.folder / "dvc.lock"]


@pytest.mark.parametrize("md5", ["../../../../etc/passwd", "", None, "0" * 31, "g" * 32])
def test_a_lock_file_cannot_name_a_file_outside_the_cache(recorded, md5, capsys):
    recorded.md5s[PATHS[1]] = md5
    with pytest.raises(DeepgenError, match="nothing"):
        recorded.restore()
    assert f"{PATHS[1]} is not in dvc.lock" in capsys.readouterr().out
    assert recorded.written() == [recorded.folder / "dvc.lock"]

"""Models that go with a published report, and names that lead to them."""

import json

import pytest

from deepgen.cli import main
from deepgen.errors import DeepgenError
from deepgen.files import sha256, write_json
from deepgen.report import published_models
from deepgen.report.model_names import find_checkout, find_model, model_names
from deepgen.report.publish import publish

MODEL = "selected.safetensors"


class Run:
    """A finished run without numbers; `write` makes its files."""

    def __init__(self, root, **seeds):
        self.folder, self.target = root / "results/paper", root / "reports/paper"
        self.seeds = seeds

    def write(self):
        experiments = {name: {"settings": {"seeds": seeds}} for name, seeds in self.seeds.items()}
        record = {"settings": {"experiments": experiments}}
        (self.folder / "report").mkdir(parents=True, exist_ok=True)
        (self.folder / "report/index.html").write_text("a page")
        write_json(self.folder / "report/index.prov.json", record)
        for name, seeds in self.seeds.items():
            for seed in seeds:
                train(self.folder / f"{name}/seed-{seed}", f"{name} {seed}")
        return self

    def publish(self):
        """What is said, and the models that the publication has."""
        remarks = publish(self.folder, self.target).remarks
        return remarks, {
            str(path.parent.relative_to(self.target)): path.read_text()
            for path in self.target.rglob(MODEL)
        }


def train(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.csv").write_text("epoch\n1\n")
    for name in (MODEL, "last.safetensors"):
        (folder / name).write_text(content)
    machine = {"host": "secret", "device": "cpu"}
    outputs = {MODEL: sha256(folder / MODEL)}
    write_json(folder / "train.prov.json", {"outputs": outputs, "machine": machine})


def test_the_first_seeds_selected_model_goes_along_with_its_record(tmp_path):
    run = Run(tmp_path, mnist=[7, 1], lfw=[1]).write()
    train(run.folder / "lfw-pretrain/seed-1", "a first phase, which is no experiment of the report")
    remarks, models = run.publish()
    assert models == {"mnist/seed-7": "mnist 7", "lfw/seed-1": "lfw 1"}
    assert remarks == []
    record = json.loads((run.target / "mnist/seed-7/train.prov.json").read_text())
    assert record["machine"] == {"device": "cpu"}
    assert record["outputs"][MODEL] == sha256(run.target / f"mnist/seed-7/{MODEL}")
    assert not list(run.target.rglob("last.safetensors"))


def test_a_large_model_stays_at_home_and_the_rest_is_published(tmp_path, monkeypatch, capsys):
    run = Run(tmp_path, mnist=[1], lfw=[1]).write()
    train(run.folder / "lfw/seed-1", "x" * (published_models.LIMIT + 1))
    assert main(["publish", str(run.folder), "--out", str(tmp_path / "reports")]) == 0
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line == (
        "deepgen publish: the model of lfw is not published: its 10.0 MiB are more than the 10 "
        "that git should hold"
    )
    assert "mnist/seed-1/selected.safetensors" in printed.out
    assert [path.parts[-3] for path in run.target.rglob(MODEL)] == ["mnist"]


def test_only_the_models_that_are_asked_for_go_along_under_another_name(tmp_path, capsys):
    run = Run(tmp_path, mnist=[1], lfw=[1]).write()
    to = ["--out", str(tmp_path / "reports"), "--as", "other"]
    train(tmp_path / "reports/other/gone/seed-1", "of an earlier publication")
    assert main(["publish", str(run.folder), *to, "--models", "mnist"]) == 0
    assert "gone" in capsys.readouterr().err  # its tables and histories go, which is said
    other = tmp_path / "reports/other"
    assert [path.parts[-3] for path in other.rglob(MODEL)] == ["mnist"]
    assert main(["publish", str(run.folder), *to, "--models"]) == 0
    assert not list(other.rglob(MODEL))
    assert main(["publish", str(run.folder), *to, "--models", "mnits"]) == 1
    assert "has no experiment 'mnits'; did you mean 'mnist'?" in capsys.readouterr().err
    for name in ("../other", "a/b", ""):
        assert main(["publish", str(run.folder), *to[:2], f"--as={name}"]) == (name != "")
    assert "--as is 'a/b': must be" in capsys.readouterr().err
    assert (other / "index.html").exists()


def test_the_generator_released_for_mnist_may_be_published():
    weights = 100 * 1200 + 1200 * 1200 + 1200 * 784 + 1200 + 1200 + 784
    assert 4 * weights + 2000 < published_models.LIMIT < 4 * weights * 1.05


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (MODEL, "seed-1/selected.safetensors is not what train.prov.json says was made"),
        ("train.prov.json", "seed-1/selected.safetensors is not what train.prov.json says"),
    ],
)
def test_an_altered_model_is_not_published(tmp_path, file, said):
    run = Run(tmp_path, mnist=[1]).write()
    (run.folder / "mnist/seed-1" / file).write_text("[1]")
    (remark,), models = run.publish()
    assert said in remark
    assert models == {}


@pytest.mark.parametrize("file", [MODEL, "train.prov.json"])
def test_a_model_that_is_missing_is_named(tmp_path, file):
    run = Run(tmp_path, mnist=[1]).write()
    (run.folder / "mnist/seed-1" / file).unlink()
    (remark,), models = run.publish()
    assert "the model of mnist is not published" in remark
    assert models == {}


def test_what_only_an_earlier_publication_has_stays_or_is_named(tmp_path):
    Run(tmp_path, mnist=[1], tfd=[1]).write().publish()
    remarks, models = Run(tmp_path / "later", mnist=[1]).write().publish()
    assert (remarks, list(models)) == ([], ["mnist/seed-1"])  # nothing was published there before
    later = Run(tmp_path / "later", mnist=[1]).write()
    later.target = tmp_path / "reports/paper"
    remarks, models = later.publish()
    assert models == {"mnist/seed-1": "mnist 1", "tfd/seed-1": "tfd 1"}
    assert (later.target / "tfd/seed-1/train.prov.json").exists()
    assert not (later.target / "tfd/seed-1/history.csv").exists()
    assert remarks == [
        "the model of tfd stays from an earlier publication: this run has none",
        "what an earlier publication had of tfd goes, because this run has no such experiment; "
        "git has it",
    ]


def test_a_model_that_is_no_longer_published_is_named(tmp_path):
    run = Run(tmp_path, mnist=[1]).write()
    run.publish()
    (run.folder / f"mnist/seed-1/{MODEL}").unlink()
    (remark,), models = run.publish()
    assert remark.endswith("that of an earlier publication goes, and git has it")
    assert models == {}


@pytest.mark.parametrize("text", [None, "{", "[]", '{"settings": {"experiments": {"a": 1}}}'])
def test_a_report_without_its_record_is_refused(tmp_path, text):
    run = Run(tmp_path, mnist=[1]).write()
    run.publish()
    record = run.folder / "report/index.prov.json"
    record.unlink() if text is None else record.write_text(text)
    with pytest.raises(DeepgenError, match=r"index\.prov\.json is missing or damaged"):
        run.publish()
    assert list(run.target.rglob(MODEL))


@pytest.fixture
def clone(tmp_path):
    """A checkout where two runs published mnist, one of them tfd, and where a run is finished."""
    (tmp_path / "Snakefile").touch()
    (tmp_path / "config/experiments").mkdir(parents=True)
    (tmp_path / "src/deepgen").mkdir(parents=True)
    places = ("reports/paper/mnist", "reports/paper/tfd", "reports/laptop/mnist")
    for place in (*places, "results/quick/mnist-annealed", "results/quick/tfd"):
        for seed in (10, 2):
            train(tmp_path / place / f"seed-{seed}", f"{place} {seed}")
    return tmp_path


def test_a_name_leads_to_the_published_model_or_to_an_own_runs(clone):
    found = {
        name: find_model(name, clone).read_text()
        for name in ("tfd", "paper/mnist", "laptop/mnist", "mnist-annealed", "quick/tfd")
    }
    assert found == {
        "tfd": "reports/paper/tfd 2",
        "paper/mnist": "reports/paper/mnist 2",
        "laptop/mnist": "reports/laptop/mnist 2",
        "mnist-annealed": "results/quick/mnist-annealed 2",
        "quick/tfd": "results/quick/tfd 2",
    }
    assert {"mnist", "quick/mnist-annealed"} < model_names(clone).keys()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mnist", "2 runs have a model 'mnist': say laptop/mnist or paper/mnist"),
        ("mnits", "did you mean 'mnist'"),
        ("quick/mnist", "no model in .* is called 'quick/mnist'; known are laptop/mnist"),
    ],
)
def test_a_name_that_leads_nowhere_is_one_sentence(clone, name, said):
    with pytest.raises(DeepgenError, match=said) as caught:
        find_model(name, clone)
    assert "\n" not in str(caught.value)


def test_outside_a_checkout_one_is_told_where_models_are(tmp_path):
    package = tmp_path / "lib/site-packages/deepgen"
    assert find_checkout(tmp_path, package) is None
    with pytest.raises(DeepgenError, match="neither this folder nor the package lies in one"):
        find_model("mnist", None)


def test_the_checkout_is_the_one_around_or_that_of_the_package(clone, tmp_path_factory):
    elsewhere, package = tmp_path_factory.mktemp("elsewhere"), clone / "src/deepgen"
    assert find_checkout(clone / "config", elsewhere / "src/deepgen") == clone
    assert find_checkout(elsewhere, package) == clone

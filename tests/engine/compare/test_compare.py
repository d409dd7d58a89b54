"""`deepgen compare`: what differs between two runs, published reports and ledgers of DVC."""

import copy
import shutil
import subprocess

import pytest

from deepgen.cli import main
from deepgen.engine.ledger.dvc import find_dvc
from deepgen.files import write_json, write_text

IMAGES = "f" * 64
SETTINGS = {
    "model": {"generator": [{"units": 1200}, {"units": 784}]},
    "training": {"epochs": 3, "optimiser": {"learning_rate": 0.1}},
}


class Run:
    """A run's folder with made records; changed by assigning and written by `write`."""

    def __init__(self):
        self.seeds = [1]
        self.settings = copy.deepcopy(SETTINGS)
        self.code = {"deepgen.families.gan.model": "0" * 12, "deepgen.seeds": "1" * 12}
        self.images = IMAGES
        self.machine = {"host": "a", "packages": {"torch": "2.13.0"}}
        self.values = {1: 200.0, 2: 204.0, 3: 208.0}
        self.scores = {"parzen": {"parzen, fine sigma": {"num_samples": 100, "space": "pixels"}}}
        self.reference = 240.0

    def write(self, folder):
        for seed in self.seeds:
            place = folder / f"mnist/seed-{seed}"
            write_json(place / "train.prov.json", self._record({"train.npy": "a" * 64}))
            write_text(place / "history.csv", "epoch,loss\n" + "1,0.5\n" * self._epochs())
            for name, content in self.scores.items():
                inputs = {"samples": f"{seed}" * 64, "test.npy": self.images}
                write_json(place / f"selected/{name}.prov.json", self._record(inputs))
                write_json(place / f"selected/{name}.json", _with(content, self.values[seed]))
        reference = _with(self.scores["parzen"], self.reference)
        write_json(folder / "mnist/references/kmeans/parzen.json", reference)
        write_json(folder / "mnist/references/kmeans/sigma.json", {"no": "score"})
        return folder

    def _epochs(self):
        return self.settings["training"]["epochs"]

    def _record(self, digests):
        paths = {"samples": "results/a/mnist/samples.npy"}
        inputs = {
            role: {"path": paths.get(role, f"data/prepared/mnist/{role}"), "sha256": digest}
            for role, digest in digests.items()
        }
        record = {"settings": self.settings, "code": self.code, "inputs": inputs}
        return record | {"machine": self.machine}


def _with(content, value):
    """Scores of this value with an error of 3, as an estimator or a comparing score writes them."""
    key = {True: "log_likelihood", False: "value"}
    return {
        name: facts | {key[name.startswith(("parzen", "exact"))]: value, "standard_error": 3.0}
        for name, facts in content.items()
    }


@pytest.fixture
def runs(tmp_path):
    """Two equal runs, to be changed and written."""
    return Run(), Run()


@pytest.fixture
def compare(tmp_path, runs, capsys):
    """Writes the two runs and returns the lines that are printed about them."""

    def ask():
        folders = [run.write(tmp_path / f"results/{n}") for run, n in zip(runs, "ab", strict=True)]
        assert main(["compare", *map(str, folders)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 100 or any(str(tmp_path) in line for line in lines)
        return lines

    return ask


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """An empty git repository that is the current folder; commits what lies in it."""
    root = tmp_path / "checkout"
    root.mkdir()
    monkeypatch.chdir(root)
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Somebody")
        monkeypatch.setenv(f"{name}_EMAIL", "somebody@example.org")
    git("init", "-q", "-b", "main")

    def commit(tag):
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", f"State {tag}")
        git("tag", tag)

    return commit


def git(*arguments):
    subprocess.run(["git", *arguments], check=True)


def said(capsys, *sides):
    """What is printed about two sides, all in one line."""
    assert main(["compare", *map(str, sides)]) == 0
    return " ".join(capsys.readouterr().out.split())


def refusal(capsys, *sides):
    """The sentence in which a comparison is refused."""
    assert main(["compare", *sides]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_equal_runs_are_one_sentence(compare):
    assert compare()[3:] == [
        "A and B are equal: settings, code, data and machine of parzen and train, and 2 scores."
    ]


def test_a_setting_is_said_once_with_its_dotted_key_whatever_the_seeds(compare, runs):
    for run in runs:
        run.seeds = [1, 2, 3]
    runs[1].settings["training"]["optimiser"]["learning_rate"] = 0.05
    runs[1].settings["model"]["generator"][1]["units"] = 3072
    lines = compare()
    start = lines.index("Settings")
    assert lines[start + 1 : start + 4] == [
        "  model.generator.1.units: 784 -> 3072  (all jobs)",
        "  training.optimiser.learning_rate: 0.1 -> 0.05  (all jobs)",
        "",
    ]


def test_code_data_and_versions_are_named(compare, runs):
    runs[1].code |= {"deepgen.seeds": "2" * 12, "deepgen.new": "3" * 12}
    runs[1].images = "e" * 64
    runs[1].machine = {"host": "b", "packages": {"torch": "2.14.0"}}
    lines = compare()
    assert lines[3:] == [
        "Code",
        "  deepgen.new    only in B  (all jobs)",
        "  deepgen.seeds  changed    (all jobs)",
        "",
        "Data (SHA-256)",
        "  test.npy: ffffffffffff -> eeeeeeeeeeee  (mnist: parzen)",
        "",
        "Machine and versions",
        "  packages.torch: 2.13.0 -> 2.14.0  (all jobs)",
        "",
        "Both sides have records of parzen and train.",
    ]


def test_a_score_has_its_difference_in_standard_errors(compare, runs):
    runs[1].values[1] = 208.0
    lines = compare()
    assert [line.split() for line in lines[3:7]] == [
        ["Scores"],
        ["A", "B", "B", "-", "A", "in", "SE"],
        ["mnist,", "selected,", "seed", "1"],
        ["parzen,", "fine", "sigma", *["200.0", "±", "3.0", "208.0", "±", "3.0", "+8.0", "+1.9"]],
    ]
    notes = " ".join(lines)
    assert "one standard error (SE), over examples." in notes
    assert "Both sides use the same test images, so" in notes
    assert "cautious" in notes


def test_other_test_images_are_not_called_the_same(compare, runs):
    runs[1].values[1] = 208.0
    runs[1].images = "e" * 64
    notes = " ".join(compare())
    assert "The test images differ" in notes
    assert "the same test images" not in notes


def test_several_seeds_also_have_a_mean_with_its_error_over_seeds(compare, runs):
    runs[0].seeds = runs[1].seeds = [1, 2, 3]
    runs[1].values = {seed: value + 10 for seed, value in runs[0].values.items()}
    lines = compare()
    mean = lines.index("  mnist, selected, mean over seeds 1-3")
    # (214 - 204) / sqrt(2) over an error of 4 / sqrt(3) each
    numbers = ["204.0", "±", "2.3", "214.0", "±", "2.3", "+10.0", "+3.1"]
    assert lines[mean + 1].split()[3:] == numbers
    assert sum(line.startswith("  mnist, selected, seed") for line in lines) == 3


def test_seeds_of_one_side_are_named_and_a_single_seed_has_no_error_over_seeds(compare, runs):
    runs[1].seeds = [1, 2, 3]
    lines = compare()
    mean = lines.index("  mnist, selected, mean over seeds 1 (A), 1-3 (B)")
    assert lines[mean + 1].split()[3:] == ["200.0", "204.0", "±", "2.3", "+4.0"]
    assert "  only in B: mnist seeds 2-3" in lines
    assert "The error over seeds of a single seed is unknown." in lines


def test_seeds_that_an_earlier_run_left_are_pointed_out(runs, compare, tmp_path):
    runs[1].seeds = [2]
    runs[1].settings["training"]["epochs"] = 50
    runs[1].write(tmp_path / "results/b")
    runs[1].seeds = [1]
    runs[1].settings["training"]["epochs"] = 3
    notes = " ".join(compare())
    assert "In B the seeds of mnist do not share their settings or code" in notes
    assert "In A the seeds" not in notes
    assert "one standard error (SE), over seeds." in notes


def test_scores_of_one_side_are_named_and_those_of_other_samples_too(compare, runs):
    runs[1].scores["mmd"] = {"pixels": {}, "features": {}}
    runs[1].scores["parzen"] = {"parzen, fine sigma": {"num_samples": 50, "space": "pixels"}}
    lines = compare()
    assert "  only in B: mnist selected of seed 1: mmd" in lines
    assert "  num_samples: 100 -> 50  (mnist: parzen)" in lines


def test_a_likelihood_is_named_as_one_and_compared_on_its_scale(compare, runs):
    for run in runs:
        run.scores["likelihood"] = {"exact": {"space": "pixels", "scale": "bytes"}}
    runs[1].values[1] = 208.0
    runs[1].scores["likelihood"]["exact"]["space"] = "noisy pixels"
    lines = compare()
    start = lines.index("  mnist, selected, seed 1")
    assert lines[start + 1].split("  ")[2] == "parzen, fine sigma"
    assert lines[start + 2].split("  ")[2] == "likelihood, exact"
    assert "+8.0" in lines[start + 2], "one scale for the likelihoods of both spaces"


def test_scores_in_other_spaces_are_not_subtracted(compare, runs):
    runs[1].values[1] = 208.0
    runs[1].scores["parzen"] = {"parzen, fine sigma": {"num_samples": 100, "space": "other"}}
    line = next(line for line in compare() if line.startswith("    parzen"))
    assert line.endswith("208.0 ± 3.0  other space")


def test_a_published_report_is_read_from_git_without_a_checkout(runs, repository, tmp_path, capsys):
    report = runs[0].write(tmp_path / "checkout/reports/paper")
    repository("one")
    runs[1].values[1] = 208.0
    runs[1].settings["training"]["epochs"] = 5
    shutil.rmtree(report)
    runs[1].write(report)
    (report / "mnist/seed-1/train.prov.json").unlink()
    (report / "mnist/seed-1/selected/parzen.prov.json").unlink()
    repository("two")
    shutil.rmtree(report)
    text = said(capsys, "one", "two")
    assert "State one" in text
    assert "epochs trained: 3 -> 5 (mnist)" in text
    assert "200.0 ± 3.0 208.0 ± 3.0 +8.0 +1.9" in text
    assert "If both sides use the same test images, which is not on record," in text
    assert "settings, code, data and machine of mnist." in text
    assert not report.exists()

    folder = runs[1].write(tmp_path / "checkout/results/paper")
    assert "training.epochs: 3 -> 5 (all jobs)" in said(capsys, "one", folder)


def test_a_revision_with_several_reports_asks_for_one(runs, repository, tmp_path, capsys):
    for name, run in zip(("laptop", "paper"), runs, strict=True):
        run.write(tmp_path / f"checkout/reports/{name}")
    repository("one")
    assert "name one, as in HEAD:reports/laptop" in refusal(capsys, "HEAD", "HEAD")
    text = said(capsys, "HEAD:reports/laptop", "HEAD:reports/paper")
    assert "A and B are equal" in text


def test_what_is_no_run_is_refused_in_one_sentence(runs, repository, tmp_path, capsys, monkeypatch):
    (tmp_path / "checkout/src").mkdir()
    repository("one")
    runs[0].write(tmp_path / "run")
    run = str(tmp_path / "run")
    for name in ("nothing", "src", "HEAD~7", "one..one", ""):
        line = refusal(capsys, run, name)
        assert f"{name} is no folder here and no git revision: give" in line
    assert "one has no ledger.dvc and no published report" in refusal(capsys, "one", run)
    assert "one:reports/x has no such run" in refusal(capsys, run, "one:reports/x")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    assert "this is no git repository" in refusal(capsys, run, "one")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "this is no git repository" in refusal(capsys, run, "one")


@pytest.mark.parametrize("name", ["--output=stolen", "-O stolen", "--exec=touch stolen"])
def test_a_revision_that_looks_like_an_option_never_reaches_git(
    repository, name, tmp_path, capsys, monkeypatch
):
    repository("one")
    for sides in ((name, "one"), ("one:reports/x", f"{name}:reports/x")):
        monkeypatch.setattr(subprocess, "run", only_git_without(name))
        assert main(["compare", "--", *sides]) == 1
        assert not list(tmp_path.rglob("stolen*"))
    assert main(["compare", "--", name, "one"]) == 1
    assert "cannot name a git revision" in capsys.readouterr().err


def only_git_without(name):
    """`subprocess.run` that fails if a command holds a name."""
    run = subprocess.run

    def guarded(command, **options):
        assert not any(name in word for word in command)
        return run(command, **options)

    return guarded


def test_a_damaged_record_is_named(runs, tmp_path, capsys):
    run = runs[0].write(tmp_path / "run")
    for name, text in {
        "selected/parzen.json": '{"parzen, fine sigma": {"a": 1}}',
        "selected/parzen.prov.json": '{"settings": {}}',
        "train.prov.json": '{"settings": {}, "code": {}, "inputs": {"train.npy": 3}}',
    }.items():
        file = run / "mnist/seed-1" / name
        before = file.read_bytes()
        file.write_text(text)
        line = refusal(capsys, str(run), str(run))
        assert f"mnist/seed-1/{name} in {run} is damaged" in line
        file.write_bytes(before)
    assert "A and B are equal" in said(capsys, run, run)


@pytest.fixture
def ledger(runs, repository, tmp_path):
    """A run whose shelf DVC has recorded and pushed at the tag `one`; returns another run."""
    root = tmp_path / "checkout"
    subprocess.run([find_dvc(), "init", "-q"], check=True)
    remote = "[core]\n    remote = r\n['remote \"r\"']\n    url = ../../remote\n"
    write_text(root / ".dvc/config", remote)
    place = runs[0].write(root / "ledger/results/paper")
    (place / "mnist/seed-1/last.safetensors").write_text("a large model")
    for words in (("add", "-q", "ledger"), ("push", "-q")):
        subprocess.run([find_dvc(), *words], check=True)
    repository("one")
    shutil.rmtree(root / "ledger")
    (root / "ledger.dvc").unlink()
    runs[1].settings["training"]["optimiser"]["learning_rate"] = 0.05
    runs[1].values[1] = 208.0
    return runs[1].write(tmp_path / "other")


needs_dvc = pytest.mark.skipif(find_dvc() is None, reason="DVC is not installed")


@needs_dvc
def test_a_ledger_is_read_at_a_revision_and_small_files_come_from_the_remote(
    ledger, tmp_path, capsys
):
    expected = said(capsys, "one", ledger)
    assert "training.optimiser.learning_rate: 0.1 -> 0.05" in expected
    assert "200.0 ± 3.0 208.0 ± 3.0 +8.0 +1.9" in expected
    assert "ledger.dvc of" in expected
    assert said(capsys, "one:results/paper", ledger) == expected.replace(
        "A one", "A one:results/paper"
    )

    cache = tmp_path / "checkout/.dvc/cache/files"
    shutil.rmtree(cache)
    assert said(capsys, "one", ledger) == expected
    contents = [path.read_bytes() for path in cache.rglob("*") if path.is_file()]
    assert b"a large model" not in contents, "more was fetched than is read"


@needs_dvc
def test_what_the_remote_has_lost_is_said(ledger, tmp_path, capsys):
    shutil.rmtree(tmp_path / "checkout/.dvc/cache/files")
    for path in (tmp_path / "remote").rglob("*"):
        if path.is_file() and b"log_likelihood" in path.read_bytes():
            path.unlink()  # the scores
    text = said(capsys, "one", ledger)
    assert "training.optimiser.learning_rate: 0.1 -> 0.05" in text
    assert "200.0" not in text
    assert "2 of 5 small files of" in text
    assert "`dvc fetch --all-commits`" in text

    shutil.rmtree(tmp_path / "checkout/.dvc/cache/files")
    shutil.rmtree(tmp_path / "remote")
    line = refusal(capsys, "one", str(ledger))
    assert "what ledger.dvc records cannot be had" in line


@needs_dvc
def test_a_ledger_of_several_runs_asks_for_one(ledger, runs, repository, tmp_path, capsys):
    for name in ("laptop", "paper"):
        runs[0].write(tmp_path / f"checkout/ledger/results/{name}")
    subprocess.run([find_dvc(), "add", "-q", "ledger"], check=True)
    repository("two")
    assert "records laptop and paper: name one, as in " in refusal(capsys, "two", str(ledger))
    assert "A and B are equal" in said(capsys, "two:results/laptop", "two:results/paper")
    assert "two:results/x has no such run" in refusal(capsys, "two:results/x", str(ledger))

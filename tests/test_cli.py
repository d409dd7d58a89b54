"""The command line: help for everything, and one sentence about what is wrong."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

import deepgen
from deepgen import commands, stage_command
from deepgen.cli import build_parser, main
from deepgen.stages import study

PIXELS = {"name": "pixels"}
STAGES = [
    "fetch",
    "prepare",
    "count",
    "train",
    "sample",
    "likelihood",
    "parzen-spread",
    "sampling",
    "study",
    "reference",
    "select-sigma",
    "classify",
    "score",
    "figure",
    "table",
    "report",
]
TOOLS = [
    "draw",
    "publish",
    "pdf",
    "store",
    "status",
    "estimate",
    "ledger",
    "restore",
    "compare",
    "tensorboard",
]


@pytest.fixture
def train(root, tmp_path, monkeypatch, capsys):
    """Run `deepgen train` with these options; returns the exit code and the lines it said."""
    monkeypatch.chdir(root)

    def run(*options):
        folders = ["--data", "data", "--out", tmp_path / "out", "--store", tmp_path / "store"]
        code = main(["train", "--seed", "1", *map(str, [*folders, *options])])
        assert not (tmp_path / "out").exists()
        return code, capsys.readouterr().err.splitlines()

    return run


def test_help_names_every_stage():
    run = subprocess.run(
        [sys.executable, "-m", "deepgen.cli", "--help"], capture_output=True, text=True, check=True
    )
    words = run.stdout.split()
    assert [name for name in STAGES + TOOLS if name not in words] == []


@pytest.mark.parametrize("name", STAGES + TOOLS)
def test_help_of_a_command_says_what_it_does_and_explains_every_option(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    commands = next(a for a in build_parser()._actions if a.dest == "command").choices
    assert commands[name].description
    for action in commands[name]._actions:
        if action.choices is None or action.option_strings:
            assert action.help, action.dest
            assert " ".join(action.help.split()) in said


@pytest.mark.parametrize("words", [["trian"], [], ["train"], ["store", "burn"]])
def test_a_wrong_command_exits_with_2_and_usage(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: deepgen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('{"model": ', "--settings is not JSON"),
        ("nowhere.yaml", "has no file nowhere.yaml"),
        ("config/experiments/mnits.yaml", "did you mean 'mnist'?"),
        ("config/quick.yaml:nope", "config/quick.yaml has no experiment 'nope'; known are "),
        (
            "config/config.yaml:nope",
            "mnist-mixture, mnist-nice",
        ),
        ("nowhere.yaml:mnist", "nowhere.yaml is missing"),
        ("[1]", "--settings is not JSON (it must hold keys and values)"),
        ("null", "has no file null"),
        ("", "cannot be read"),
        ("x" * 300, "File name too long"),
        ("config/quick.yaml", "config/quick.yaml is a run file: name one of its experiments"),
        ("config", "config cannot be read (Is a directory)"),
        ("config/experiments/lfw.yaml", "lfw.yaml continues lfw-pretrain: give that experiment's"),
        ("config/laptop.yaml:lfw", "laptop.yaml:lfw continues lfw-pretrain: give that"),
        ("config/experiments/mnist.yaml", "train.npy is missing"),
    ],
)
def test_settings_that_cannot_be_read_are_one_sentence(train, settings, said):
    code, lines = train("--settings", settings)
    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("deepgen train: ")
    assert said in lines[0]


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"deepgen {deepgen.__version__}\n"


def test_the_stage_sample_is_what_it_was(capsys):
    with pytest.raises(SystemExit) as left:
        main(["sample", "--seed", "1"])
    assert left.value.code == 2
    assert "deepgen sample: error: the following arguments are required" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["nobody"], ["-n", "2", "nobody"]])
def test_sample_with_a_name_draws_and_says_what_was_typed(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["sample", *words, "--grid", "out.png"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("deepgen sample: no model")
    assert "'nobody'" in line


def test_expected_code_that_is_not_json_is_one_sentence(train):
    code, lines = train("--settings", "config/quick.yaml:mnist-annealed", "--expect-code", "{")
    assert (code, len(lines)) == (1, 1)
    assert "--expect-code is not JSON" in lines[0]


@pytest.mark.parametrize("code", ["", "1", '"x"', "[1]", "null", "NaN", '{"a": Infinity}'])
def test_expected_code_must_be_an_object(train, code):
    ended, lines = train("--settings", "config/quick.yaml:mnist-annealed", "--expect-code", code)
    assert (ended, len(lines)) == (1, 1)
    assert "--expect-code is not JSON" in lines[0]


@pytest.mark.parametrize("folder", ["/proc/x", "/proc/1/fd/x/y", "/dev/null/x", "x" * 300])
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch, root, capsys, folder):
    monkeypatch.chdir(tmp_path)
    settings = json.dumps({"reference": "constant-image", "score_space": PIXELS, "threads": 1})
    np.save(tmp_path / "train.npy", np.zeros((3, 2, 2, 1), np.uint8))
    words = ["reference", "--settings", settings, "--data", ".", "--out", folder]
    for more in (["--store", str(tmp_path / "store")], ["--store", folder]):
        assert main([*words, *more]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("deepgen reference: cannot use ")
        assert len(line) < 400


@pytest.mark.parametrize(
    "fail",
    [
        lambda: bytearray(2**62),
        lambda: np.empty((2**50, 3)),
        lambda: torch.empty(2**50),
        lambda: torch.empty(2**40, 2**40),
        lambda: torch.empty(10**30),
    ],
)
def test_too_little_memory_is_one_sentence(monkeypatch, tmp_path, capsys, fail):
    monkeypatch.setattr(commands, "manage_store", lambda options: fail())
    assert main(["store", "list", "--store", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("deepgen store: needs more memory than there is")


def test_other_mistakes_of_torch_keep_their_traceback(monkeypatch, tmp_path):
    monkeypatch.setattr(commands, "manage_store", lambda options: torch.empty(2) @ torch.empty(3))
    with pytest.raises(RuntimeError):
        main(["store", "list", "--store", str(tmp_path)])


@pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5", "٣", "x", ""])
def test_a_seed_is_a_whole_number_that_fits(tmp_path, seed, capsys):
    with pytest.raises(SystemExit) as left:
        main(["sample", "--settings", "{}", "--model", "x", "--out", "y", f"--seed={seed}"])
    assert left.value.code == 2
    assert "is not a seed from 0 to 4294967295" in capsys.readouterr().err


def test_an_unknown_device_is_refused(train, capsys):
    with pytest.raises(SystemExit) as left:
        train("--settings", "config/quick.yaml:mnist-annealed", "--device", "nope")
    assert left.value.code == 2
    assert "'nope' is not cpu, cuda, cuda:1 or auto" in capsys.readouterr().err


@pytest.mark.parametrize("stage", ["reference", "score", "study", "figure"])
def test_a_stage_with_a_name_asks_for_it(stage, root, tmp_path, capsys):
    paths = {"score": ["--samples", "x", "--sigma", "x"], "figure": []}.get(stage, [])
    data = [] if stage in ("study", "figure") else ["--data", str(tmp_path)]
    settings = str(root / "config" / "experiments" / "mnist.yaml")
    assert main([stage, "--settings", settings, "--out", str(tmp_path / "o"), *paths, *data]) == 1
    assert f"--name is missing: say which {stage}" in capsys.readouterr().err


def test_a_role_without_a_path_is_named(tmp_path, capsys):
    settings = json.dumps({"figure": "figures.interpolation", "output": "figure3"})
    out = ["--out", str(tmp_path)]
    assert main(["figure", "--settings", settings, *out, "--input", "history.csv"]) == 1
    assert "--input history.csv: write it as ROLE=PATH" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "is missing: `snakemake -n` writes it"),
        ("{", "is not JSON"),
        ("[]", "must hold keys and values): correct it; delete it, and `snakemake -n` writes it"),
        (
            '{"settings": {}}',
            "code is missing (and 1 more); delete it, and `snakemake -n` writes it",
        ),
        ('{"settings": {}, "code": [], "inputs": {"a": 5}}', "code is []: must hold keys and val"),
        ('{"settings": {}, "code": {}, "inputs": {}}', "rows is missing (and 2 more)"),
    ],
)
def test_a_job_file_that_says_nothing_is_one_sentence(text, said, tmp_path, capsys):
    path = tmp_path / "tables.json"
    if text is not None:
        path.write_text(text)
    assert main(["table", "--job", str(path), "--out", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("deepgen table: ")
    assert said in line
    assert not (tmp_path / "out").exists()


def test_pruning_without_results_deletes_nothing(tmp_path, capsys):
    kept = tmp_path / "store" / "sample" / "key" / "samples.npy"
    kept.parent.mkdir(parents=True)
    kept.touch()
    folders = ["--store", str(tmp_path / "store"), "--results", str(tmp_path / "resutls")]
    assert main(["store", "prune", *folders]) == 1
    assert "resutls is no folder" in capsys.readouterr().err
    assert kept.exists()


def test_pruning_by_a_damaged_provenance_deletes_nothing(tmp_path, capsys):
    kept = tmp_path / "store" / "sample" / "key" / "samples.npy"
    kept.parent.mkdir(parents=True)
    kept.touch()
    (tmp_path / "sample.prov.json").write_text("{")
    folders = ["--store", str(tmp_path / "store"), "--results", str(tmp_path)]
    assert main(["store", "prune", *folders]) == 1
    assert "sample.prov.json is not JSON" in capsys.readouterr().err
    assert kept.exists()


def test_interruption_exits_with_130(monkeypatch, tmp_path, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "manage_store", interrupted)
    assert main(["store", "list", "--store", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "deepgen store: interrupted\n"


def test_a_bug_keeps_its_traceback(monkeypatch, tmp_path):
    def buggy(options):
        raise OSError("a message that no errno explains")

    monkeypatch.setattr(commands, "manage_store", buggy)
    with pytest.raises(OSError, match="no errno explains"):
        main(["store", "list", "--store", str(tmp_path)])


SCORE = {"score_space": PIXELS, "threads": 1, "reads": ["test", "valid"]}
REFERENCE = {"score_space": PIXELS, "threads": 1, "reference": "gaussian"}
LINES = {"study": "samplers.interpolation", "threads": 1}
THEORY = {"study": "papers.gan2014.theory.theory", "threads": 1}


@pytest.mark.parametrize(
    ("command", "settings", "said"),
    [
        ("reference", REFERENCE, "--settings: has no key num_samples, seed"),
        ("score", {"threads": 1, "score": "mmd"}, "--settings: score_space is missing (and 1 more"),
        ("score", SCORE | {"score": "mmd"}, "--settings: has no key comparison"),
        ("score", SCORE | {"score": "parzen"}, "has no key folds"),
        ("score", SCORE | {"score": "parzen", "folds": "2"}, "folds is '2': must be a valid int"),
        ("score", SCORE | {"score": "mdd"}, "score is 'mdd': must be 'parzen', 'two_sample'"),
        ("score", SCORE | {"score": "mmd", "comparison": {"seed": 1}}, "key num_samples, held"),
        ("score", SCORE | {"score": "parzen", "folds": 0}, "reads must be ['test']"),
        ("score", SCORE | {"score": "parzen", "folds": None}, "has no key folds"),
        ("score", {"score": [1]}, "--settings: score is [1]: must be 'parzen'"),
        ("study", {"study": "evaluation.neighbours"}, "--settings: threads is missing"),
        ("study", LINES, "no key interpolation, score_space, model, model_space"),
        ("study", THEORY, "--settings: has no key theory"),
        ("study", THEORY | {"theory": {"sed": 1}}, "theory.sed"),
        ("study", THEORY | {"theory": {"seed": -1}}, "theory.seed"),
        ("study", THEORY | {"theory": {"seed": 1}}, "theory does not have all its keys: add them"),
        ("study", {"study": "stages.train", "threads": 1}, "study 'stages.train' is not known"),
        ("likelihood", {"threads": 1, "likelihood": {}}, "model is missing (and 1 more)"),
        ("likelihood", {"threads": 1, "modle": {}}, "model is missing (and 3 more)"),
    ],
)
def test_resolved_settings_that_do_not_fit_are_one_sentence(
    command, settings, said, tmp_path, capsys
):
    words = [command, "--settings", json.dumps(settings), "--out", str(tmp_path / "out")]
    words += ["--store", str(tmp_path / "store")]
    if command in ("score", "likelihood", "reference"):
        words += ["--data", str(tmp_path)]
        files = {"score": ["--samples", "x"], "likelihood": ["--model", "x"]}
        words += files.get(command, [])
    assert main(words) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


def test_a_model_for_an_experiment_that_continues_none_is_refused(train):
    code, lines = train(
        "--settings", "config/quick.yaml:mnist-annealed", "--first-phase", "x.safetensors"
    )
    assert (code, len(lines)) == (1, 1)
    assert "continues no other experiment: leave out --first-phase" in lines[0]


def test_sigma_is_chosen_in_a_fold_where_there_are_folds(root, tmp_path, capsys):
    (tmp_path / "fold-1").mkdir()
    settings = str(root / "config" / "experiments" / "lfw.yaml")
    words = ["select-sigma", "--settings", settings, "--out", str(tmp_path / "o")]
    assert main([*words, "--samples", "x", "--data", str(tmp_path)]) == 1
    assert f"give one, such as {tmp_path}/fold-1" in capsys.readouterr().err


def test_a_study_that_starts_from_nothing_takes_no_gpu(tmp_path, monkeypatch, root):
    """Figure 1's networks have one input: on a GPU they would only keep others waiting."""
    monkeypatch.chdir(root)
    used = []
    monkeypatch.setattr(stage_command, "take_gpu", lambda *_: used.append("a GPU"))
    monkeypatch.setattr(study, "study", lambda out, **_: [
        (out / name).write_bytes(b"x") for name in ("figure1.npz", "theory.npz")
    ] and None)  # fmt: skip
    words = ["study", "--settings", "config/quick.yaml:gan2014", "--name", "theory"]
    words += ["--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    assert main(words) == 0
    assert used == []


def test_a_figure_or_study_that_a_paper_lacks_is_refused(tmp_path, monkeypatch, root, capsys):
    monkeypatch.chdir(root)
    words = ["study", "--settings", "config/quick.yaml:gan2014", "--name", "interpolation"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 1
    assert "'interpolation' is not known of gan2014: choose from theory" in capsys.readouterr().err

"""The workflow as a stranger meets it: formatted, linted, planned in a fresh clone, reported."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deepgen.engine.stages import RESERVED

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
STAGES = {
    "fetch_mnist", "prepare_mnist", "train", "sample", "make_reference", "classify", "select_sigma",
    "score", "score_under_window", "parzen_spread", "sampling", "likelihood",
    "study_interpolation", "study_neighbours", "study_sphere", "study_spectrum", "draw_figure",
    "study_gan2014_theory", "draw_gan2014_figure1", "draw_gan2014_theory",
    "make_tables", "write_page", "write_gan2014", "write_nice2014", "write_front_page",
}  # fmt: skip
PUBLIC = {
    f"{stage}_{dataset}" for stage in ("fetch", "prepare") for dataset in ("lfw", "cifar10", "svhn")
}
RIVALS = {"draw_gan2014_ranking"}  # two models of the paper's Table 1 can be ranked, one cannot


def call(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """What a fresh clone would hold."""
    files = call("git", "ls-files", "-z").stdout.split("\0")[:-1]
    if not files:
        pytest.skip("not a git checkout, so what a clone holds is not known")
    folder = tmp_path_factory.mktemp("clone")
    for name in files:
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("config", "stages"),
    [
        ("config/config.yaml", STAGES | PUBLIC | RIVALS | {"study_inpainting"}),
        ("config/quick.yaml", STAGES | {"count_operations"}),
    ],
)
def test_a_fresh_clone_plans_every_stage(clone, config, stages):
    result = call("snakemake", "-n", "--configfile", config, cwd=clone)
    assert result.returncode == 0, result.stdout + result.stderr
    output = result.stdout + result.stderr
    assert "Exception" not in output  # a rule that is tried for a file of another one says so
    stats = output.partition("Job stats:")[2]
    assert set(re.findall(r"^(\w+) +\d+$", stats, flags=re.MULTILINE)) - {"all", "total"} == stages


def test_an_experiment_is_a_target(clone):
    result = call("snakemake", "-n", "mnist", cwd=clone)
    assert result.returncode == 0
    assert "draw_figure" in result.stdout + result.stderr


@pytest.mark.parametrize("name", ["cifar10-fc", "cifar10_fc"])
def test_an_experiment_is_a_target_as_its_file_and_as_its_rule_is_called(clone, name):
    result = call("snakemake", "-n", name, cwd=clone)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "prepare_cifar10" in result.stdout
    assert "prepare_lfw" not in result.stdout


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("mnits", "deepgen: 'mnits' is no target; did you mean 'mnist'?"),
        ("lfw-nice-small", "deepgen: 'lfw-nice-small' is no experiment of the run paper, which"),
    ],
)
def test_a_target_that_is_none_has_a_hint(clone, target, said):
    result = call("snakemake", "-n", target, cwd=clone)
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if line.startswith(said)]


def test_a_copied_run_file_does_not_replace_the_results_of_the_first(clone):
    note = clone / "results/quick/.jobs/run_file.json"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text('{"files": ["config/quick.yaml"]}')
    shutil.copy(clone / "config/quick.yaml", clone / "config/mine.yaml")
    result = call("snakemake", "-n", "--configfile", "config/mine.yaml", cwd=clone)
    assert result.returncode == 1
    (line,) = [li for li in result.stderr.splitlines() if li.startswith("deepgen: config/")]
    assert "config/mine.yaml has run: quick, and so has config/quick.yaml" in line
    assert call("snakemake", "-n", "--configfile", "config/quick.yaml", cwd=clone).returncode == 0


def test_a_set_that_must_be_asked_for_is_left_out_with_one_line(clone):
    result = call("snakemake", "-n", cwd=clone)
    lines = [line for line in result.stderr.splitlines() if line.startswith("deepgen:")]
    assert len(lines) == 1
    assert lines[0].startswith(
        "deepgen: left out: tfd, tfd-dbn, tfd-cae, tfd-gsn, tfd-nice, tfd-nice-released: TFD"
    )
    assert "data.tfd.file" in lines[0]
    assert "fetch_tfd" not in result.stdout + result.stderr


def test_tfd_is_planned_in_two_phases_once_its_file_is_there(clone):
    run = "run: faces\nexperiments: [tfd]\ndata: {tfd: {file: TFD_48x48.mat}}\n"
    (clone / "faces.yaml").write_text(run)
    result = call("snakemake", "-n", "--configfile", "faces.yaml", cwd=clone)
    assert result.returncode == 1
    assert "deepgen: data.tfd.file is TFD_48x48.mat, which is missing" in result.stderr
    assert "Traceback" not in result.stderr

    (clone / "TFD_48x48.mat").touch()
    result = call("snakemake", "-n", "--configfile", "faces.yaml", cwd=clone)
    output = result.stdout + result.stderr
    assert result.returncode == 0, output
    assert {"fetch_tfd", "prepare_tfd"} <= set(re.findall(r"^(\w+) +\d+$", output, re.MULTILINE))
    assert re.search(r"^train +2$", output, re.MULTILINE)
    assert re.search(r"^select_sigma +25$", output, re.MULTILINE)  # 5 sets of samples in 5 folds


def test_one_setting_is_changed_on_the_command_line(clone):
    run = ["--configfile", "config/quick.yaml", "--config", "run=trial"]
    change = "set=mnist-annealed.training.optimiser.learning_rate=0.05"
    result = call("snakemake", "-n", *run, change, cwd=clone)
    assert result.returncode == 0, result.stdout + result.stderr
    job = json.loads((clone / "results/trial/.jobs/mnist-annealed.json").read_text())
    training = job["settings"]["experiments"]["mnist-annealed"]["settings"]["training"]
    assert training["optimiser"]["learning_rate"] == 0.05
    assert training["batch_size"] == 50
    result = call("snakemake", "-n", *run, change.replace("learning", "lerning"), cwd=clone)
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("deepgen:")]
    assert line.endswith("did you mean training.optimiser.learning_rate?")
    assert "Traceback" not in result.stdout + result.stderr


def test_what_is_not_run_is_only_counted(clone):
    run = "run: trial\nexperiments: [mnist]\nnot_run: [lfw, cifar10-fc]\n"
    (clone / "trial.yaml").write_text(run)
    result = call("snakemake", "-n", "--configfile", "trial.yaml", cwd=clone)
    output = result.stdout + result.stderr
    assert result.returncode == 0, output
    assert re.search(r"^count_operations +3$", output, re.MULTILINE)  # the faces' first phase, too
    assert not re.search(r"^fetch_(lfw|cifar10) ", output, re.MULTILINE)
    assert "make reproduce takes" not in output  # a dry run counts nothing


@pytest.mark.whole
def test_no_command_of_a_large_run_is_too_long_for_linux(clone):
    """Snakemake gives a job's shell command as one argument, of which Linux takes 128 KiB."""
    text = (clone / "config/experiments/mnist.yaml").read_text()
    names = [f"net-{i}" for i in range(60)]
    for name in names:
        path = clone / f"config/experiments/{name}.yaml"
        path.write_text(text.replace("title: Adversarial nets", f"title: Adversarial {name}"))
    five = {name: {"seeds": [1, 2, 3, 4, 5]} for name in names}
    run = {"run": "large", "experiments": names, "overrides": five}
    (clone / "large.yaml").write_text(yaml.safe_dump(run))
    result = call("snakemake", "-n", "-p", "--configfile", "large.yaml", cwd=clone)
    assert result.returncode == 0, result.stdout + result.stderr
    commands = re.findall(r"^ *(?:Shell command: )?(deepgen .+)$", result.stdout, re.MULTILINE)
    assert len(commands) > 6_000
    assert max(map(len, commands)) < 32 * 1024


def test_a_wrong_configuration_is_one_sentence_and_starts_nothing(clone):
    result = call("snakemake", "-n", "--config", "experiments=[mnits]", "run=x", cwd=clone)
    assert result.returncode == 1
    sentences = [line for line in result.stderr.splitlines() if line.startswith("deepgen:")]
    assert len(sentences) == 1
    assert "did you mean 'mnist'?" in sentences[0]
    assert "Traceback" not in result.stdout + result.stderr


def test_the_linter_misses_nothing_but_environments():
    result = call("snakemake", "--lint")
    found = re.findall(r"^    \* (.+?):", result.stdout + result.stderr, flags=re.MULTILINE)
    assert set(found) == {"Specify a conda environment or container for each rule."}, found


def test_the_snakefiles_are_formatted():
    assert call("snakefmt", "--check", "Snakefile", "workflow").returncode == 0


def test_parsing_imports_neither_torch_nor_pandas():
    code = "import sys, deepgen.engine.plan; print({'torch', 'pandas'} & set(sys.modules))"
    assert call(sys.executable, "-c", code).stdout.strip() == "set()"


def test_snakemake_writes_its_own_report(project):
    project.snakemake("--report", "snakemake-report.html")
    assert (project.root / "snakemake-report.html").stat().st_size > 10_000


def test_no_experiment_may_have_the_name_of_a_rule(clone):
    rules = call("snakemake", "--list", "--configfile", "config/config.yaml", cwd=clone).stdout
    names = yaml.safe_load((clone / "config/config.yaml").read_text())["experiments"]
    own = {*names, *(name.replace("-", "_") for name in names)}
    assert set(rules.split()) - own <= RESERVED

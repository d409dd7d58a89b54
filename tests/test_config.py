"""Run and experiment files: what loads, and the one sentence about what does not."""

import copy
import json
import random
import re

import pytest
import yaml

from deepgen.checks import check_name
from deepgen.config import load_config, load_experiment, merge
from deepgen.engine.resolve import stage_settings
from deepgen.errors import DeepgenError
from deepgen.evaluation.neighbours import FRAMED
from deepgen.families import FAMILIES
from deepgen.figures import samples
from deepgen.figures.catalogue import STUDIES
from deepgen.files import canonical_json

STAGES = {
    "fetch": ("fetch", ""),
    "prepare": ("prepare", ""),
    "count": ("count", ""),
    "train": ("train", ""),
    "sample": ("sample", ""),
    "likelihood": ("likelihood", ""),
    "parzen-spread": ("parzen-spread", ""),
    "sampling": ("sampling", ""),
    "interpolation": ("study", "interpolation"),
    "neighbours": ("study", "neighbours"),
    "reference": ("reference", "kmeans"),
    "select-sigma": ("select-sigma", ""),
    "classify": ("classify", ""),
    "parzen": ("score", "parzen"),
    "precision_recall": ("score", "precision_recall"),
    "data_copying": ("score", "data_copying"),
    "figure": ("figure", "figure3"),
    "sigma_curve": ("figure", "sigma_curve"),
}
ALL = set(STAGES)
OF_DATA, FIGURES = {"fetch", "prepare"}, {"figure", "sigma_curve"}
TRAINING = {"train", "count"}
OF_MODEL = {*TRAINING, "sample", "interpolation", "likelihood", "parzen-spread", "sampling"}
LAYER = "model.generator.0"
JARGON = ("pydantic", "Input", "input should", "validation error", "literal[", "discriminator '")


@pytest.fixture
def shipped(root):
    """The content of `config/experiments/mnist.yaml`, to be changed."""
    return yaml.safe_load((root / "config" / "experiments" / "mnist.yaml").read_text())


@pytest.fixture
def folder(tmp_path, shipped):
    """A configuration folder with the shipped experiment."""
    (tmp_path / "experiments").mkdir()
    write(tmp_path / "experiments" / "mnist.yaml", shipped)
    write(tmp_path / "run.yaml", {"run": "trial", "experiments": ["mnist"]})
    return tmp_path


def write(path, content):
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def put(content, key, value):
    """Set `a.0.b` of nested mappings and lists."""
    *way, last = [int(part) if part.isdigit() else part for part in key.split(".")]
    for part in way:
        content = content[part] if isinstance(content, list) else content.setdefault(part, {})
    content[last] = value


def sentence_of(function, *arguments):
    with pytest.raises(DeepgenError) as caught:
        function(*arguments)
    text = str(caught.value)
    assert "\n" not in text
    assert not re.search(r"[.!] [A-Z]", text), f"more than one sentence: {text}"
    assert not [word for word in JARGON if word in text], text
    return text


PUBLIC = ["mnist", "lfw", "cifar10-fc", "cifar10-conv"]
SMALL = ["mnist-annealed", "lfw-small", "cifar10-small", "cifar10-conv-small"]
RIVALS = ["mnist-dbn", "mnist-cae", "mnist-gsn", "lfw-dbn", "lfw-cae", "lfw-gsn"]
KNOWN = ["mnist-rbm", "mnist-mixture"]
FLOWS = ["mnist-nice", "mnist-nice-released", "lfw-nice", "svhn-nice", "svhn-nice-released"]
FLOWS += ["cifar10-nice", "cifar10-nice-released"]
CHANGES = ["alternating", "unscaled", "no-dropout", "gaussian", "minimax"]
SMALL_FLOWS = ["mnist-nice-short", "lfw-nice-small", "cifar10-nice-small"]


@pytest.mark.parametrize(
    ("name", "experiments"),
    [
        ("config", [*PUBLIC, *RIVALS, *KNOWN, *FLOWS]),
        ("laptop", ["mnist", *SMALL, *RIVALS, *KNOWN, *SMALL_FLOWS]),
        ("evening", ["mnist", "mnist-annealed", *RIVALS[:3], "mnist-mixture", *SMALL_FLOWS]),
        ("paper-cpu", [*PUBLIC, "mnist-mixture"]),
        ("ablations", ["mnist", *(f"mnist-{change}" for change in CHANGES)]),
        ("quick", ["mnist-annealed", "mnist-mixture", "mnist-nice-short"]),
    ],
)
def test_shipped_run_files_load(root, name, experiments):
    config = load_config(root / "config" / f"{name}.yaml", root / "config")
    assert list(config.experiments) == experiments
    if "lfw" in experiments:
        assert "lfw-pretrain" in config.first_phases
        assert list(config.not_run)[:1] == ["tfd"]


def test_a_set_can_be_left_out_of_every_run_file_by_naming_the_others(root):
    for path in (root / "config").glob("*.yaml"):
        run = yaml.safe_load(path.read_text()) | {"experiments": ["mnist"], "not_run": []}
        assert list(load_config(run, root / "config").experiments) == ["mnist"]


def test_what_is_only_counted_has_its_own_size_and_its_first_phase(root):
    run = {"run": "trial", "experiments": ["mnist"], "not_run": ["cifar10-fc", "lfw"]}
    run["overrides"] = {"lfw": {"training": {"epochs": 1}}}
    config = load_config(run, root / "config")
    assert list(config.counted) == ["cifar10-fc", "lfw-pretrain", "lfw"]
    assert config["lfw"].training.epochs > 1
    assert (list(config.experiments), config.first_phases) == (["mnist"], {})
    assert {"cifar10-fc", "lfw"} <= set(config.default)


@pytest.mark.parametrize("section", ["references: {seed: 2}", "classifier: {epochs: 3}"])
def test_experiments_that_share_reference_rows_must_agree_on_them(root, section):
    run = {"run": "trial", "experiments": ["cifar10-fc", "cifar10-conv"]}
    run |= {"overrides": {"cifar10-fc": yaml.safe_load(section)}}
    said = f"{section.split(':')[0]} differs in the experiments cifar10-fc and cifar10-conv"
    assert said in sentence_of(load_config, run, root / "config")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("comparison.neighbours", 10_000, "must be at most 9999, because 10000 samples are"),
        ("comparison.cells", 50_001, "must be at most 50000, because mnist has 50000 training"),
    ],
)
def test_comparisons_of_too_few_images_are_one_sentence(folder, shipped, key, value, said):
    put(shipped, key, value)
    path = write(folder / "experiments" / "mnist.yaml", shipped)
    assert said in sentence_of(load_experiment, path)


def test_tfd_runs_if_and_only_if_its_file_is_given(root, tmp_path):
    run = {"run": "faces", "experiments": ["mnist", "tfd"]}
    without = load_config(run, root / "config")
    assert (list(without.experiments), list(without.not_run)) == (["mnist"], ["tfd"])
    assert not without.first_phases
    given = run | {"data": {"tfd": {"file": "nowhere/TFD_48x48.mat"}}}  # not looked at yet
    with_file = load_config(given, root / "config")
    assert list(with_file.experiments) == ["mnist", "tfd"]
    assert list(with_file.first_phases) == ["tfd-pretrain"]
    assert not with_file.not_run
    alone = {"run": "faces", "experiments": ["tfd"]}
    assert "data.tfd.file" in sentence_of(load_config, alone, root / "config")


def _phases(folder, shipped, **second):
    """A first phase, and a second that puts one layer in front of it."""
    write(folder / "experiments" / "first.yaml", shipped)
    deeper = copy.deepcopy(shipped)
    deeper["model"]["generator"].insert(0, {"kind": "sigmoid", "units": 100})
    deeper = deeper | {"init_from": "first", "title": "Second"} | second
    write(folder / "experiments" / "second.yaml", deeper)
    return write(folder / "run.yaml", {"run": "trial", "experiments": ["second"]})


def test_a_first_phase_is_part_of_the_run_but_not_of_its_table(folder, shipped):
    config = load_config(_phases(folder, shipped), folder)
    assert list(config.experiments) == ["second"]
    assert list(config.first_phases) == ["first"]
    overrides = {"first": {"training": {"epochs": 3}}}
    run = {"run": "trial", "experiments": ["second"], "overrides": overrides}
    assert load_config(run, folder)["first"].training.epochs == 3


def test_phases_that_do_not_fit_are_one_sentence(folder, shipped):
    run = _phases(folder, shipped, init_from="third")
    assert "experiment 'third' has no file" in sentence_of(load_config, run, folder)
    run = _phases(folder, shipped | {"init_from": "second"})
    assert "in a circle (second -> first -> second)" in sentence_of(load_config, run, folder)
    run = _phases(folder, shipped, model=shipped["model"] | {"generator": [{"kind": "sigmoid"}]})
    assert "not the last layers" in sentence_of(load_config, run, folder)
    run = _phases(folder, shipped, model_space={"name": "dequantised"})
    assert "is in the model_space {'name': 'pixels'}, not in {'name': 'dequantised'" in sentence_of(
        load_config, run, folder
    )
    run = _phases(folder, shipped, **MIXTURE)
    assert "cannot begin a model of the family mixture" in sentence_of(load_config, run, folder)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("model.generator.2.stride", 2, "makes images of 23 x 23, but the data set has 32 x 32"),
        ("model.generator.2.channels", 79, "the layer before deconv needs units: 7900"),
        ("model.generator.1", {"kind": "deconv", "channels": 80, "size": 10}, "for the last layer"),
        ("model.generator.0.sparse", 101, "sparse is 101, more than the 100 inputs"),
        ("objective.discriminator.layers.1.kind", "maxout", "layers[1].units is missing"),
        ("objective.discriminator.layers.0", {"kind": "relu", "units": 5}, "come before all"),
        ("objective.discriminator.layers.0.pool", 1, "pool_stride must be at most pool"),
        ("objective.discriminator.layers.2.kernel", 13, "layers[2] has maps of 1 x 1 and pool: 2"),
        ("model_space.name", "contrast", "model_space.name is 'contrast': must be one of 'pixels'"),
    ],
)
def test_convolutional_networks_that_do_not_fit_are_one_sentence(root, folder, key, value, said):
    content = yaml.safe_load((root / "config/experiments/cifar10-conv.yaml").read_text())
    put(content, key, value)
    path = write(folder / "experiments" / "cifar10-conv.yaml", content)
    assert said in sentence_of(load_experiment, path)


def test_runs_differ_as_their_files_say(root):
    def experiment(run, name):
        return load_config(root / "config" / f"{run}.yaml", root / "config").experiments[name]

    paper = experiment("config", "mnist")
    assert (paper.training.epochs, len(paper.seeds)) == (1500, 5)
    laptop, quick = (experiment(run, "mnist-annealed") for run in ("laptop", "quick"))
    assert quick.training.epochs < 20 < laptop.training.epochs
    assert quick.training.optimiser == laptop.training.optimiser
    assert quick.training.schedule_epochs == laptop.training.schedule_epochs
    for ours in (laptop, quick):
        assert (ours.model, ours.objective) == (paper.model, paper.objective)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        # Keys that do not exist, and where the key meant is
        ("epochs", 5, "unknown key epochs; did you mean training.epochs?"),
        ("titel", "x", "unknown key titel; did you mean title?"),
        (
            f"{LAYER}.iranges",
            0.1,
            "unknown key model.generator[0].iranges; did you mean model.generator.irange?",
        ),
        (
            "training.selection",
            {"rule": "last", "every": 5},
            "unknown key training.selection.every: it belongs to another rule or kind",
        ),
        # Values, a line a kind of mistake
        ("training.epochs", "ten", "training.epochs is 'ten': must be a valid integer"),
        ("training.epochs", True, "training.epochs is True: must be a valid integer"),
        ("training.epochs", 0, "training.epochs is 0: must be greater than 0"),
        (
            "training.optimiser.learning_rate",
            "1e-3",
            "learning_rate is '1e-3': must be a number, and YAML reads this as text: write it as "
            "1.0e-3",
        ),
        ("training.optimiser.learning_rate", "1e-2", "reads this as text: write it as 1.0e-2"),
        ("training.optimiser.learning_rate", "2.5e3", "reads this as text: write it as 2.5e+3"),
        # Numbers that no computation can carry
        ("training.optimiser.learning_rate", 1e308, "is 1e+308: must be 0 or from 1e-15 to 1e+12"),
        ("training.optimiser.learning_rate", 1e-320, "must be 0 or from 1e-15 to 1e+12 in size"),
        ("model.noise.size", 10**30, "must be at most 4294967295"),
        ("parzen.fine_range", [1e-200, 1.0], "must be greater than or equal to 0.000001"),
        ("parzen.grid", {"start": 0.1, "stop": 1e9}, "must be less than or equal to 1000000"),
        ("parzen.fine_tolerance", 1e-9, "must be greater than or equal to 0.000001"),
        ("title", "=cmd()", "must not begin with =, +, - or @, which spreadsheets run"),
        ("remark", "@x", "must not begin with =, +, - or @"),
        ("training.selection", {"every": 5}, "training.selection.rule is missing"),
        ("training.selection", "last", "training.selection is 'last': must hold keys and values"),
        (f"{LAYER}.bias", "mean", "model.generator[0].bias is 'mean': must be a valid number or"),
        (f"{LAYER}.bias", "marginals", "model: bias: marginals is for a last layer of kind"),
        ("model.generator", [], "model.generator is []: must have at least 1 item"),
        ("seeds", 1, "seeds is 1: must be a valid list"),
        ("seeds", [1, 2, 1], "seeds is [1, 2, 1]: must not repeat 1"),
        ("seeds", [1, 2**32], "seeds[1] is 4294967296: must be less than or equal to 4294967295"),
        ("title", None, "title is None: must be a valid string"),
        ("dataset", "MNIST", "dataset is 'MNIST': must be lower-case letters, digits, - and _"),
        # Names of things, and counts of images
        ("dataset", "mnits", "dataset is 'mnits'; known are mnist"),
        ("figures", ["figure3", "previw"], "figures[1] is 'previw'; known are samples, "),
        ("figures", ["previw"], "; did you mean 'previews'?"),
        ("scores", ["fid"], "scores[0] is 'fid'; known are parzen, two_sample, prec"),
        ("objective.discriminator_steps", 2, "discriminator_steps above 1 needs updates: alter"),
        ("parzen.grid", {"start": 1.0, "stop": 0.1}, "parzen.grid: a sigma grid needs start < st"),
        ("parzen.fine_range", [2.0, 0.1], "fine_range must be [low, high] with low < high"),
        (
            "training.selection.sigma_examples",
            10_000,
            "training.selection.sigma_examples is 10000: must be at most 9999, because mnist has "
            "10000 validation images",
        ),
        ("references.kmeans_centroids", 50_001, "references.kmeans_centroids is 50001: must be at"),
        ("num_samples", 19, "num_samples is 19: must be at least 20, because figures has figure2a"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_file_and_key(folder, shipped, key, value, said):
    put(shipped, key, value)
    path = write(folder / "experiments" / "mnist.yaml", shipped)
    text = sentence_of(load_config, folder / "run.yaml", folder)
    assert text.startswith(f"{path}: ")
    assert said in text


NET = {"layers": [{"kind": "maxout", "units": 5}]}
MIXTURE = {"model": {"family": "mixture"}, "objective": {"name": "em"}, "figures": []}
MIXTURE |= {"training": {"epochs": 1, "selection": {"rule": "last"}}, "scores": ["likelihood"]}
MIXTURE |= {"model_space": {"name": "dequantised"}}
LIKELIHOOD = {"name": "maximum_likelihood"}
ADAM = {"name": "adam"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # Words that are not known
        (
            {"model.family": "gann"},
            f"model.family is 'gann': must be one of {', '.join(map(repr, FAMILIES))}; "
            "did you mean 'gan'?",
        ),
        ({"model": {"components": 5}}, "model.family is missing"),
        (
            {"training.optimiser": {"model": {"name": "adgrad"}, "objective": ADAM}},
            "training.optimiser.model.name is 'adgrad': must be one of 'momentum', 'adam', "
            "'rmsprop', 'released_rmsprop', 'adagrad'; did you mean 'adagrad'?",
        ),
        ({"paper": "gan2015"}, "paper is 'gan2015': must be 'gan2014' or 'nice2014'"),
        # Keys of an optimiser, of which one is called like an optimiser
        (
            {"training.optimiser.momentum.initial": 2},
            "training.optimiser.momentum.initial is 2: must be less than 1",
        ),
        (
            {"training.optimiser": ADAM | {"momentum": 0.5}},
            "unknown key training.optimiser.momentum: it belongs to another rule or kind",
        ),
        (
            {"training.optimiser": ADAM | {"schedule": {"kind": "linear"}}},
            "training.optimiser.schedule.end_epoch is missing",
        ),
        # Parts that do not fit together
        (
            {"objective": LIKELIHOOD},
            "objective.name is 'maximum_likelihood', which cannot train the family gan: choose "
            "from adversarial",
        ),
        (
            MIXTURE | {"objective": {"name": "adversarial", "discriminator": NET}},
            "objective.name is 'adversarial', which cannot train the family mixture: choose from "
            "em, maximum_likelihood",
        ),
        (
            {"scores": ["parzen", "likelihood"]},
            "scores[1] is 'likelihood', which needs a family with log_prob, normalise or bits, "
            "unlike gan: leave it out",
        ),
        (
            MIXTURE | {"figures": ["interpolation"]},
            "figures[0] is 'interpolation', which needs a family with decode and prior, unlike "
            "mixture: leave it out",
        ),
        (MIXTURE | {"figures": ["figure3"]}, "figures[0] is 'figure3', which needs a family with"),
        (
            {"training.selection": {"rule": "validation_likelihood"}},
            "training.selection.rule is 'validation_likelihood', which needs a family with "
            "log_prob, unlike gan",
        ),
        (
            MIXTURE | {"model_space": {"name": "pixels"}},
            "scores has likelihood, but the model_space 'pixels' has no density that could be "
            "compared: set model_space: {name: dequantised}",
        ),
        (
            MIXTURE
            | {"model_space": {"name": "pixels"}, "scores": ["parzen"]}
            | {"training.selection": {"rule": "validation_likelihood"}},
            "training.selection.rule is validation_likelihood, but the model_space 'pixels' has "
            "no density that could be compared: set model_space: {name: dequantised}",
        ),
        (
            {"training.optimiser": {"model": ADAM, "critic": ADAM}},
            "but adversarial has the groups model, objective: give one optimiser for all, or one "
            "each",
        ),
        (
            {"training.optimiser": {"model": ADAM}},
            "training.optimiser names model, but adversarial has the groups model, objective",
        ),
        (
            MIXTURE | {"training.optimiser": ADAM},
            "objective em uses no optimiser: leave out training.optimiser",
        ),
        ({"sampler": {}}, "the family gan draws samples in one way: leave out sampler"),
        (
            {"paper": None},
            "figures[0] is 'figure2a', a figure of gan2014: set paper: gan2014, or name another "
            "figure, such as samples",
        ),
        ({"paper": None, "figures": ["figure3"]}, "another figure, such as interpolation"),
        (
            {"figures": ["sigma_curve"], "scores": ["mmd"]},
            "figures[0] is 'sigma_curve', which needs the score parzen: add it to scores",
        ),
        (
            {"figures": ["learning_curve"], "training.selection": {"rule": "last"}},
            "figures[0] is 'learning_curve', which shows validation scores, and the rule last "
            "takes none: leave it out, or choose another training.selection.rule",
        ),
        (
            {"model_space": {"name": "contrast-normalised"}},
            "score_space is 'pixels', into which samples in the model_space 'contrast-normalised' "
            "cannot be mapped: choose from contrast-normalised",
        ),
    ],
)
def test_parts_that_are_not_known_or_do_not_fit_are_one_sentence(folder, shipped, changes, said):
    for key, value in copy.deepcopy(changes).items():
        put(shipped, key, value)
    path = write(folder / "experiments" / "mnist.yaml", shipped)
    text = sentence_of(load_config, folder / "run.yaml", folder)
    assert text.startswith(f"{path}: ")
    assert said in text


@pytest.mark.parametrize(
    "changes",
    [
        MIXTURE,
        MIXTURE | {"objective": LIKELIHOOD, "training.selection": {"rule": "last"}},
        MIXTURE | {"objective": LIKELIHOOD, "training.optimiser": {"model": ADAM}},
        MIXTURE | {"training.selection": {"rule": "validation_likelihood"}},
        MIXTURE | {"figures": ["samples"], "scores": ["parzen", "likelihood"]},
        {"training.optimiser": {"objective": {"name": "rmsprop"}, "model": ADAM}},
        {"training.optimiser": None},
        {"paper": None, "figures": ["samples", "interpolation"]},
        {"model_space": {"name": "dequantised"}},
        {"score_space": {"name": "contrast-normalised"}},
    ],
)
def test_parts_that_fit_load(folder, shipped, changes):
    for key, value in copy.deepcopy(changes).items():
        put(shipped, key, value)
    write(folder / "experiments" / "mnist.yaml", shipped)
    load_config(folder / "run.yaml", folder)


def test_scores_and_figures_that_are_left_out_are_those_that_the_family_can_have(folder, shipped):
    def loaded(**changes):
        content = shipped | changes
        content = {key: value for key, value in content.items() if value is not None}
        return load_experiment(write(folder / "experiments" / "mnist.yaml", content))

    samples_of = ["parzen", "two_sample", "precision_recall", "mmd", "data_copying"]
    general = ["samples", "interpolation", "sigma_curve", "learning_curve", "training_curves"]
    general.append("previews")
    gan = loaded(scores=None, figures=None)
    assert (gan.scores, gan.figures) == ([*samples_of, "parzen_spread", "sampling"], general)
    mixture = loaded(**MIXTURE | {"scores": None, "figures": None})
    assert mixture.scores == [*samples_of, "likelihood", "parzen_spread", "sampling"]
    general.remove("learning_curve")  # its rule takes no validation scores
    assert mixture.figures == [name for name in general if name != "interpolation"]
    in_pixels = MIXTURE | {"scores": None, "model_space": {"name": "pixels"}}
    assert loaded(**in_pixels).scores == gan.scores
    assert loaded(**MIXTURE | {"figures": None}).figures == [
        name for name in general if name not in ("interpolation", "sigma_curve")
    ]


def test_the_optimiser_that_is_left_out_is_that_of_the_objective(folder, shipped):
    released = load_experiment(write(folder / "experiments" / "mnist.yaml", shipped))
    del shipped["training"]["optimiser"]
    path = write(folder / "experiments" / "mnist.yaml", shipped)
    assert load_experiment(path).training.optimiser == released.training.optimiser
    for key, value in copy.deepcopy(MIXTURE | {"objective": LIKELIHOOD}).items():
        put(shipped, key, value)
    own = load_experiment(write(path, shipped)).training.optimiser
    assert own.resolved()["name"] == "adam"
    put(shipped, "objective", {"name": "em"})
    assert load_experiment(write(path, shipped)).training.optimiser is None


def test_the_theory_of_a_paper_is_checked_with_the_run(folder):
    run = {"run": "trial", "experiments": ["mnist"]}
    for theory, said in (
        ({"sed": 2}, "unknown key papers.gan2014.theory.sed; did you mean "),
        ({"offset": "far"}, "papers.gan2014.theory.offset is 'far': must be a valid number"),
        ({"iterations": {"a": 0}}, "papers.gan2014.theory.iterations.a is 0: must be greater"),
    ):
        path = write(folder / "run.yaml", run | {"papers": {"gan2014": {"theory": theory}}})
        assert said in sentence_of(load_config, path, folder)
    path = write(folder / "run.yaml", run | {"theory": {"seed": 2}})
    said = "unknown key theory; did you mean papers.gan2014.theory?"
    assert said in sentence_of(load_config, path, folder)


def test_an_unknown_data_set_has_a_suggestion(folder, shipped):
    path = write(folder / "experiments" / "mnist.yaml", shipped | {"dataset": "mnits"})
    assert sentence_of(load_experiment, path).endswith("did you mean 'mnist'?")


@pytest.mark.parametrize("key", ["dataset", "model.generator", "training.epochs", "objective"])
def test_a_missing_key_is_named(folder, shipped, key):
    *way, last = key.split(".")
    section = shipped
    for part in way:
        section = section[part]
    del section[last]
    path = write(folder / "experiments" / "mnist.yaml", shipped)
    assert sentence_of(load_experiment, path) == f"{path}: {key} is missing"


def test_several_mistakes_are_counted(folder, shipped):
    path = folder / "experiments" / "mnist.yaml"
    write(path, shipped | {"threads": 0, "num_samples": 0})
    assert sentence_of(load_experiment, path).endswith("must be greater than 0 (and 1 more)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"experiments": ["mnits"]}, "experiment 'mnits' has no file"),
        ({"experiments": ["mnits"]}, "yaml; did you mean 'mnist'?"),
        ({"experiments": []}, "run.yaml: experiments is []: must have at least 1 item"),
        ({"experiments": "mnist"}, "run.yaml: experiments is 'mnist': must be a valid list"),
        (
            {"overrides": {"mnits": {}}},
            "run.yaml: overrides.mnits is no experiment; did you mean 'mnist'?",
        ),
        ({"overrides": {"mnits": {}}}, "did you mean 'mnist'?"),
        ({"overrides": {"mnist": 5}}, "run.yaml: overrides.mnist is 5: must hold keys and values"),
        ({"overrides": {"mnist": {"seeds": [1, 1]}}}, "mnist.yaml with the overrides of "),
        ({"overrides": {"mnist": {"training": 5}}}, "training is 5: must hold keys and values"),
        ({"overrides": {7: {}}}, "run.yaml: overrides[7] is 7: must be a valid string"),
        ({"experiment": ["mnist"]}, "run.yaml: unknown key experiment; did you mean experiments?"),
        ({"data": {"miror": "x"}}, "run.yaml: unknown key data.miror; did you mean data.mirror?"),
        ({"run": "../up"}, "run.yaml: run is '../up': must be lower-case letters"),
        ({"experiments": ["mnist", "mnist"]}, "experiments is ['mnist', 'mnist']: must not repeat"),
        ({"experiments": ["a-b", "a_b"]}, "experiments[1] is 'a_b', which differs from 'a-b' only"),
        ({"not_run": ["mnist"]}, "run.yaml: not_run names 'mnist', which experiments names, too"),
        ({"not_run": ["mnits"]}, "run.yaml: experiment 'mnits' has no file"),
        (
            {"overrides": {"mnist": {"training": {"selection": {"rule": "last", "evry": 1}}}}},
            "unknown key training.selection.evry; did you mean training.selection.every?",
        ),
    ],
)
def test_a_wrong_run_file_is_one_sentence(folder, change, said):
    write(folder / "run.yaml", {"run": "trial", "experiments": ["mnist"]} | change)
    assert said in sentence_of(load_config, folder / "run.yaml", folder)


def test_numbers_in_yaml_are_read_as_the_hint_writes_them(folder, shipped):
    for text, number in {"1e-2": 0.01, "2.5e3": 2500.0, "3e5": 3e5}.items():
        put(shipped, "training.optimiser.learning_rate", text)
        path = write(folder / "experiments" / "mnist.yaml", shipped)
        hint = sentence_of(load_experiment, path).rpartition("write it as ")[2]
        assert yaml.safe_load(f"x: {hint}") == {"x": number}


def test_a_path_may_begin_at_home(folder, monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")
    data = {"mirror": "~/data", "tfd": {"file": "~/TFD.mat"}}
    content = {"run": "x", "experiments": ["mnist"], "store_dir": "~/scratch", "data": data}
    run = load_config(write(folder / "run.yaml", content), folder).run
    assert run.store_dir == "/home/someone/scratch"
    assert (run.data.mirror, run.data.tfd.file) == ("/home/someone/data", "/home/someone/TFD.mat")
    content["store_dir"] = "~no-such-user/x"
    said = sentence_of(load_config, write(folder / "run.yaml", content), folder)
    assert "store_dir is '~no-such-user/x': must be a path, and there is no such home" in said


def test_a_run_file_that_is_missing_suggests_one_beside_it(root):
    said = sentence_of(load_config, root / "config/quik.yaml", root / "config")
    assert "config/quik.yaml is missing" in said
    assert said.endswith("; did you mean 'quick'?")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("training.selection.sigma_examples", 9999),
        ("parzen.sigma_examples", 10_000),
        ("references", {"names": ["gaussian"], "num_samples": 10**6, "kmeans_centroids": 10**6}),
        ("references.num_samples", 50_000),
        ("references.seed", 2**32 - 1),
        ("num_samples", 20),
    ],
)
def test_the_largest_counts_load(folder, shipped, key, value):
    put(shipped, key, value)
    load_experiment(write(folder / "experiments" / "mnist.yaml", shipped))


def test_few_samples_are_enough_without_figure2a(folder, shipped):
    few = shipped | {"num_samples": 1, "figures": ["figure3"], "scores": ["parzen"]}
    load_experiment(write(folder / "experiments" / "mnist.yaml", few))


def test_a_sheet_shows_as_many_samples_as_the_configuration_asks_for():
    assert STUDIES["neighbours"].fewest_samples == samples.ROWS * samples.SAMPLES
    assert [i * samples.SAMPLES - 1 for i in range(1, samples.ROWS + 1)] == FRAMED


def test_two_experiments_with_one_title_are_refused(folder, shipped):
    write(folder / "experiments" / "other.yaml", shipped)
    path = write(folder / "run.yaml", {"run": "trial", "experiments": ["mnist", "other"]})
    assert sentence_of(load_config, path, folder) == (
        f"{path}: title is 'Adversarial nets' in the experiments mnist and other, both on mnist: "
        "change one of the titles"
    )
    write(folder / "experiments" / "other.yaml", shipped | {"title": "Other"})
    assert len(load_config(path, folder).experiments) == 2


def test_an_override_may_choose_another_rule(folder):
    change = {"training": {"selection": {"rule": "last"}}, "figures": ["figure2a"]}
    run = {"run": "trial", "experiments": ["mnist"], "overrides": {"mnist": change}}
    loaded = load_config(write(folder / "run.yaml", run), folder).experiments["mnist"]
    assert loaded.training.selection.model_dump() == {"rule": "last"}
    assert loaded.training.epochs == 1500


@pytest.mark.parametrize(
    ("stage", "name", "said"),
    [
        ("reference", "k-means", "reference 'k-means' is not known: choose from training-images, "),
        ("reference", "k-means", "kmeans, gaussian, constant-image; did you mean 'kmeans'?"),
        ("score", "foo", "score 'foo' is not known: choose from parzen"),
        ("score", "likelihood", "score 'likelihood' is not known: choose from parzen"),
        ("figure", "figure9", "figure 'figure9' is not known: choose from samples, "),
        ("study", "neighbour", "choose from neighbours, interpolation; did you mean 'neighbours'?"),
    ],
)
def test_a_stage_without_settings_is_one_sentence(stage, name, said):
    assert said in sentence_of(check_name, stage, name, None)


def test_what_snakemake_merged_is_named_by_its_run(folder):
    merged = {"run": "trial", "experiments": ["mnist"], "store": "x"}
    text = sentence_of(load_config, merged, folder)
    assert text == "run file 'trial': unknown key store; did you mean store_dir?"
    text = sentence_of(lambda *a: load_config(*a, named="config/my.yaml"), merged, folder)
    assert text == "config/my.yaml: unknown key store; did you mean store_dir?"


def test_a_change_of_what_is_no_experiment_suggests_one(folder):
    run = {"run": "trial", "experiments": ["mnist"]}
    text = sentence_of(load_config, run, folder, {"mnits": {"seeds": [2]}})
    assert text == "--set names the experiment 'mnits'; did you mean 'mnist'?"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seeds: [1, 2\n", "mnist.yaml is not YAML: "),
        ("a: b: c\n", "mnist.yaml is not YAML: "),
        ("- mnist\n", "mnist.yaml holds list, where keys and values"),
        ("", "mnist.yaml is empty, where keys and values"),
        ("mnist\n", "mnist.yaml holds str, where keys and values"),
        ("1: 2\n", "mnist.yaml: "),
    ],
)
def test_what_is_no_mapping_in_yaml_is_one_sentence(folder, content, said):
    write(folder / "experiments" / "mnist.yaml", content)
    assert said in sentence_of(load_config, folder / "run.yaml", folder)


def test_a_missing_run_file_is_named(folder):
    text = sentence_of(load_config, folder / "none.yaml", folder)
    assert text == f"{folder / 'none.yaml'} is missing: correct the path"


def test_overrides_merge_mappings_and_replace_lists():
    base = {"a": {"x": 1, "y": 2}, "seeds": [1, 2, 3]}
    assert merge(base, {"a": {"y": 3}, "seeds": [4]}) == {"a": {"x": 1, "y": 3}, "seeds": [4]}
    assert base == {"a": {"x": 1, "y": 2}, "seeds": [1, 2, 3]}


@pytest.mark.parametrize("tag", ["rule", "kind", "family", "name"])
def test_an_override_of_a_tag_replaces_its_mapping(tag):
    base = {"a": {tag: "x", "b": 1}}
    assert merge(base, {"a": {tag: "y"}}) == {"a": {tag: "y"}}
    assert merge(base, {"a": {tag: "x", "c": 2}}) == {"a": {tag: "x", "b": 1, "c": 2}}
    assert merge(base, {"a": {"b": 2}}) == {"a": {tag: "x", "b": 2}}


ONE = {"name": "momentum", "momentum": {"initial": 0.5}}
EACH = {"model": {"name": "adam", "beta1": 0.5}, "objective": {"name": "adam"}}


@pytest.mark.parametrize(
    ("base", "override", "merged"),
    [
        (ONE, EACH, EACH),
        (EACH, ONE, ONE),
        (ONE, {"momentum": {"final": 0.9}}, ONE | {"momentum": {"initial": 0.5, "final": 0.9}}),
        (EACH, {"objective": {"beta1": 0.5}}, EACH | {"objective": {"name": "adam", "beta1": 0.5}}),
        (EACH, {"model": {"name": "rmsprop"}}, EACH | {"model": {"name": "rmsprop"}}),
    ],
)
def test_an_override_may_give_one_optimiser_for_all_or_one_each(base, override, merged):
    assert merge({"optimiser": base}, {"optimiser": override}) == {"optimiser": merged}


def mutate(content, random):
    """Delete, rename or replace one key or item somewhere in nested mappings and lists."""
    places = []

    def visit(at):
        for key in at if isinstance(at, dict) else range(len(at)):
            places.append((at, key))
            if isinstance(at[key], dict | list):
                visit(at[key])

    visit(content)
    at, key = random.choice(places)
    values = [None, "ten", -1, 0, 1.5, True, [], {}, [1], {"a": 1}, "", 10**30, "marginals", "nan"]
    match random.choice(["delete", "rename", "change"]):
        case "delete":
            del at[key]
        case "rename" if isinstance(at, dict):
            at[random.choice([f"{key}x", str(key).upper(), "", 5, True])] = at.pop(key)
        case _:
            at[key] = random.choice(values)


def test_no_mutation_of_the_experiment_ends_in_a_traceback(folder, shipped):
    rng = random.Random(1)
    path = folder / "experiments" / "mnist.yaml"
    loaded, sentences = 0, []
    for _ in range(200):
        content = copy.deepcopy(shipped)
        mutate(content, rng)
        write(path, content)
        try:
            experiment = load_experiment(path)
        except DeepgenError as error:
            sentences.append(str(error))
        else:
            for stage, name in STAGES.values():
                canonical_json(stage_settings(stage, experiment, name))
            loaded += 1
    assert loaded > 10
    assert len(sentences) > 100
    assert [text for text in sentences if not text.startswith(f"{path}: ")] == []
    assert [text for text in sentences if any(word in text for word in JARGON)] == []


@pytest.mark.parametrize("name", ["mnist", "mnist-mixture", "cifar10-conv", "lfw", "tfd"])
def test_no_slice_has_a_key_that_is_absent_in_the_experiment(root, name):
    """So that a new optional key changes the identity of nothing that was made before."""
    experiment = load_experiment(root / f"config/experiments/{name}.yaml")
    for stage, of in STAGES.values():
        of = of if experiment.paper or stage != "figure" else "samples"
        assert "null" not in canonical_json(stage_settings(stage, experiment, of))


def all_numbers_as_integers(value):
    if isinstance(value, dict):
        return {key: all_numbers_as_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [all_numbers_as_integers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.mark.parametrize("stage", STAGES)
def test_a_slice_is_the_same_whether_yaml_says_1_or_1_0(folder, shipped, stage):
    shipped["parzen"] = {"grid": {"start": 0.5, "stop": 2.0}, "fine_range": [1.0, 3.0]}
    shipped["model"]["generator"][0] |= {"irange": 1.0, "bias": 1.0}
    shipped["objective"]["discriminator"]["hidden_keep"] = 1.0
    path = folder / "experiments" / "mnist.yaml"
    texts = []
    for content in (shipped, all_numbers_as_integers(shipped)):
        experiment = load_experiment(write(path, content))
        settings = stage_settings(STAGES[stage][0], experiment, STAGES[stage][1])
        assert json.loads(canonical_json(settings)) == settings
        texts.append(canonical_json(settings))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("key", "value", "stages"),
    [
        ("parzen.grid", {"num": 12}, {"select-sigma", "parzen-spread", "sampling"}),
        ("parzen_spread.resamples", 50, {"parzen-spread"}),
        ("sampling.num_samples", 50, {"sampling"}),
        ("interpolation.steps", 12, {"interpolation", "figure"}),
        ("references.kmeans_centroids", 50, {"reference"}),
        ("num_samples", 50, {"sample"}),
        ("training.batch_size", 50, TRAINING),
        ("training.schedule_epochs", 3000, TRAINING),
        ("training.optimiser.max_gradient_norm", 1.0, TRAINING),
        ("model.noise.size", 50, OF_MODEL),
        ("model_space", {"name": "dequantised"}, OF_MODEL),
        ("score_space", {"name": "contrast-normalised"}, ALL - OF_DATA - {"likelihood"}),
        ("threads", 2, ALL - OF_DATA - FIGURES),
        ("objective.discriminator_scale", 1, TRAINING),
        ("comparison.cells", 5, {"data_copying"}),
        ("comparison.neighbours", 3, {"precision_recall"}),
        ("comparison.held_out", "valid", {"data_copying", "precision_recall"}),
        ("classifier.epochs", 5, {"classify"}),
        ("likelihood.draws", 3, {"likelihood"}),
        ("figures", ["figure3"], set()),
        ("scores", ["parzen"], set()),
        ("title", "GAN", FIGURES),
    ],
)
def test_a_setting_reaches_only_the_stages_that_depend_on_it(folder, shipped, key, value, stages):
    path = folder / "experiments" / "mnist.yaml"
    before = load_experiment(path)
    put(shipped, key, value)
    after = load_experiment(write(path, shipped))
    changed = {
        stage
        for stage, (kind, name) in STAGES.items()
        if stage_settings(kind, before, name) != stage_settings(kind, after, name)
    }
    assert changed == stages


def test_a_first_phase_of_another_family_is_refused(folder, shipped, root):
    mixture = yaml.safe_load((root / "config/experiments/mnist-mixture.yaml").read_text())
    mixture |= {"model_space": {"name": "pixels"}, "scores": ["parzen"]}
    for name, content in (("mixture", mixture), ("mnist", shipped | {"init_from": "mixture"})):
        (folder / f"experiments/{name}.yaml").write_text(yaml.safe_dump(content))
    text = sentence_of(load_config, {"run": "x", "experiments": ["mnist"]}, folder)
    assert "init_from of mnist is 'mixture', which is of the family mixture: change one" in text


def test_more_gaussians_than_images_are_refused(root):
    override = {"mnist-mixture": {"model": {"components": 50_001}}}
    path = root / "config/experiments/mnist-mixture.yaml"
    text = sentence_of(load_experiment, path, override, "x")
    assert "model.components is 50001: must be at most 50000" in text


def test_an_ablation_is_what_it_varies_but_for_its_own_keys(folder):
    write(
        folder / "experiments" / "varied.yaml",
        {"ablation_of": "mnist", "title": "Varied", "objective": {"generator_loss": "minimax"}},
    )
    budget = {"seeds": [1, 2], "training": {"epochs": 10}}
    run = {"run": "trial", "experiments": ["mnist", "varied"], "overrides": {"mnist": budget}}
    config = load_config(write(folder / "run.yaml", run), folder)
    base, varied = config.experiments.values()
    assert varied.objective.generator_loss == "minimax"
    assert varied.resolved() == base.resolved() | {
        "ablation_of": "mnist",
        "title": "Varied",
        "objective": base.objective.resolved() | {"generator_loss": "minimax"},
    }
    assert (varied.training.epochs, varied.seeds) == (10, [1, 2])
    # Its own overrides win over those of what it varies
    run["overrides"]["varied"] = {"training": {"epochs": 3}}
    config = load_config(write(folder / "run.yaml", run), folder)
    assert [e.training.epochs for e in config.experiments.values()] == [10, 3]


@pytest.mark.parametrize(
    ("varied", "sentence"),
    [
        ("mnits", r"other\.yaml: experiment 'mnits' has no file .*; did you mean 'mnist'\?"),
        ("varied", r"other\.yaml: ablation_of is 'varied', which varies another one itself"),
        ("other", r"other\.yaml: ablation_of is 'other', which varies another one itself"),
        ("../other", r"other\.yaml: ablation_of is '../other': name an experiment, lower-case"),
        (["mnist"], r"other\.yaml: ablation_of is \['mnist'\]: name an experiment"),
        ("m" * 300, r"other\.yaml: ablation_of is 'mmm.*: name an experiment"),
    ],
)
def test_an_ablation_of_nothing_or_of_an_ablation_is_refused(folder, varied, sentence):
    path = folder / "experiments" / "varied.yaml"
    write(path, {"ablation_of": "mnist", "title": "Varied"})
    path = write(path.with_name("other.yaml"), {"ablation_of": varied, "title": "Other"})
    with pytest.raises(DeepgenError, match=sentence):
        load_experiment(path)

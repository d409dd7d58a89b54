"""`--set`: one setting of a file that differs, under the checks of all others."""

import pytest

from deepgen import stage_command
from deepgen.cli import main
from deepgen.config import parse_changes
from deepgen.errors import DeepgenError

RATE = "training.optimiser.learning_rate"


@pytest.fixture
def resolved(root, tiny_data, tmp_path, monkeypatch, capsys):
    """The settings of a training that these options give, or the sentence that refuses them."""
    monkeypatch.chdir(root)
    found = []
    monkeypatch.setattr(stage_command, "run_training", lambda job, *_: found.append(job))

    def ask(settings, *changes):
        words = ["train", "--seed", "1", "--settings", settings, "--data", str(tiny_data)]
        words += ["--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
        code = main([*words, *(word for change in changes for word in ("--set", change))])
        error = capsys.readouterr().err.splitlines()
        assert (code, len(error)) in ((0, 0), (1, 1))
        return error[0] if error else found.pop().settings

    return ask


def test_settings_of_an_experiment_file_are_changed(resolved):
    path, adam = "config/experiments/mnist.yaml", {"name": "adam", "learning_rate": 0.05}
    before = resolved(path)["training"]
    after = resolved(path, f"{RATE}=0.05", "training.epochs=3")["training"]
    assert after == before | {
        "optimiser": before["optimiser"] | {"learning_rate": 0.05},
        "epochs": 3,
    }
    whole = resolved(path, "training.optimiser={name: adam, learning_rate: 0.05}")["training"]
    assert adam.items() <= whole["optimiser"].items()
    assert "momentum" not in whole["optimiser"]


def test_a_change_lies_over_the_overrides_of_a_run(resolved):
    path = "config/quick.yaml:mnist-annealed"
    before, after = resolved(path), resolved(path, "training.selection.every=2")
    assert (before["training"]["selection"]["every"], before["training"]["epochs"]) != (2, 100)
    assert after["training"]["selection"].pop("every") == 2
    before["training"]["selection"].pop("every")
    assert after == before


def test_the_order_of_changes_does_not_matter(resolved):
    changes = [f"{RATE}=0.002", "training.optimiser.name=adam"]
    one, other = (resolved("config/experiments/mnist.yaml", *c) for c in (changes, changes[::-1]))
    assert one == other
    assert one["training"]["optimiser"]["learning_rate"] == 0.002


@pytest.mark.parametrize(
    ("settings", "changes", "said"),
    [
        ("quick.yaml:mnist-annealed", ["training.optimiser.lerning_rate=1"], f"mean {RATE}?"),
        ("experiments/mnist.yaml", ["training.epcohs=1"], "did you mean training.epochs?"),
        ("experiments/mnist.yaml", ["training.epochs=few"], "training.epochs is 'few': must be"),
        ("experiments/mnist.yaml", ["training.epochs"], "write it as KEY=VALUE"),
        ("experiments/mnist.yaml", ["training..epochs=1"], "write it as KEY=VALUE"),
        ("experiments/mnist.yaml", ["training.epochs={"], "the value is not YAML"),
        ("experiments/mnist.yaml", ["seeds=1", "seeds=2"], "another --set gives seeds"),
        ("experiments/mnist.yaml", ["seeds=1", "seeds.a=2"], "another --set gives seeds.a"),
        ("quick.yaml:mnist", ["training.epochs=1"], "does not train mnist"),
        ("quick.yaml:gan2014", ["training.epochs=1"], "gan2014 is a paper"),
        ('{"model": {}}', ["training.epochs=1"], "--set goes with a file as --settings"),
    ],
)
def test_a_wrong_change_is_one_sentence(resolved, settings, changes, said):
    path = settings if settings.startswith("{") else f"config/{settings}"
    assert said in resolved(path, *changes)


def test_what_snakemake_makes_of_its_config_is_read_or_refused():
    one = {"mnist": {"training": {"epochs": 3}}}
    assert parse_changes("mnist.training.epochs=3") == one
    assert parse_changes(["mnist.training.epochs=3"]) == one
    for wrong in (3, [["a=1"]], {"m.selection={rule": "last}"}):
        with pytest.raises(DeepgenError, match="write it as KEY=VALUE"):
            parse_changes(wrong)

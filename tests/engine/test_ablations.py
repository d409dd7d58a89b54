"""Which experiments of a run vary another one, and in what."""

from deepgen.config import load_config
from deepgen.engine.ablations import ablations
from deepgen.engine.plan import Plan


def test_an_ablation_follows_what_it_varies_and_says_every_changed_key(root):
    run = {"run": "trial", "experiments": ["mnist-two-steps", "mnist", "mnist-no-dropout"]}
    found = ablations(load_config(run, root / "config").experiments)
    assert list(found) == ["mnist", "mnist-two-steps", "mnist-no-dropout"]
    assert found["mnist"] == {"ablation_of": "", "changed": ""}
    assert found["mnist-two-steps"] == {
        "ablation_of": "mnist",
        "changed": "objective.updates alternating (simultaneous); "
        "objective.discriminator_steps 2 (1)",
    }
    assert "hidden_keep 1 (0.5)" in found["mnist-no-dropout"]["changed"]


def test_only_runs_with_ablations_have_the_key(root):
    plan = Plan(load_config(root / "config/ablations.yaml", root / "config"))
    assert len(plan.resolved("table", "", "")["ablations"]) == 6
    assert len(plan.resolved("report", "", "index")["ablations"]) == 6
    assert "ablations" not in plan.resolved("report", "", "mnist")
    plan = Plan(load_config(root / "config/quick.yaml", root / "config"))
    assert "ablations" not in plan.resolved("table", "", "")

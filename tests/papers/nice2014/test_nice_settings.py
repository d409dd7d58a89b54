"""The paper's settings of a run file reach its studies and figures, and nothing else."""

import pytest
import yaml

from deepgen.config import load_config
from deepgen.data.registry import DATASETS
from deepgen.engine.plan import Plan
from deepgen.errors import DeepgenError

STAGES = [("study", "inpainting"), ("study", "sphere"), ("figure", "figure6"), ("train", "")]


def resolved(root, **papers):
    run = {"run": "trial", "experiments": ["mnist-nice"], "papers": papers}
    plan = Plan(load_config(run, root / "config"))
    return {entry: plan.resolved(entry[0], "mnist-nice", entry[1]) for entry in STAGES}


def test_settings_of_the_paper_reach_what_uses_them(root):
    before = resolved(root)
    after = resolved(root, nice2014={"inpainting": {"frames": 5}})
    assert before["study", "inpainting"]["inpainting"]["frames"] == 70
    assert after["study", "inpainting"]["inpainting"]["frames"] == 5
    changed = [entry for entry in STAGES if before[entry] != after[entry]]
    assert changed == [("study", "inpainting"), ("figure", "figure6")]


def test_too_few_images_for_whitening_are_refused_at_planning(root, monkeypatch, tmp_path):
    few = DATASETS["cifar10"].model_copy(update={"sizes": {"train": 3000}})
    monkeypatch.setitem(DATASETS, "cifar10", few)
    (tmp_path / "experiments").mkdir()
    content = yaml.safe_load((root / "config/experiments/cifar10-nice.yaml").read_text())
    content["references"] = {"names": []}
    (tmp_path / "experiments/small.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(DeepgenError, match="3000 training images are too few to whiten 3072") as e:
        load_config({"run": "trial", "experiments": ["small"]}, tmp_path)
    assert "\n" not in str(e.value)

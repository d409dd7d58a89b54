"""What stands in the report for an experiment that a run leaves out."""

import json

import pytest
from made_pages import written
from made_run import MadeRun

from deepgen.errors import DeepgenError
from deepgen.report.not_run import state
from deepgen.report.wording import about

FACES = [
    {"updates": 49_056, "flop_per_update": 73_900_000_000},
    {"updates": 21_600, "flop_per_update": 74_900_000_000},
]


def counted(operations, **more):
    return {"seeds": 1, "operations": operations} | more


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"how_to_get": "Ask its authors."}, ("not run.", "Ask its authors.")),
        (
            counted(FACES, run_by="config/config.yaml"),
            (
                "not run here:",
                "49,056 updates of 73.9 GFLOP and 21,600 updates of 74.9 GFLOP, about 2 minutes "
                "on a GPU of 50 TFLOP/s; config/config.yaml runs it.",
            ),
        ),
        (
            counted([{"updates": 10**6, "flop_per_update": 9 * 10**10}], seeds=5),
            (
                "not run here:",
                "5 trainings of 1,000,000 updates of 90.0 GFLOP, about 2.5 hours on a GPU of 50 "
                "TFLOP/s.",
            ),
        ),
        (
            counted([{"updates": 5, "flop_per_update": None}], how_to_get="Ask."),
            ("not run here:", "its fit has no updates, so its operations are not counted. Ask."),
        ),
    ],
)
def test_why_and_what_it_would_take(entry, said):
    assert state(entry) == said


def test_times_are_rough():
    assert [about(s) for s in (0, 99, 101, 5999, 6001, 36_000)] == [
        *("0 seconds", "99 seconds", "2 minutes", "100 minutes", "1.7 hours", "10 hours")
    ]


@pytest.fixture
def made(tmp_path):
    made = MadeRun(tmp_path)
    entry = {
        "experiment": "cifar10-fc",
        "dataset_title": "CIFAR-10",
        "model": "Adversarial nets, fully connected",
        "seeds": 1,
        "figures": ["figure2c", "figure3"],
        "phases": ["cifar10-fc"],
        "run_by": "config/config.yaml",
    }
    stand_in = {"dataset_title": "LFW faces", "model": "Wide nets", "figures": ["figure2b_lfw"]}
    made.settings["not_run"] += [entry, entry | stand_in]
    content = {"updates": 400_000, "flop_per_update": 95_963_840_000}
    path = made.write("cifar10-fc/operations.json", json.dumps(content))
    made.inputs["operations:cifar10-fc"] = path
    return made


def test_pages_show_it_in_the_summary_and_under_its_panel(made):
    cost = "400,000 updates of 96.0 GFLOP, about 13 minutes on a GPU of 50 TFLOP/s"
    for page in ("index", "gan2014"):
        text = written(made, page)
        assert f"CIFAR-10, Adversarial nets, fully connected: not run here: {cost}" in text
        assert 'href="../cifar10-fc/operations.json"' in text
    panel = "Figure 2 c of the paper (CIFAR-10, fully connected model): not run here.</strong>"
    assert f"{panel} Its cost is in the summary." in text
    assert "In place of Figure 2 b (LFW faces, Wide nets): not run here.</strong>" in text
    assert "Figure 2 d of the paper (CIFAR-10, convolutional" in text
    assert "not run.</strong> No experiment of this run shows CIFAR-10 in this way." in text


def test_a_page_without_the_count_is_refused(made):
    del made.inputs["operations:cifar10-fc"]
    with pytest.raises(DeepgenError, match="report needs operations:cifar10-fc: add it"):
        written(made, "index")

"""The study `theory`, with a training of a second."""

import numpy as np
import pytest
from made_settings import theory_settings

from deepgen.engine.resolve import paper_settings
from deepgen.errors import DeepgenError
from deepgen.papers.gan2014.figures import figure1
from deepgen.papers.gan2014.figures import theory as theory_figure
from deepgen.papers.gan2014.settings import Theory
from deepgen.papers.gan2014.theory.one_dimensional import Pair
from deepgen.papers.gan2014.theory.panels import collect, play
from deepgen.report.read import load
from deepgen.settings import Run
from deepgen.stages.study import study


def slice_of(**changes) -> dict:
    """The settings of the stage."""
    settings = {"study": "papers.gan2014.theory.theory", "threads": 1}
    return settings | {"theory": theory_settings(**changes)}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("theory")
    study(out, slice_of())
    return out


def test_a_rerun_gives_the_same_bytes(results, tmp_path):
    study(tmp_path, slice_of())
    for name in ("figure1.npz", "theory.npz"):
        assert (tmp_path / name).read_bytes() == (results / name).read_bytes()
    study(tmp_path, slice_of(seed=2))
    assert (tmp_path / "figure1.npz").read_bytes() != (results / "figure1.npz").read_bytes()


def test_panels_follow_the_phases(results):
    a = load(results / "figure1.npz")
    assert all(a[name].dtype == np.float64 for name in ("p_data", "p_g", "d", "d_star", "jsd"))
    # D alone is trained from (a) to (b), G alone from (b) to (c)
    assert np.array_equal(a["p_g"][0], a["p_g"][1])
    assert not np.array_equal(a["d"][0], a["d"][1])
    assert np.array_equal(a["d"][1], a["d"][2])
    assert not np.array_equal(a["p_g"][1], a["p_g"][2])
    assert a["max_gap"][1] < a["max_gap"][0]
    there = a["p_data"] + a["p_g"] > 0
    both = np.where(there, a["p_data"] + a["p_g"], 1)
    assert a["d_star"][there] == pytest.approx((a["p_data"] / both)[there])


def test_the_shipped_settings_end_close_to_the_data():
    """Half a minute: that it ends so is what the figure is for."""
    settings = Theory().resolved()
    a = collect(list(play(Pair(settings), settings)), settings)
    assert a["total_variation"][3] < 0.08 < a["total_variation"][0]
    assert a["jsd"][3] < 0.015
    low, high = a["region"][3]
    inside = (a["x"] >= low) & (a["x"] <= high)
    assert np.abs(a["d"][3][inside] - 0.5).max() < 0.1
    assert (np.diff(a["g_of_z"][3]) > 0).all()  # so no arrows cross


def test_distances_are_those_of_the_arrays(results):
    a = load(results / "figure1.npz")
    step = a["x"][1] - a["x"][0]
    for panel in range(4):
        p, q = a["p_data"], a["p_g"][panel]
        m = (p + q) / 2
        kl = [f[f > 0] * np.log(f[f > 0] / m[f > 0]) for f in (p, q)]
        assert a["total_variation"][panel] == pytest.approx(np.abs(p - m).sum() * step, abs=1e-6)
        assert a["jsd"][panel] == pytest.approx(sum(map(np.sum, kl)) * step / 2, abs=1e-6)
        low, high = a["region"][panel]
        inside = (a["x"] >= low) & (a["x"] <= high)
        assert np.sum(m[inside]) * step == pytest.approx(a["mass"], abs=0.01)
        gap = np.abs(a["d"] - a["d_star"])[panel][inside].max()
        assert a["max_gap"][panel] == gap


def test_the_second_file_shows_the_propositions(results):
    a = load(results / "theory.npz")
    assert (np.diff(a["criterion"]) < 1e-12).all()
    assert a["criterion"][-1] == pytest.approx(-np.log(4), abs=1e-4)
    assert np.abs(a["p_g"][-1] - a["p_data"]).max() < 0.02
    small = np.diff(np.log(a["error"][:5])) / np.diff(np.log(a["sigma"][:5]))
    assert small == pytest.approx(2, abs=0.15)


def test_both_figures_are_drawn_from_the_files(results):
    first, second = load(results / "figure1.npz"), load(results / "theory.npz")
    assert len(figure1.draw({"figure1": first}, {}).axes) == 4
    assert f"{first['jsd'][3]:.4f} nats" in figure1.caption({"figure1": first}, {})
    assert len(theory_figure.draw({"theory": second}, {}).axes) == 4


def test_a_generator_that_runs_away_is_reported(tmp_path):
    with pytest.raises(DeepgenError, match="lower the learning rates"):
        study(tmp_path, slice_of(generator_rate=100.0))
    assert not list(tmp_path.glob("*.npz"))


def test_the_slice_of_a_run_has_the_same_keys():
    """So that the settings of these tests are those of a real one."""
    run = Run(run="trial", experiments=["mnist"])
    found, made = paper_settings("study", run, "gan2014", "theory", {}), slice_of()
    assert found.keys() == made.keys()
    assert found["study"] == made["study"]
    assert found["theory"].keys() == made["theory"].keys()
    for section in ("model", "objective", "iterations"):
        assert found["theory"][section].keys() == made["theory"][section].keys()

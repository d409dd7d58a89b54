"""Figure 1 and the figure of section 4: what is drawn and what their captions say."""

import numpy as np
import pytest

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.papers.gan2014.figures import figure1, theory
from deepgen.papers.gan2014.theory.theory import proposition_2


def four_panels(shift_at_the_end=0.0) -> dict[str, np.ndarray]:
    """Arrays like the study's: p_g comes nearer to p_data from panel to panel."""
    x, z = np.linspace(-6, 6, 601), np.linspace(-1.7, 1.7, 15)
    shifts = np.array([0.6, 0.6, 0.3, shift_at_the_end])[:, None]
    p_data = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    p_g = np.exp(-((x - shifts) ** 2) / 2) / np.sqrt(2 * np.pi)
    d_star = p_data / (p_data + p_g)
    return {
        "x": x,
        "p_data": p_data,
        "p_g": p_g,
        "d": np.clip(d_star + 0.01 * np.sin(x), 0, 1),
        "d_star": d_star,
        "z": z,
        "g_of_z": np.sinh(z) / 1.2 + shifts,
        "total_variation": np.abs(p_data - p_g).sum(axis=1) * (x[1] - x[0]) / 2,
        "jsd": shifts[:, 0] ** 2 / 8 + 0.0004,
        "max_gap": np.array([0.2, 0.012, 0.1, 0.01]),
        "region": np.tile([-2.0, 2.0], (4, 1)),
        "mass": np.array(0.95),
        "iterations": np.array([4, 300, 1, 2000]),
        "before": np.array(2500),
        "offset": np.array(0.6),
        "discriminator_steps": np.array(5),
        "seed": np.array(7),
    }


def identity() -> dict[str, np.ndarray]:
    sigma = np.geomspace(0.003, 0.3, 13)
    return proposition_2() | {"sigma": sigma, "error": 4 * sigma**2 / (1 + sigma)}


CASES = {"figure1": (figure1, four_panels), "theory": (theory, identity)}


@pytest.mark.parametrize("name", CASES)
def test_drawn_twice_the_same(name, tmp_path):
    module, made = CASES[name]
    assert list(module.INPUTS) == [name]
    for kind in ("png", "pdf"):
        files = [tmp_path / f"{turn}.{kind}" for turn in (1, 2)]
        for path in files:
            style.save(module.draw({name: made()}, {}), path, kind)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_panels_show_the_curves_of_the_arrays_and_arrows_from_z_to_x():
    arrays = four_panels()
    axes = figure1.draw({"figure1": arrays}, {}).axes
    assert len(axes) == 4
    for panel, drawn in enumerate(axes):
        curves = [line.get_ydata() for line in drawn.lines if len(line.get_xdata()) == 601]
        peak = arrays["p_data"].max()
        for name in ("p_g", "d"):
            expected = arrays[name][panel] / (peak if name == "p_g" else 1)
            assert any(np.array_equal(curve, expected) for curve in curves)
        shown = any(np.array_equal(curve, arrays["d_star"][panel]) for curve in curves)
        assert shown == (panel == 1)
        arrows = [text for text in drawn.texts if getattr(text, "arrow_patch", None)]
        assert [arrow.xy[0] for arrow in arrows] == list(arrays["g_of_z"][panel])
        # z runs to the right in even steps, as in the paper
        assert np.diff([arrow.xyann[0] for arrow in arrows]) == pytest.approx(
            arrows[1].xyann[0] - arrows[0].xyann[0]
        )
        assert arrows[1].xyann[0] > arrows[0].xyann[0]
        assert "1/2" in [text.get_text() for text in drawn.texts]
        assert any(list(line.get_ydata()) == [0.5, 0.5] for line in drawn.lines)


def test_the_caption_says_what_came_out():
    text = figure1.caption({"figure1": four_panels()}, {})
    for fact in ("A trained pair", "k = 5", "seed 7", "0.200", "0.012", "0.0004 nats"):
        assert fact in text
    assert "1,500 more updates of D" in text
    assert "p_g is close to p_data" in text
    assert "differ on 0.0% of their mass" in text
    assert "After 1 update of G" in text
    missed = figure1.caption({"figure1": four_panels(0.9)}, {})
    assert "p_g is close to p_data" not in missed
    assert "not come closer" in missed


@pytest.mark.parametrize("shift", [0.0, 0.9])
def test_the_caption_says_that_the_seed_was_chosen(shift):
    text = figure1.caption({"figure1": four_panels(shift) | {"seed": np.array(4)}}, {})
    assert (
        "seed 4; the default settings were chosen among about thirty by how close p_g ends" in text
    )
    assert "others can end further away" in text


def test_distances_to_the_optimum_name_where_they_were_taken():
    """The central region in the panels; the caption adds the largest one in the picture."""
    arrays = four_panels() | {"d": four_panels()["d_star"]}
    arrays["d"][1, np.argmin(np.abs(arrays["x"] - 3))] -= 0.125
    arrays["d"][:, [0, -1]] = 0.999  # far outside the picture
    drawn = figure1.draw({"figure1": arrays}, {})
    notes = [[text.get_text() for text in axes.texts] for axes in drawn.axes]
    assert "max |D − D*| = 0.200, central 95%" in notes[0]
    assert "max |D − D*| = 0.012, central 95%" in notes[1]
    text = figure1.caption({"figure1": arrays}, {})
    assert "the largest distance there is 0.012, and 0.12 over all drawn x" in text


def test_the_captions_number_is_the_distance_from_a_half():
    arrays = four_panels()
    arrays["d"][3] = np.where(np.abs(arrays["x"]) < 2.5, 0.5, 1.0)
    arrays["d"][3][300] = 0.625
    assert "within 0.125 of 1/2" in figure1.caption({"figure1": arrays}, {})


def test_the_theory_caption_measures_descent_and_order():
    arrays = identity()
    text = theory.caption({"theory": arrays}, {})
    assert "never rises" in text
    assert "power 1.99" in text
    arrays["criterion"][3:5] = arrays["criterion"][4:2:-1]
    assert "rises in 1 step" in theory.caption({"theory": arrays}, {})


def test_arrays_that_do_not_fit_are_refused():
    arrays = four_panels()
    with pytest.raises(DeepgenError, match="four panels"):
        figure1.draw({"figure1": arrays | {"p_g": arrays["p_g"][:3]}}, {})
    arrays = identity()
    with pytest.raises(DeepgenError, match="run deepgen study again"):
        theory.draw({"theory": arrays | {"p_g": arrays["p_g"][1:]}}, {})

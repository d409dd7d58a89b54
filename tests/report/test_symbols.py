"""Indices of symbols are set low on a page, and what is no symbol stays as it is."""

import pytest
from made_pages import written
from made_run import MadeRun

from deepgen.report.symbols import typeset


@pytest.mark.parametrize("name", ["figure2b_lfw", "batch_size", "x_rays", "s_1.png", "x^2", "_T"])
def test_names_of_files_and_settings_stay(name):
    assert typeset(name) == name


def test_a_caption_is_typeset_and_still_escaped(tmp_path):
    made = MadeRun(tmp_path)
    caption = made.inputs["caption:mnist/figure2a"]
    caption.write_text("p_g comes to p_data; C_T is <b>below</b> max_D V.\n")
    page = written(made, "mnist")
    assert "<i>p</i><sub>g</sub> comes to <i>p</i><sub>data</sub>" in page
    assert "<i>C</i><sub>T</sub> is &lt;b&gt;below&lt;/b&gt; max<sub>D</sub> V." in page

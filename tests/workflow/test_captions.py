"""Captions for `snakemake --report`, rendered as Snakemake does it, give no warning."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

CAPTIONS = sorted((Path(__file__).parents[2] / "workflow/captions").glob("*.rst"))
# A rule of an experiment has wildcards, one of a paper has none
WILDCARDS = [
    SimpleNamespace(experiment="mnist-annealed", figure="figure2a_ours"),
    SimpleNamespace(experiment="", figure=""),
]


@pytest.mark.parametrize("caption", CAPTIONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("wildcards", WILDCARDS, ids=["experiment", "paper"])
def test_a_caption_is_sound(caption, wildcards):
    outputs = [f"results/x_/report/figures/y_/figure2a{end}" for end in (".png", ".pdf", ".txt")]
    snakemake = SimpleNamespace(output=outputs, wildcards=wildcards)
    template = Environment(undefined=StrictUndefined).from_string(caption.read_text())
    text = template.render(snakemake=snakemake)
    halt = {"halt_level": 2, "report_level": 2}  # a warning raises
    shown = publish_parts(text, writer="html", settings_overrides=halt)["body"]
    assert "<blockquote>" not in shown

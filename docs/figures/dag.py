"""Rules of a run as stages: reads `snakemake --rulegraph`, writes what `tred | dot -Tsvg` draws.

`make dag` makes docs/figures/dag.svg with it.
"""

import re
import sys

# What rules are called in the figure; the others bear the name of their stage
STAGES = [
    (r"fetch_.*", "fetch"),
    (r"prepare_.*", "prepare"),
    (r"study_.*_theory", "theory"),
    (r"study_.*", "study"),
    (r"draw_.*", "figure"),
    (r"write_.*", "report"),
    (r"make_tables", "table"),
    (r"make_reference", "reference"),
    (r"count_operations", "count"),
    (r"score_under_window", "Parzen score"),
    (r"score", "other scores"),
    (r"parzen_spread", "Parzen spread"),
    (r"select_sigma", "select sigma"),
]
STYLE = """\
  graph [rankdir=LR, bgcolor="transparent", margin=0, nodesep=0.16, ranksep=0.42];
  node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#4a6785", fontsize=14,
        fontname="sans-serif", height=0.36, margin="0.13,0.04"];
  edge [color="#8a97a5", arrowsize=0.6];
"""


def stage(rule: str) -> str:
    """The stage that a rule runs."""
    return next((name for pattern, name in STAGES if re.fullmatch(pattern, rule)), rule)


def as_stages(rulegraph: str) -> str:
    """A rule graph in which rules of one stage are one box, without the target `all`."""
    names = {n: stage(rule) for n, rule in re.findall(r'(\d+)\[label = "(\w+)"', rulegraph)}
    pairs = [(names[a], names[b]) for a, b in re.findall(r"(\d+) -> (\d+)", rulegraph)]
    arrows = dict.fromkeys(f'  "{a}" -> "{b}";\n' for a, b in pairs if a != b and b != "all")
    return f"digraph stages {{\n{STYLE}{''.join(arrows)}}}\n"


if __name__ == "__main__":
    sys.stdout.write(as_stages(sys.stdin.read()))

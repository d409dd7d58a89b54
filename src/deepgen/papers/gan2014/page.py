"""The paper's page: its tables and figures under its numbers, with ours beside them."""

from pathlib import Path
from typing import Any

from deepgen.papers.gan2014 import templates
from deepgen.papers.gan2014.numbered import figure, figure2
from deepgen.papers.gan2014.table1 import table1_printed
from deepgen.papers.gan2014.table2 import table2_printed
from deepgen.report.contents import Material
from deepgen.report.costs import costs_printed
from deepgen.report.long_form import to_csv
from deepgen.report.printed import to_latex, to_markdown
from deepgen.report.report import render
from deepgen.report.runs import unfinished
from deepgen.report.sampling import sampling_printed
from deepgen.report.summary import summary
from deepgen.report.untrained import reasons

FOLDER = Path(templates.__file__).parent


def page(material: Material, settings: dict[str, Any]) -> dict[str, str]:
    """The page and the tables beside it: {file: text}.

    Args:
        material: Of the paper's experiments.
        settings: As for `deepgen.report.report.index`, with the paper's experiments alone.
    """
    experiments, not_run = settings["experiments"], settings["not_run"]
    pictures, made = material.pictures, material.made
    table1 = table1_printed(made.parzen, not_run)
    table2 = table2_printed(material.costs, material.manifests, made, experiments)
    ways = sampling_printed(made.sampling, material.manifests)
    untrained = reasons(made.parzen)
    trained = experiments | settings["first_phases"]
    short = {name: unfinished(name, trained, material.runs) for name in experiments}
    figure1, figure3 = (figure(number, pictures, short, untrained) for number in "13")
    theory, ranking = (
        [picture for name, picture in pictures.items() if name.endswith(f"/{own}")]
        for own in ("theory", "ranking")
    )
    sections = [
        ("theory", "Figure 1 and the theory", figure1 or theory),
        ("table-1", "Table 1: Parzen window log-likelihood", True),
        ("figure-2", "Figure 2: samples", True),
        ("figure-3", "Figure 3: lines in z space", figure3),
        ("table-2", "Table 2: challenges and costs", True),
    ]
    html = render(
        "page.html",
        material,
        settings,
        FOLDER,
        paper=settings["papers"][0],
        summary=[summary(made, material.runs, experiments, not_run)],
        contents={id: heading for id, heading, there in sections if there},
        figure1=figure1,
        theory=theory,
        figure2=figure2(pictures, not_run, short, untrained),
        figure3=figure3,
        table1=table1,
        ranking=ranking,
        table2=[*table2, *ways, costs_printed(material.costs, experiments)],
    )
    return {
        f"{settings['page']}.html": html,
        "tables/table1.csv": to_csv(made.parzen),
        "tables/table1.md": to_markdown(table1),
        "tables/table1.tex": to_latex(table1),
        "tables/table2.md": to_markdown(table2),
        "tables/table2.tex": to_latex(table2),
    }

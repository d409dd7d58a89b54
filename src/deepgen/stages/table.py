"""Stage `table`: the tables of Parzen scores, likelihoods and comparing scores of a run."""

from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.files import write_text
from deepgen.report.ablations import ablations, ablations_printed
from deepgen.report.likelihoods import likelihoods_printed
from deepgen.report.long_form import measured, to_csv
from deepgen.report.parzen import parzen_printed
from deepgen.report.parzen_spread import parzen_spread_printed
from deepgen.report.printed import to_latex, to_markdown
from deepgen.report.roles import per_image, roles
from deepgen.report.sampling import sampling_printed
from deepgen.report.scores import scores_printed
from deepgen.stages.published import published


def table(inputs: dict[str, Path], out: Path, settings: dict[str, Any]) -> None:
    """Write all tables, each as `.csv` (long form), `.md` and `.tex`.

    Args:
        inputs: `<score>:<experiment>/<source>`: a file `<score>.json`, for every row and each of
            its scores, as `parzen:mnist/seed-1/selected`; where one constant image is among the
            references of an experiment, also `per_image:<experiment>/<source>`, the `parzen.npy` of
            that image and of every model.
        out: Folder of `parzen`, `parzen_spread`, `sampling`, `likelihoods`, `scores` and
            `ablations`; one without a row is written empty.
        settings: `rows`: what was scored, each with `model` and `dataset` (titles), `experiment`,
            `source` (folder below the experiment's, as `seed-1/selected` or `references/kmeans`),
            `selection` (`selected`, `last`, or empty for a reference) and `scores` (names).
            `papers`: names of those whose published rows stand beside ours. `not_run`: what the
            run leaves out, each with `dataset_title`. `ablations`: as
            `deepgen.report.ablations.ablations` takes them. These three may be left out.

    Raises:
        DeepgenError: for a missing or damaged score, or an input that belongs to no row.
    """
    rows = settings["rows"]
    known = roles(rows).keys() | per_image(rows).keys()
    if unknown := [role for role in inputs if role not in known]:
        raise DeepgenError(f"table has no row for the input {unknown[0]}: leave it out")
    printed_rows = published(settings.get("papers", []), rows, settings.get("not_run", []))
    made = measured(inputs, rows, printed_rows)
    varied = ablations(inputs, rows, settings.get("ablations", {}))
    printed = {
        "parzen": parzen_printed(made.parzen),
        "parzen_spread": parzen_spread_printed(made.parzen_spread),
        "sampling": sampling_printed(made.sampling),
        "likelihoods": likelihoods_printed(made.likelihoods),
        "scores": scores_printed(made.scores),
    }
    forms = made._asdict() | {"ablations": varied}
    for name, tables in (printed | {"ablations": ablations_printed(varied)}).items():
        write_text(out / f"{name}.csv", to_csv(forms[name]))
        write_text(out / f"{name}.md", to_markdown(tables))
        write_text(out / f"{name}.tex", to_latex(tables))

"""Stage `table`: Table 1 from the scores of a run."""

from pathlib import Path
from typing import Any

from deepgen.files import write_text
from deepgen.reporting.read import load
from deepgen.reporting.tables import table1, to_csv, to_latex, to_markdown


def table(scores: list[Path], out: Path, settings: dict[str, Any]) -> None:
    """Write `table1.csv` (long form), `table1.md` and `table1.tex`.

    Args:
        scores: Files `parzen.json`, in the order of `settings["rows"]`.
        out: Folder of the tables.
        settings: `rows`, as for `deepgen.reporting.tables.table1`.

    Raises:
        DeepgenError: for a missing or damaged score, or a number of scores other than that of rows.
    """
    content = table1(settings["rows"], [load(path) for path in scores])
    write_text(out / "table1.csv", to_csv(content))
    write_text(out / "table1.md", to_markdown(content))
    write_text(out / "table1.tex", to_latex(content))

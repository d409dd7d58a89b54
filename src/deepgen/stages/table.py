"""Stage `table`: Table 1, and the table of the comparing scores, from the scores of a run."""

from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.files import write_text
from deepgen.reporting.printed import PrintedTable, to_latex, to_markdown
from deepgen.reporting.read import load
from deepgen.reporting.scores import scores, scores_printed
from deepgen.reporting.table1_printed import table1_printed
from deepgen.reporting.tables import table1, to_csv


def table(inputs: dict[str, Path], out: Path, settings: dict[str, Any]) -> None:
    """Write `table1` and `scores`, each as `.csv` (long form), `.md` and `.tex`.

    Args:
        inputs: `<score>:<experiment>/<source>`: a file `<score>.json`, for every row and each of
            its scores, as `parzen:mnist/seed-1/selected`.
        out: Folder of the tables.
        settings: `rows`: what was scored, each with `model` and `dataset` (titles), `experiment`,
            `source` (folder below the experiment's, as `seed-1/selected` or `references/kmeans`),
            `selection` (`selected`, `last`, or empty for a reference) and `scores` (names; `parzen`
            gives Table 1, the others the second table). `not_run`, which may be left out: what the
            run leaves out, each with `dataset_title` and `how_to_get` (a sentence).

    Raises:
        DeepgenError: for a missing or damaged score, or an input that belongs to no row.
    """
    rows = settings["rows"]
    named = {f"{score}:{_place(row)}": (row, score) for row in rows for score in row["scores"]}
    if missing := [role for role in named if role not in inputs]:
        raise DeepgenError(f"table needs {missing[0]}: add --input {missing[0]}=<its .json>")
    if unknown := [role for role in inputs if role not in named]:
        raise DeepgenError(f"table has no row for the input {unknown[0]}: leave it out")
    found = [(row, score, load(inputs[role])) for role, (row, score) in named.items()]
    parzen = [(row, content) for row, score, content in found if score == "parzen"]
    first = table1([row for row, _ in parzen], [content for _, content in parzen])
    second = scores([entry for entry in found if entry[1] != "parzen"])
    _write(out / "table1", to_csv(first), table1_printed(first, settings.get("not_run", [])))
    _write(out / "scores", to_csv(second), scores_printed(second))


def _place(row: dict[str, Any]) -> str:
    return f"{row['experiment']}/{row['source']}"


def _write(path: Path, csv: str, printed: list[PrintedTable]) -> None:
    """The three forms of one table; the printed ones are empty if it has no rows."""
    write_text(path.with_suffix(".csv"), csv)
    write_text(path.with_suffix(".md"), to_markdown(printed))
    write_text(path.with_suffix(".tex"), to_latex(printed))

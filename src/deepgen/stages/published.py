"""What papers printed of the data sets that a table or a page is about."""

import importlib
from collections.abc import Iterable
from typing import Any


def published(
    papers: Iterable[str], rows: list[dict[str, Any]], not_run: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Published rows of Parzen scores, for `deepgen.report.long_form.measured`.

    Args:
        papers: Names of folders of `deepgen.papers`.
        rows: What was scored, each with `dataset`, a title.
        not_run: What the run leaves out, each with `dataset_title`.
    """
    titles = [row["dataset"] for row in rows] + [entry["dataset_title"] for entry in not_run]
    datasets = list(dict.fromkeys(titles))
    modules = [importlib.import_module(f"deepgen.papers.{paper}.published") for paper in papers]
    return [row for module in modules for row in module.published(datasets)]

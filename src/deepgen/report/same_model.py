"""Checkpoints that are one model: the selected epoch may turn out to be the last."""

from typing import Any

from deepgen.evaluation.catalogue import SCORES

Result = tuple[dict[str, Any], str, dict[str, Any]]
OTHER = {"selected": "last", "last": "selected"}


def mark_same_models(results: list[Result]) -> list[Result]:
    """The results with `same_model` in rows whose other checkpoint gave the same numbers.

    One table is not enough: two models may agree in a rank or a share. So all scores of all seeds
    must be equal to the last bit, as those of the same samples are. Scores that only one of the two
    is given tell nothing.

    Args:
        results: Row, name of a score, and content of its file, of all scores of whole experiments.

    Returns:
        The same; `same_model` is the name of the other checkpoint.
    """
    scores: dict[tuple[str, str], dict[tuple[Any, str], Any]] = {}
    for row, score, content in results:
        own = scores.setdefault((row["experiment"], row["selection"]), {})
        if not SCORES[score].once:
            own[row.get("seed"), score] = content

    def same(row: dict[str, Any]) -> bool:
        own, other = row["selection"], OTHER.get(row["selection"])
        return scores[row["experiment"], own] == scores.get((row["experiment"], other))

    return [
        (row | {"same_model": OTHER[row["selection"]]} if same(row) else row, score, content)
        for row, score, content in results
    ]

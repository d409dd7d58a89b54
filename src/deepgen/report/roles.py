"""What the tables of scores are made of: the role of every file. Imports no pandas."""

from typing import Any

CONSTANT = "references/constant-image"


def roles(rows: list[dict[str, Any]]) -> dict[str, tuple[dict[str, Any], str]]:
    """{role: (row, name of its score)} of every score of every row."""
    return {
        f"{score}:{row['experiment']}/{row['source']}": (row, score)
        for row in rows
        for score in row["scores"]
    }


def per_image(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """{role: row} of every Parzen score that one constant image judges, that image's among them.

    Its file holds the log-likelihood of every test image, float64 [estimators, images].
    """
    parzen = [row for row in rows if "parzen" in row["scores"]]
    judged = {row["experiment"] for row in parzen if row["source"] == CONSTANT}
    return {
        f"per_image:{row['experiment']}/{row['source']}": row
        for row in parzen
        if row["experiment"] in judged and (row["selection"] or row["source"] == CONSTANT)
    }

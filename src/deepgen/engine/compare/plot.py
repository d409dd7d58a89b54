"""The curves of two sides in one picture."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from deepgen.engine.compare.sides import Side
from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.figures.two_runs import Histories, draw
from deepgen.files import write_atomically


def plot_comparison(a: Side, b: Side, path: Path) -> None:
    """Draw the histories of the experiments that both sides have, as `.png` or `.pdf`.

    Raises:
        DeepgenError: if they share none, or one is damaged.
    """
    sides = _histories(a), _histories(b)
    if not sides[0].keys() & sides[1].keys():
        names = [", ".join(sorted(side)) or "none" for side in sides]
        raise DeepgenError(
            f"no picture: A and B share no experiment with a history (A has {names[0]}; B has "
            f"{names[1]}): compare two runs of the same experiment"
        )
    figure = draw((a.name, b.name), sides)
    write_atomically(path, lambda temporary: style.save(figure, temporary, path.suffix[1:]))


def _histories(side: Side) -> Histories:
    found: Histories = {}
    for (experiment, seed), content in side.histories.items():
        try:
            history = pd.read_csv(io.BytesIO(content)).astype(float)
            if history["epoch"].isna().any() or history.empty or np.isinf(history).any(axis=None):
                raise ValueError("no epochs, or infinity")
        except (ValueError, KeyError) as error:
            raise DeepgenError(
                f"{experiment}/seed-{seed}/history.csv in {side.origin} is damaged "
                f"({type(error).__name__}): make it again, or leave out --plot"
            ) from None
        found.setdefault(experiment, {})[seed] = history
    return found

"""How a comparison names rows, numbers and lists."""

import math
from collections.abc import Callable, Hashable

from deepgen.engine.compare.differences import Line, order
from deepgen.engine.compare.sides import Row
from deepgen.report.wording import listed


def heading(line: Line) -> str:
    """What the scores below are of."""
    experiment, source, seed, _ = line.row
    if line.seeds:
        old, new = map(ranges, line.seeds)
        return f"{experiment}, {source}, mean over seeds " + (
            old if old == new else f"{old} (A), {new} (B)"
        )
    return f"{experiment}, {source}" if seed is None else f"{experiment}, {source}, seed {seed}"


def numbers(line: Line) -> list[str]:
    """Both scores, to two digits of the smaller error, their difference, and that in errors."""
    errors = [score.error for score in (line.a, line.b) if score.error > 0]
    digits = max(1, 1 - math.floor(math.log10(min(errors)))) if errors else 4
    cells = [f"{score.value:.{digits}f}" for score in (line.a, line.b)]
    for i, score in enumerate((line.a, line.b)):
        if not math.isnan(score.error):
            cells[i] += f" ± {score.error:.{digits}f}"
    same = line.a.facts.get("space") == line.b.facts.get("space")
    difference = f"{line.b.value - line.a.value:+.{digits}f}" if same else "other space"
    return [*cells, difference, "" if line.ratio is None else f"{line.ratio:+.1f}"]


def only_one_side(mine: set[Row], theirs: set[Row]) -> list[str]:
    """What only one side has scores of, as coarsely as it can be said.

    Example:
        >>> a, b = Row("mnist", "last", 1, "mmd, pixels"), Row("mnist", "last", 2, "mmd, pixels")
        >>> only_one_side({a, b}, {a})
        ['mnist seed 2']
    """
    left = sorted(mine, key=order)

    def take(key: Callable[[Row], Hashable]) -> list[Row]:
        nonlocal left
        known = {key(row) for row in theirs}
        taken = [row for row in left if key(row) not in known]
        left = [row for row in left if key(row) in known]
        return taken

    said = [row.experiment for row in take(lambda row: row.experiment)]
    seeds: dict[str, list[int]] = {}
    for row in take(lambda row: (row.experiment, row.seed)):
        if row.seed is None:
            said.append(f"{row.experiment} {row.source}")
        elif row.seed not in seeds.setdefault(row.experiment, []):
            seeds[row.experiment].append(row.seed)
    said += [f"{name} seed{'s' * (len(n) > 1)} {ranges(n)}" for name, n in seeds.items()]
    said += [_place(row) for row in take(lambda row: row[:3])]
    known = {(row[:3], _name(row)) for row in theirs}
    scores: dict[tuple[str, str], list[str]] = {}
    for row in take(lambda row: row):
        whole = row.score if (row[:3], _name(row)) in known else _name(row)
        names = scores.setdefault((row.experiment, _place(row)), [])
        names += [whole] if whole not in names else []
    places: dict[tuple[str, str], list[str]] = {}
    for (experiment, place), names in scores.items():
        places.setdefault((experiment, listed(sorted(names))), []).append(
            place.removeprefix(f"{experiment} ")
        )
    said += [f"{name} {listed(where)}: {what}" for (name, what), where in places.items()]
    return list(dict.fromkeys(said))


def _name(row: Row) -> str:
    """A comparing score without its representation; a Parzen score with its estimator."""
    return row.score if row.score.startswith("parzen") else row.score.split(", ")[0]


def _place(row: Row) -> str:
    return f"{row.experiment} {row.source}" + ("" if row.seed is None else f" of seed {row.seed}")


def ranges(numbers: list[int]) -> str:
    """Sorted whole numbers in short.

    Example:
        >>> ranges([1, 2, 3, 7])
        '1-3, 7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)

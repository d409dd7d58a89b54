"""A comparison as plain text of at most 100 columns."""

import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby

from deepgen.columns import aligned
from deepgen.engine.compare.differences import (
    ABSENT,
    DRAWN,
    Changes,
    Comparison,
    Line,
    Where,
    find_differences,
    mixed_seeds,
)
from deepgen.engine.compare.sides import Side
from deepgen.engine.compare.words import heading, numbers, only_one_side, ranges
from deepgen.report.wording import listed

WIDTH = 100


def print_comparison(a: Side, b: Side) -> None:
    """Print what differs between two sides that were read.

    Settings, code, data, machine and scores are compared; if nothing differs, that is one sentence.
    """
    found = find_differences(a, b)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # no ± in some locales
    print("\n".join(_lines(found)))


def _lines(found: Comparison) -> Iterator[str]:
    for name, side in (("A", found.a), ("B", found.b)):
        line = f"{name}  {side.name}" + f"  {side.origin}" * (side.origin != side.name)
        yield line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."
    parts = [
        _section("Settings", _settings(found)),
        _section("Code", _code(found)),
        _section("Data (SHA-256)", _changed(found.data, found.compared)),
        _section("Machine and versions", _changed(found.machine, found.compared)),
        _section("Scores", _scores(found)),
    ]
    lines = [line for part in parts for line in part]
    yield from lines or ["", *_wrapped(_equal(found))]
    yield from _section("", _notes(found, bool(lines)))


def _section(title: str, lines: Iterator[str]) -> list[str]:
    content = list(lines)
    return ["", *filter(None, [title]), *content] if content else []


def _equal(found: Comparison) -> str:
    records = f"settings, code, data and machine of {_jobs(found)}, and " if found.compared else ""
    return f"A and B are equal: {records}{found.equal} scores."


def _jobs(found: Comparison) -> str:
    return listed(sorted({job for experiment, job in found.compared if experiment != DRAWN}))


def _settings(found: Comparison) -> Iterator[str]:
    yield from _changed(found.settings, found.compared)
    for experiment, (old, new) in found.epochs.items():
        if experiment in found.unrecorded:
            yield f"  epochs trained: {ranges(old)} -> {ranges(new)}  ({experiment})"
    if found.redrawn:
        yield from _wrapped(f"  drawn with other settings: {listed(sorted(found.redrawn))}", 4)


def _changed(changes: Changes, compared: set[Where]) -> Iterator[str]:
    for (name, old, new), places in sorted(changes.items()):
        where = _where(places, compared)
        line = f"  {name}: {old} -> {new}  ({where})"
        if len(line) <= WIDTH:
            yield line
            continue
        yield from _wrapped(f"  {name}  ({where})", 6)
        yield from _wrapped(f"    {old}", 4)
        yield from _wrapped(f"    -> {new}", 7)


def _code(found: Comparison) -> Iterator[str]:
    """One line a module: what happened to it, and which jobs reach it."""
    rows = []
    for (module, old, new), places in sorted(found.code.items()):
        what = "only in B" if old == ABSENT else "only in A" if new == ABSENT else "changed"
        rows.append([f"  {module}", what, f"({_where(places, found.compared)})"])
    for line in aligned(rows, left=3) if rows else []:
        yield from _wrapped(line, 6)


def _where(places: set[Where], compared: set[Where]) -> str:
    """The jobs of a change, with their experiments if others with such jobs do not have it."""
    if places == compared and len(places) > 1:
        return "all jobs"
    jobs = {job for _, job in places}
    experiments = {experiment for experiment, _ in places}
    named = ", ".join(sorted(jobs))
    like = {experiment for experiment, job in compared if job in jobs}
    if like == experiments and len(like) > 1:
        return named
    return f"{', '.join(sorted(experiments))}: {named}"


def _scores(found: Comparison) -> Iterator[str]:
    rows = [[f"    {line.row.score}", *numbers(line)] for line in found.scores]
    head, *texts = aligned([["", "A", "B", "B - A", "in SE"], *rows], left=1)
    if rows:
        yield head
    titled = zip(map(heading, found.scores), texts, strict=True)
    for title, group in groupby(titled, key=lambda item: item[0]):
        yield f"  {title}"
        yield from (text for _, text in group)
    yield from _changed(found.facts, set())
    if rows and found.equal:
        yield f"  equal: {found.equal} more scores"
    for side, mine, theirs in (("A", found.a, found.b), ("B", found.b, found.a)):
        if alone := only_one_side(set(mine.scores), set(theirs.scores)):
            yield from _wrapped(f"  only in {side}: {'; '.join(alone)}", 13)


def _notes(found: Comparison, differs: bool) -> Iterator[str]:
    if found.scores:
        yield from _wrapped(f"± is one standard error (SE), over {_over(found.scores)}.")
        together = "their errors go together and this is a cautious measure: a paired one would be"
        images = {
            True: f"Both sides use the same test images, so {together} larger.",
            False: "The test images differ, so the scores do not measure quite the same.",
            None: "If both sides use the same test images, which is not on record, "
            f"{together} larger.",
        }[found.same_images]
        yield from _wrapped(
            f"in SE: (B - A) / sqrt(SE_A^2 + SE_B^2). {images} Parzen scores and likelihoods: nats."
        )
    if any(line.seeds and line.ratio is None for line in found.scores):
        yield "The error over seeds of a single seed is unknown."
    if found.unrecorded:
        yield from _wrapped(
            f"Not compared, because a side has no record of them: settings, code, data and machine "
            f"of {listed(found.unrecorded)}."
        )
    if differs and found.compared:
        yield from _wrapped(f"Both sides have records of {_jobs(found)}.")
    for name, side in (("A", found.a), ("B", found.b)):
        if mixed := mixed_seeds(side):
            yield from _wrapped(
                f"In {name} the seeds of {listed(mixed)} do not share their settings or code, as "
                "when a run was changed and some seeds were not made again: a mean mixes them."
            )
        for note in side.notes:
            yield from _wrapped(note)


def _over(lines: list[Line]) -> str:
    """What the errors are over, and of which experiments if that differs."""
    kinds: dict[str, set[str]] = {}
    for line in lines:
        if line.seeds is None:
            kinds.setdefault(line.a.over, set()).add(line.row.experiment)
    said = [f"{kind} ({listed(sorted(names))})" for kind, names in sorted(kinds.items())]
    own = listed([*kinds] if len(kinds) == 1 else said)
    means = ["of a mean over seeds, over seeds"] if any(line.seeds for line in lines) else []
    return "; ".join([own, *means] if own else ["seeds"])


def _wrapped(text: str, indent: int = 0) -> list[str]:
    first = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.strip(),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )

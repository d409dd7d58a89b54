"""Experiments that a run leaves out: why, and what they would take."""

from typing import Any

from deepgen.report.printed import measure, number
from deepgen.report.wording import about, listed

GPU = 50e12  # float32 operations a second that a large GPU sustains


def briefly(entry: dict[str, Any]) -> tuple[str, str]:
    """As `state`, on a page whose summary says what was counted."""
    if "operations" not in entry:
        return state(entry)
    return "not run here.", "Its cost is in the summary."


def state(entry: dict[str, Any]) -> tuple[str, str]:
    """How an experiment was left out, and why: `("not run.", "Ask its authors.")`.

    Args:
        entry: `how_to_get`, a sentence, if its set must be asked for; and if it was only counted,
            `seeds` (how many), `operations`, the content of `operations.json` of every phase in
            their order, and `run_by`, the run file that trains it, if there is one.
    """
    cure = entry.get("how_to_get", "")
    if "operations" not in entry:
        return "not run.", cure
    text = _cost(entry["operations"], entry["seeds"])
    if entry.get("run_by"):
        text += f"; {entry['run_by']} runs it"
    return "not run here:", f"{text}. {cure}".strip()


def sources(entry: dict[str, Any]) -> tuple[str, ...]:
    """The files that its numbers come from, relative to `results/<run>/`."""
    return tuple(f"{phase}/operations.json" for phase in entry.get("phases", ()))


def _cost(phases: list[dict[str, Any]], seeds: int) -> str:
    """The operations of all phases of all seeds, in words."""
    updates = [
        f"{number(phase['updates'], 0)} updates of {measure(phase['flop_per_update'] / 1e9)} GFLOP"
        for phase in phases
        if phase["flop_per_update"]
    ]
    if not updates:
        return "its fit has no updates, so its operations are not counted"
    once = sum(phase["updates"] * (phase["flop_per_update"] or 0) for phase in phases)
    trainings = f"{seeds} trainings of " if seeds > 1 else ""
    gpu = f"a GPU of {number(GPU / 1e12, 0)} TFLOP/s"
    return f"{trainings}{listed(updates)}, about {about(seeds * once / GPU)} on {gpu}"

"""What made the artefacts: machines, code revisions and seconds, from `*.prov.json`."""

from collections.abc import Sequence
from typing import Any


def jobs_of(
    manifests: dict[str, dict[str, Any]], folders: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """One row a job, in the order of labels; all of them, or those in some folders.

    Args:
        manifests: {path label: manifest as `deepgen.engine.job` writes it}.
        folders: First parts of the labels to take.

    Returns:
        `label`, `stage`, `started`, `seconds` (of a training, interruptions included),
        `processor_seconds` (None for a GPU, whose cost they are not), `git`,
        `processor`, `device`, `torch`, `threads`, `python`, `platform`; an unknown value is None.
        (Host names stay out of the report.)
    """
    rows = []
    for label, manifest in sorted(manifests.items()):
        if folders and not any(label.startswith(f"{folder}/") for folder in folders):
            continue
        machine, run = manifest.get("machine", {}), manifest.get("run", {})
        row = {"label": label, "stage": manifest.get("stage", ""), "device": device(machine)}
        row |= {name: run.get(name) for name in ("started", "seconds", "git")}
        row |= {name: machine.get(name) for name in ("processor", "threads", "python", "platform")}
        row["torch"] = machine.get("packages", {}).get("torch")
        notes = (manifest.get("notes") or {}) if row["stage"] == "train" else {}
        row["seconds"] = notes.get("training_seconds", row["seconds"])
        processor = (notes if row["stage"] == "train" else run).get("processor_seconds")
        row["processor_seconds"] = processor if row["device"] == "CPU" else None
        rows.append(row)
    return rows


def machines(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each distinct machine with its devices and, by stage, jobs, devices and seconds.

    `processor_seconds` is None if a job of the stage does not tell it. Stages are in the order in
    which they first started.
    """
    found: dict[tuple, dict[str, Any]] = {}
    for job in sorted(jobs, key=lambda job: job["started"] or ""):
        names = ("processor", "torch", "python", "platform")
        entry = found.setdefault(
            tuple(job[name] for name in names),
            {name: job[name] for name in names}
            | {"stages": {}, "devices": set(), "threads": set(), "git": set()},
        )
        stage = entry["stages"].setdefault(
            job["stage"],
            {"jobs": 0, "seconds": 0.0, "processor_seconds": 0.0, "devices": set()},
        )
        stage["jobs"] += 1
        stage["seconds"] += job["seconds"] or 0.0
        both = (stage["processor_seconds"], job["processor_seconds"])
        stage["processor_seconds"] = None if None in both else sum(both)
        for of in (stage, entry):
            of["devices"] |= {job["device"]}
        entry["threads"] |= {job["threads"]} - {None}
        entry["git"] |= {job["git"]} - {None}
    return [_ordered(entry) for entry in found.values()]


def duration(seconds: float | None) -> str:
    """Seconds for people.

    Example:
        >>> duration(3.21), duration(754), duration(40000)
        ('3.2 s', '12 min 34 s', '11 h 6 min')
    """
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def device(machine: dict[str, Any]) -> str:
    """Kind of device of a manifest's `machine`: `CPU`, or `GPU` with its name."""
    if machine.get("gpu"):
        return f"GPU ({machine['gpu']})"
    return "GPU" if machine.get("device") == "cuda" else "CPU"


def _ordered(entry: dict[str, Any]) -> dict[str, Any]:
    """The same with lists in a fixed order where sets were."""
    stages = {n: s | {"devices": sorted(s["devices"])} for n, s in entry["stages"].items()}
    return entry | {"stages": stages} | {n: sorted(entry[n]) for n in ("devices", "threads", "git")}

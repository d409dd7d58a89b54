"""What made the artefacts: machines, code revisions and seconds, from `*.prov.json`."""

from typing import Any


def jobs_of(manifests: dict[str, dict[str, Any]], experiment: str = "") -> list[dict[str, Any]]:
    """One row a job, in the order of labels; all of them, or those of one experiment.

    Args:
        manifests: {path label: manifest as `deepgen.jobs.job` writes it}.
        experiment: First part of the labels to take.

    Returns:
        `label`, `stage`, `started`, `seconds`, `git`, `processor`, `gpu`, `torch`, `threads`,
        `python`, `platform`; an unknown value is None. (Host names stay out of the report.)
    """
    rows = []
    for label, manifest in sorted(manifests.items()):
        if experiment and label.split("/")[0] != experiment:
            continue
        machine, run = manifest.get("machine", {}), manifest.get("run", {})
        row = {"label": label, "stage": manifest.get("stage", "")}
        row |= {name: run.get(name) for name in ("started", "seconds", "git")}
        row |= {n: machine.get(n) for n in ("processor", "gpu", "threads", "python", "platform")}
        row["torch"] = machine.get("packages", {}).get("torch")
        rows.append(row)
    return rows


def machines(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each distinct machine with the stages that it ran, the jobs' number and their seconds."""
    found: dict[tuple, dict[str, Any]] = {}
    for job in jobs:
        names = ("processor", "gpu", "torch", "python", "platform")
        entry = found.setdefault(
            tuple(job[name] for name in names),
            {name: job[name] for name in names} | {"stages": {}, "threads": set(), "git": set()},
        )
        stage = entry["stages"].setdefault(job["stage"], {"jobs": 0, "seconds": 0.0})
        stage["jobs"] += 1
        stage["seconds"] += job["seconds"] or 0.0
        entry["threads"] |= {job["threads"]} - {None}
        entry["git"] |= {job["git"]} - {None}
    return [
        entry | {"threads": sorted(entry["threads"]), "git": sorted(entry["git"])}
        for entry in found.values()
    ]


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

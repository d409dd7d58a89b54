"""Why Snakemake runs a job, in a few words: which setting or module is not what it was."""

import json
import shlex
from pathlib import Path
from typing import Any

from deepgen.engine.compare.differences import ABSENT, changes
from deepgen.engine.integrity import PROVENANCE, read_manifest

AT_MOST = 3  # changes that are named one by one
WIDTH = 32  # of a value, in characters
PARAMS = "Params have changed since last execution"
SHORT = {
    "Forced execution": "forced",
    "Set of input files has changed since last execution": "other inputs",
    "Code has changed since last execution": "the rule's command changed",
    PARAMS: "settings changed",
}


def why(reason: str, outputs: list[str], command: str) -> str:
    """A job's reason in a few words; none for what was never made.

    It compares the record beside the outputs with what the command is given, so it must be asked
    before Snakemake removes them.

    Args:
        reason: Snakemake's own, one part after the other, with "; " between them.
        outputs: Files of the job, its provenance among them.
        command: The job's shell command, which carries its settings and code.
    """
    if reason in SHORT:
        return SHORT[reason]
    head, changed, _ = reason.partition(PARAMS)  # after it come whole settings
    parts = dict(part.partition(": ")[::2] for part in filter(None, head.split("; ")))
    if "Incomplete output files" in parts:
        return "was interrupted"
    old = _record(outputs)
    if not old:
        return ""
    planned = _planned(command)
    words = _differences(old, planned.get("settings"), planned.get("code"))
    if changed and not words:
        words = [SHORT[PARAMS]]
    for kind, names in parts.items():
        files = [name for name in names.split(", ") if name != planned.get("job")]
        match kind:
            case "Missing output files":
                words.append(f"{_few(files)} missing")
            case "Updated input files":
                words += [f"{_few(files)} changed"] if files else []
            case "Input files updated by another job":
                words += [] if words else [f"new {_few(files)}"]
            case _:
                words.append(SHORT.get(kind, f"{kind}: {names}" if names else kind))
    return ", ".join(words)


def _record(outputs: list[str]) -> dict[str, Any]:
    """The provenance of what an earlier job made there."""
    for path in outputs:
        if path.endswith(PROVENANCE):
            try:
                return read_manifest(Path(path))
            except (OSError, ValueError):
                return {}
    return {}


def _planned(command: str) -> dict[str, Any]:
    """Settings and code that a command is given, in a file (`job`) or as JSON."""
    words = shlex.split(command)
    given = {flag: words[i + 1] for i, flag in enumerate(words[:-1]) if flag.startswith("--")}
    try:
        if job := given.get("--job"):
            return json.loads(Path(job).read_text(encoding="utf-8")) | {"job": job}
        return {
            "settings": json.loads(given["--settings"]),
            "code": json.loads(given["--expect-code"]),
        }
    except (OSError, ValueError, LookupError):
        return {}


def _differences(old: dict[str, Any], settings: Any, code: Any) -> list[str]:
    """What the settings and the code of a job have become."""
    if settings is None or code is None:
        return []
    said = [
        f"{name} {_value(a)} -> {_value(b)}"
        for name, a, b in changes(old.get("settings", {}), settings)
    ]
    modules = [name.removeprefix("deepgen.") for name, *_ in changes(old.get("code", {}), code)]
    return _first(said) + ([f"code of {', '.join(_first(modules))}"] if modules else [])


def _first(said: list[str]) -> list[str]:
    rest = len(said) - AT_MOST
    return [*said[:AT_MOST], f"{rest} more"] if rest > 1 else said


def _value(value: Any) -> str:
    if value == ABSENT:
        return ABSENT
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def _few(files: list[str]) -> str:
    """The first files by name, without their folders.

    Example:
        >>> _few(["a/x.npy", "b/y.npy", "b/z.npy", "c/w.npy"])
        'x.npy, y.npy and 2 more'
    """
    names = list(dict.fromkeys(Path(file).name for file in files))
    if len(names) > AT_MOST:
        return f"{', '.join(names[: AT_MOST - 1])} and {len(names) - AT_MOST + 1} more"
    return ", ".join(names)

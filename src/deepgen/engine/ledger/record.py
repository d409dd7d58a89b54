"""`deepgen ledger`: what a run has finished goes on the shelf, and DVC records the shelf."""

import json
import sys
from pathlib import Path
from typing import Any

from deepgen.config import Config
from deepgen.engine.ledger.dvc import alone, dvc, find_dvc, on_each, state
from deepgen.engine.ledger.shelf import RECORD, SHELF, problems, provenances, sound
from deepgen.engine.plan import Plan
from deepgen.engine.stages import STAGES
from deepgen.errors import DeepgenError
from deepgen.files import copy, sweep

KEPT = {name for name, stage in STAGES.items() if "ledger" in stage.kept}


def record(config: Config, push: bool = False) -> None:
    """Copy the finished and undamaged outputs of a run to the shelf, and have DVC record it.

    Recording the same again changes nothing. What was recorded elsewhere and is not here stays
    recorded.

    Args:
        push: Also send the shelf to the default remote.

    Raises:
        TemporaryStop: if another ledger or DVC is at work in this checkout.
        DeepgenError: if the shelf has foreign or altered files, DVC is missing or fails, or what is
            recorded cannot all be sent.
    """
    with alone():
        _record(config, push)


def record_after_success(config: Config) -> None:
    """Record a run that Snakemake has just finished, if its file asks for it; never fails."""
    try:
        if config.run.ledger and find_dvc():
            record(config)
    except Exception as error:
        print(f"deepgen: the ledger was not brought up to date: {error}", file=sys.stderr)


def folders(config: Config) -> list[Path]:
    """Where a run has what the shelf holds, in the checkout."""
    data = [
        Path("data", kind, name) for name in Plan(config).datasets for kind in ("raw", "prepared")
    ]
    return [Path("results", config.run.run), *data]


def _record(config: Config, push: bool) -> None:
    put, there, damaged = 0, 0, 0
    for path in (path for folder in folders(config) for path in provenances(folder)):
        manifest = sound(path)
        if manifest is None:
            damaged += 1
        elif manifest["stage"] not in KEPT:
            continue
        elif _is_there(path, manifest):
            there += 1
        elif any(problems(path, manifest)):
            damaged += 1
        else:
            _put(path, manifest)
            put += 1
    changed, absent, uncached = state()
    _check(changed)
    anew = changed | (uncached - absent if push else set())
    if anew and absent:  # recorded elsewhere and not brought here: it stays recorded
        on_each("add", targets=sorted(anew))
    elif anew:
        dvc("add", str(SHELF))
    if push:
        _push()
    print(
        f"deepgen ledger: {put} jobs put on the shelf, {there} there already, {damaged} damaged"
        + ("; all pushed" if push else "")
    )
    if changed:
        print(f"deepgen ledger: to keep this in git: git add {RECORD}")


def _push() -> None:
    dvc("push", str(RECORD))
    # It says nothing of what it could not send
    said = json.loads(dvc("data", "status", "--not-in-remote", "--granular", "--json"))
    if missing := [path for path in said.get("not_in_remote", []) if path.startswith(str(SHELF))]:
        raise DeepgenError(
            f"{len(missing)} recorded files, such as {min(missing)}, are neither here nor in the "
            "remote: `dvc fetch` them from the remote that has them, then push again"
        )


def _is_there(path: Path, manifest: dict[str, Any]) -> bool:
    on_shelf = SHELF / path
    same = on_shelf.is_file() and on_shelf.read_bytes() == path.read_bytes()
    return same and all((on_shelf.parent / name).is_file() for name in manifest["outputs"])


def _put(path: Path, manifest: dict[str, Any]) -> None:
    """Copy a job's outputs, and last its provenance, over what was there."""
    on_shelf = SHELF / path
    sweep(on_shelf.parent)
    old = sound(on_shelf)
    on_shelf.unlink(missing_ok=True)
    for name in (old or manifest)["outputs"].keys() - manifest["outputs"].keys():
        (on_shelf.parent / name).unlink(missing_ok=True)
    for name in [*manifest["outputs"], path.name]:
        copy(path.parent / name, on_shelf.parent / name)


def _check(changed: set[str]) -> None:
    """Refuse files on the shelf that no job has made, or that are not what it made.

    Args:
        changed: Paths that DVC has not recorded as they are; the others need no look.
    """
    known = set()
    for path in provenances(SHELF):
        manifest = sound(path) or {"outputs": {}}
        files = {str(path), *(str(path.parent / name) for name in manifest["outputs"])}
        if files & changed:
            wrong = [file for file, why in problems(path, manifest) if why == "altered"]
            if wrong or not manifest["outputs"]:
                culprit = (wrong or [path])[0]
                raise DeepgenError(f"{culprit} is altered: delete it and run the same again")
        known |= files
    if strangers := changed - known:
        name = min(strangers)
        raise DeepgenError(
            f"{name if name.isprintable() else repr(name)} belongs to no job: move it out of "
            f"{SHELF}/ and run the same again"
        )

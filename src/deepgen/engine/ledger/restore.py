"""`deepgen restore`: recorded outputs, each checked, come back into the store.

It writes nowhere else, and to no path that dvc.lock or a remote could choose.
"""

import hashlib
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deepgen.engine import store
from deepgen.engine.identity import job_key
from deepgen.engine.integrity import read_manifest
from deepgen.engine.job import entry_in
from deepgen.engine.ledger.dvc import LOCK, STAGES, dvc, read_lock
from deepgen.engine.ledger.planned import PlannedJob, plan_jobs
from deepgen.engine.ledger.record import write_identity
from deepgen.engine.ledger.stages import DRAWN, recorded
from deepgen.errors import DeepgenError, TemporaryStop
from deepgen.files import sha256
from deepgen.settings import Run


@dataclass
class Objects:
    """What DVC could fetch: files named by their MD5 in its cache, and those that came damaged."""

    cache: Path
    damaged: set[str]

    def path(self, md5: str) -> Path:
        """Where the object lies, or would."""
        return self.cache / "files" / "md5" / md5[:2] / md5[2:]

    def problem(self, md5: Any) -> str | None:
        """Why the object of this name cannot be had, if so."""
        if not isinstance(md5, str) or not re.fullmatch(r"[0-9a-f]{32}", md5):
            return f"is not in {LOCK}"
        if md5 in self.damaged:
            return "is altered in the remote"
        path = self.path(md5)
        if not path.is_file():
            return "is missing in the remote"
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        if found.hexdigest() == md5:
            return None
        path.unlink()  # DVC would never fetch it again
        return "was altered in DVC's cache and is deleted there: restore again to fetch it"


class _Unusable(Exception):
    """An artefact that cannot be restored, and why."""


def restore(configfile: Path, run: Run) -> None:
    """Fetch what dvc.lock records of a run and put into its store what is sound.

    A line names every artefact that is altered, missing or outdated. An outdated one, made with
    another seed, settings, code or inputs than planned now, goes into the store all the same, where
    nobody asks for it.

    Raises:
        DeepgenError: if DVC or dvc.lock is missing, or nothing could be restored.
    """
    lock = read_lock()
    if not lock:
        raise DeepgenError(
            f"there is no {LOCK} in this folder, so nothing was recorded: take it from git, or run "
            "snakemake"
        )
    planned = recorded(plan_jobs(configfile))
    write_identity(planned, run.run)
    jobs = [job for job in planned if job.stage not in DRAWN]
    objects, manifests = _fetch(), {}
    for job in (job for job in jobs if job.name in lock):
        try:
            manifests[job.name] = _restore(job, lock[job.name], objects, Path(run.store_dir))
        except _Unusable as error:
            print(f"{job.name}: {error}")
    reasons = outdated([job for job in jobs if job.name in manifests], manifests)
    for name, reason in reasons.items():
        print(f"{name}: outdated: {reason}")
    tried = sum(job.name in lock for job in jobs)
    print(
        f"deepgen restore: {len(manifests) - len(reasons)} restored, {len(reasons)} outdated, "
        f"{tried - len(manifests)} not restored, {len(jobs) - tried} not recorded"
    )
    if not manifests:
        raise DeepgenError(
            f"nothing that {LOCK} records could be restored: check the remote with dvc remote list"
        )
    print(
        "deepgen restore: now run snakemake, which takes the restored from the store and makes the "
        "rest (store prune would delete what no run has taken yet)"
    )


def _fetch() -> Objects:
    """Have DVC fetch what it can; what it cannot is found missing later."""
    cache, damaged = Path(dvc("cache", "dir").strip()), set()
    try:
        # With `verify`, DVC deletes a damaged object and says so only in its debugging output
        said = dvc("fetch", "--verbose", str(STAGES))
        found = re.findall(r"corrupted cache file '.*([0-9a-f]{2})\W([0-9a-f]{30})'", said)
        damaged = {start + rest for start, rest in found}
    except TemporaryStop:
        raise
    except DeepgenError as error:
        print(f"deepgen restore: {error}; going on with what DVC's cache has", file=sys.stderr)
    return Objects(cache, damaged)


def _restore(job: PlannedJob, stage: Any, objects: Objects, into: Path) -> dict[str, Any]:
    """Check one job's files and put them into the store; returns their manifest."""
    try:
        listed = {item["path"]: item["md5"] for item in stage["outs"]}
    except (TypeError, KeyError):
        raise _Unusable(f"{LOCK} is damaged") from None
    md5s = {path.as_posix(): listed.get(path.as_posix()) for path in job.paths}
    if wrong := [f"{p} {why}" for p, md5 in md5s.items() if (why := objects.problem(md5))]:
        raise _Unusable("; ".join(wrong))
    found = {path: objects.path(md5).resolve() for path, md5 in md5s.items()}
    manifest = _manifest(job, found[job.provenance])
    made = {name: found[(job.folder / name).as_posix()] for name in job.outputs}
    digests = manifest["outputs"]
    if wrong := [str(job.folder / n) for n, path in made.items() if sha256(path) != digests[n]]:
        raise _Unusable("; ".join(f"{path} is altered" for path in wrong))
    folder = into / job.stage / manifest["key"]
    entry = entry_in(folder, manifest["settings"])
    with store.owned(folder), tempfile.TemporaryDirectory() as links:
        if store.finished(entry) is None:
            for name, path in made.items():
                link = Path(links) / name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path)
            store.put(entry, Path(links), manifest)
    return manifest


def _manifest(job: PlannedJob, path: Path) -> dict[str, Any]:
    """The provenance of a job's files, if it agrees with itself."""
    try:
        manifest = read_manifest(path)
        inputs = {role: item["sha256"] for role, item in manifest["inputs"].items()}
        made = manifest["settings"], manifest["seed"], manifest["code"]
        epochs = manifest["settings"].get("training", {"epochs": 1})["epochs"]
        sound = (
            manifest["stage"] == job.stage
            and isinstance(manifest["seed"], int | None)
            and type(epochs) is int  # it names a folder
            and 0 < epochs < 10**9
            and all(isinstance(manifest[key], dict) for key in ("machine", "run"))
            and isinstance(manifest["notes"], dict | None)
            and manifest["key"] == job_key(job.stage, inputs, *made)
            and set(manifest["outputs"]) == set(job.outputs)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise _Unusable(f"{job.provenance} is altered")
    return manifest


def outdated(jobs: list[PlannedJob], manifests: dict[str, dict[str, Any]]) -> dict[str, str]:
    """{job: why it is not what Snakemake would make now}, those that are apart.

    Args:
        jobs: That were restored.
        manifests: Theirs, by name.
    """
    makers = {path.as_posix(): job for job in jobs for path in job.paths}

    @cache
    def reason(name: str) -> str:
        job = next(job for job in jobs if job.name == name)
        manifest = manifests[name]
        if own := _difference(manifest, job):
            return own
        used = {item["sha256"] for item in manifest["inputs"].values()}
        for path in (path for path in job.inputs if path in makers):
            maker = makers[path]
            if reason(maker.name):
                return f"made from {path}, which is"
            if manifests[maker.name]["outputs"][os.path.relpath(path, maker.folder)] not in used:
                return f"made from another {path}"
        return ""

    return {job.name: why for job in jobs if (why := reason(job.name))}


def _difference(manifest: dict[str, Any], job: PlannedJob) -> str:
    """Which settings and modules are not the planned ones, and whether the seed is not."""
    settings = _changed(_flat(manifest["settings"]), _flat(job.settings))
    modules = _changed(manifest["code"], job.code)
    parts = [f"setting {key}" for key in settings] + [f"code of {name}" for name in modules]
    if manifest["seed"] != job.seed:
        parts.append(f"seed {manifest['seed']}")
    return ", ".join(part if part.isprintable() else repr(part) for part in parts)


def _changed(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    return [key for key in sorted(a | b) if key not in a or key not in b or a[key] != b[key]]


def _flat(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Nested settings with dotted keys."""
    found = {}
    for key, value in settings.items():
        inner = isinstance(value, dict) and value
        found |= _flat(value, f"{above}{key}.") if inner else {f"{above}{key}": value}
    return found

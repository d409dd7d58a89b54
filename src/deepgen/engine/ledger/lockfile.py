"""A run as `dvc.lock` records it at a revision: settings, code, and small files of the cache."""

import configparser
import hashlib
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepgen.engine.ledger.dvc import dvc, stages_in
from deepgen.engine.ledger.revisions import read_at
from deepgen.errors import DeepgenError

IDENTITY = re.compile(r"(results/[^/]+/)identity\.json")
TARGETS_PER_CALL = 500  # far below the longest command line


@dataclass
class Recorded:
    """`jobs` hold `settings` and `code` only; `files` are {path in the run: content}."""

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_lock(commit: str, is_wanted: Callable[[str], bool]) -> Recorded | None:
    """What the `dvc.lock` of a commit records; None if it has none, or none of `deepgen ledger`.

    Files that the DVC cache lacks are fetched from the remotes of this checkout.

    Args:
        commit: 40 hex digits.
        is_wanted: Which files of the run are read, by their path in the run's folder.

    Raises:
        DeepgenError: if the file is damaged.
    """
    text = read_at(commit, "dvc.lock")
    if text is None:
        return None
    recorded, digests = Recorded(), {}
    try:
        for name, stage in stages_in(text).items():
            params = stage.get("params") or {}
            run = next((m[1] for path in params if (m := IDENTITY.fullmatch(path))), None)
            if run is None:
                continue
            outs = {o["path"]: o["md5"] for o in stage["outs"] if o["path"].startswith(run)}
            job = next((p for p in outs if p.endswith(".prov.json")), run + name.replace("--", "/"))
            job = job.removeprefix(run).removesuffix(".prov.json")
            identity = params[f"{run}identity.json"][name]
            recorded.jobs[job] = {key: dict(identity[key]) for key in ("settings", "code")}
            digests |= {p: md5 for p, md5 in outs.items() if is_wanted(p.removeprefix(run))}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DeepgenError(
            f"dvc.lock at {commit[:12]} is damaged ({type(error).__name__}): name another revision"
        ) from None
    if not recorded.jobs:
        return None
    found = _small_files(commit, digests)
    recorded.files = {path.split("/", 2)[2]: content for path, content in found.items()}
    if missing := len(digests) - len(found):
        recorded.notes.append(
            f"{missing} of {len(digests)} small files of {commit[:7]} are neither in the DVC cache "
            "nor in a remote that could be read, so their scores are left out: `dvc fetch "
            "--all-commits` in a checkout with the right remote brings them, or compare "
            "REVISION:reports/RUN."
        )
    return recorded


def _small_files(commit: str, digests: dict[str, str]) -> dict[str, bytes]:
    """{path: content} of the files that the cache holds or a remote gives."""
    found: dict[str, bytes] = {}
    with suppress(DeepgenError):  # without DVC or the remote: what is missing is counted instead
        cache = Path(dvc("cache", "dir").strip())
        found = _from_cache(cache, digests)
        if missing := [path for path in digests if path not in found]:
            _fetch(commit, missing, cache)
            found |= _from_cache(cache, {path: digests[path] for path in missing})
    return found


def _from_cache(cache: Path, digests: dict[str, str]) -> dict[str, bytes]:
    found = {}
    for path, md5 in digests.items():
        file = cache / "files" / "md5" / md5[:2] / md5[2:]
        if re.fullmatch("[0-9a-f]{32}", md5) and file.is_file():
            content = file.read_bytes()
            if hashlib.md5(content, usedforsecurity=False).hexdigest() == md5:
                found[path] = content
    return found


def _fetch(commit: str, paths: list[str], cache: Path) -> None:
    """Fetch outputs of another revision into the cache, as far as the remotes have them.

    DVC fetches only what the workspace's own dvc.lock names, so it is given that of the commit in a
    workspace of its own, with this checkout's remotes.
    """
    with tempfile.TemporaryDirectory(prefix="deepgen-") as folder:
        for name in ("dvc.yaml", "dvc.lock"):
            (Path(folder) / name).write_bytes(read_at(commit, name) or b"")
        config = configparser.ConfigParser(interpolation=None)
        for line in dvc("config", "--list").splitlines():  # its paths are absolute
            name, _, value = line.partition("=")
            section, _, option = name.rpartition(".")
            kind, _, remote = section.partition(".")
            section = f"'{kind} \"{remote}\"'" if remote else kind
            config.read_dict({section: {option: value}})
        config.read_dict({"core": {"no_scm": "true"}, "cache": {"dir": str(cache)}})
        (Path(folder) / ".dvc").mkdir()
        with open(Path(folder) / ".dvc" / "config", "w", encoding="utf-8") as file:
            config.write(file)
        for i in range(0, len(paths), TARGETS_PER_CALL):
            with suppress(DeepgenError):  # a remote that lacks one has fetched the others
                dvc("--cd", folder, "fetch", "--", *paths[i : i + TARGETS_PER_CALL])

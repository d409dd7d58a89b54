"""A run as DVC has recorded it at a revision: the small files of the shelf, from its cache."""

import configparser
import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deepgen.engine.compare.revisions import read_at
from deepgen.engine.ledger.dvc import dvc, listed, on_each
from deepgen.engine.ledger.shelf import RECORD, SHELF
from deepgen.errors import DeepgenError


@dataclass
class Recorded:
    """`files` are {path in the run: content}."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_ledger(commit: str, run: str, is_wanted: Callable[[str], bool]) -> Recorded | None:
    """What a commit's record of the shelf has of a run; None if it has no record, or no such run.

    Files that the DVC cache lacks are fetched from the remotes of this checkout.

    Args:
        commit: 40 hex digits.
        run: Its name; empty for the only one.
        is_wanted: Which files of the run are read, by their path in the run's folder.

    Raises:
        DeepgenError: if there are several runs, or the list of files cannot be had.
    """
    if (record := read_at(commit, str(RECORD))) is None:
        return None
    cache = Path(dvc("cache", "dir").strip())
    with _checkout(record, cache) as folder:
        found: dict[str, dict[str, str]] = {}
        for path, md5 in listed(folder).items():
            if parts := re.fullmatch(r"results/([^/]+)/(.*)", path):
                found.setdefault(parts[1], {})[parts[2]] = md5
        if not run and len(found) > 1:
            raise DeepgenError(
                f"{commit[:7]} records {' and '.join(sorted(found))}: name one, as in "
                f"{commit[:7]}:results/{min(found)}"
            )
        run = run or next(iter(found), "")
        wanted = {path: md5 for path, md5 in found.get(run, {}).items() if is_wanted(path)}
        if not wanted:
            return None
        recorded = Recorded(_from_cache(cache, wanted))
        if missing := [path for path in wanted if path not in recorded.files]:
            with suppress(DeepgenError):  # a remote that lacks one has fetched the others
                paths = [str(SHELF / "results" / run / path) for path in missing]
                on_each("fetch", targets=paths, folder=folder)
            recorded.files |= _from_cache(cache, {path: wanted[path] for path in missing})
    if missing := len(wanted) - len(recorded.files):
        recorded.notes.append(
            f"{missing} of {len(wanted)} small files of {commit[:7]} are neither in the DVC cache "
            "nor in a remote that could be read, so what they say is left out: `dvc fetch "
            "--all-commits` in a checkout with the right remote brings them, or compare "
            "REVISION:reports/RUN."
        )
    return recorded


def _from_cache(cache: Path, digests: dict[str, str]) -> dict[str, bytes]:
    found = {}
    for path, md5 in digests.items():
        file = cache / "files" / "md5" / md5[:2] / md5[2:]
        if re.fullmatch("[0-9a-f]{32}", md5) and file.is_file():
            content = file.read_bytes()
            if hashlib.md5(content, usedforsecurity=False).hexdigest() == md5:
                found[path] = content
    return found


@contextmanager
def _checkout(record: bytes, cache: Path) -> Iterator[Path]:
    """A folder with this record, and with this cache and the remotes of this checkout.

    DVC fetches only what the record of a checkout names, and this one may have another.
    """
    with tempfile.TemporaryDirectory(prefix="deepgen-") as name:
        folder = Path(name)
        config = configparser.ConfigParser(interpolation=None)
        for line in dvc("config", "--list").splitlines():  # its paths are absolute
            key, _, value = line.partition("=")
            section, _, option = key.rpartition(".")
            kind, _, remote = section.partition(".")
            section = f"'{kind} \"{remote}\"'" if remote else kind
            config.read_dict({section: {option: value}})
        config.read_dict({"core": {"no_scm": "true"}, "cache": {"dir": str(cache)}})
        (folder / ".dvc").mkdir()
        with open(folder / ".dvc" / "config", "w", encoding="utf-8") as file:
            config.write(file)
        (folder / RECORD).write_bytes(record)
        yield folder

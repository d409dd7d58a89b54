"""One job: check that it is what was planned, take it from the store or make it, publish it."""

import importlib
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.files import copy, sha256, write_json
from deepgen.jobs import store
from deepgen.jobs.identity import code_of, job_key
from deepgen.jobs.provenance import describe_machine, describe_run, git_revision


@dataclass
class Job:
    """One stage with everything its result depends on.

    Args:
        stage: Name of the stage, as on the command line.
        inputs: {role: file}; the content of each file is part of the identity.
        out: Folder of the outputs.
        outputs: File names below `out`.
        settings: The resolved slice of the configuration.
        seed: Of the experiment, if the stage depends on one.
        expected_code: {module: fingerprint} at planning time; None if a person typed the command.
        store_dir: Folder of the store; None for stages that are cheaper to repeat than to store.
        provenance: File name below `out` that says who made the outputs.
        lock_timeout: Seconds to wait for another process that makes the same; -1 for ever.
    """

    stage: str
    inputs: dict[str, Path]
    out: Path
    outputs: list[str]
    settings: dict[str, Any]
    seed: int | None = None
    expected_code: dict[str, str] | None = None
    store_dir: Path | None = None
    provenance: str = ""
    lock_timeout: float = -1
    code: dict[str, str] = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.provenance = self.provenance or f"{self.stage}.prov.json"
        self.code = code_of(self.stage, self.settings)
        self._check_planned()
        self.digests = {role: _digest(path) for role, path in sorted(self.inputs.items())}
        self.key = job_key(self.stage, self.digests, self.settings, self.seed, self.code)

    @property
    def folder(self) -> Path | None:
        """The job's folder in the store."""
        return self.store_dir / self.stage / self.key if self.store_dir else None

    @property
    def entry(self) -> Path | None:
        """Where its finished outputs lie in the store: a training has one place a budget."""
        if self.folder and "training" in self.settings:
            return self.folder / f"budget-{self.settings['training']['epochs']}"
        return self.folder

    def run(self, make: Callable[[Path], Any]) -> None:
        """Publish the outputs from the store, or call `make(folder)` and store what it wrote.

        What `make` returns goes into the provenance as `notes`.

        Raises:
            DeepgenError: if the code is not the planned one, an input is missing, an output was not
                made, or a folder cannot be written. Nothing is published then.
        """
        if not self.folder or not self.entry:
            return self._make(make, None)
        with store.owned(self.folder, self.lock_timeout):
            if manifest := store.finished(self.entry):
                print(f"deepgen: {self.stage}: taken from {self.entry}", file=sys.stderr)
                self._publish(self.entry, manifest)
            else:
                self._make(make, self.entry)

    def _make(self, make: Callable[[Path], Any], entry: Path | None) -> None:
        started, revision = datetime.now(UTC), git_revision()
        # Imported now and checked again, so that an edit while the job runs cannot reach it
        for module in self.code:
            importlib.import_module(module)
        self._check_planned()
        self.out.mkdir(parents=True, exist_ok=True)
        _sweep(self.out)
        prefix = f".{self.stage}-{socket.gethostname()}-{os.getpid()}-"
        staging = Path(tempfile.mkdtemp(dir=self.out, prefix=prefix))
        try:
            notes = make(staging)
            for name in self.outputs:
                if not (staging / name).is_file():
                    raise DeepgenError(f"{self.stage} did not make {name}: this is a bug")
            manifest = {
                "stage": self.stage,
                "key": self.key,
                "seed": self.seed,
                "settings": self.settings,
                "code": self.code,
                "inputs": {
                    role: {"path": str(self.inputs[role]), "sha256": digest}
                    for role, digest in self.digests.items()
                },
                "outputs": {name: sha256(staging / name) for name in self.outputs},
                "notes": notes,
                "machine": describe_machine(),
                "run": describe_run(started, sys.argv, revision),
            }
            if entry:
                store.put(entry, staging, manifest)
            self._publish(staging, manifest)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _publish(self, source: Path, manifest: dict[str, Any]) -> None:
        # Unlinked first: no moment has new outputs beside the provenance of the old ones
        (self.out / self.provenance).unlink(missing_ok=True)
        for name in manifest["outputs"]:
            target = self.out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.parent.samefile(self.out):
                os.chmod(source / name, 0o644)
                os.replace(source / name, target)
            else:
                copy(source / name, target)
        write_json(self.out / self.provenance, manifest)

    def _check_planned(self) -> None:
        if self.expected_code is None:
            return
        now = code_of(self.stage, self.settings)
        names = sorted(now | self.expected_code)
        changed = [name for name in names if now.get(name) != self.expected_code.get(name)]
        if changed:
            raise DeepgenError(
                f"the code of {', '.join(changed)} changed since this job was planned: "
                "run snakemake again"
            )


def _sweep(out: Path) -> None:
    """Delete what jobs killed on this machine left behind."""
    for folder in out.glob(f".*-{socket.gethostname()}-*-*"):
        pid = folder.name.rsplit("-", 2)[1]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (PermissionError, ValueError):
            continue


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None

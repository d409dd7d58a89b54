"""One job: check that it is what was planned, take it from the store or make it, publish it."""

import importlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepgen.engine import store
from deepgen.engine.identity import code_of, job_key
from deepgen.engine.integrity import check_inputs, with_digest
from deepgen.engine.ledger import shelf
from deepgen.engine.provenance import describe_machine, describe_run, git_revision
from deepgen.engine.stop import received_signal
from deepgen.errors import DeepgenError
from deepgen.files import copy, sha256, sweep, temporary_prefix, write_json


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
        store_dir: Folder of the store; None for what is cheaper to make again than to store, or too
            large.
        provenance: File name below `out` that says who made the outputs.
        lock_timeout: Seconds to wait for another process that makes the same; -1 for ever.
        on_shelf: Whether its outputs may lie on the ledger's shelf, from which they are then taken.
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
    on_shelf: bool = False
    code: dict[str, str] = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.provenance = self.provenance or f"{self.stage}.prov.json"
        self.code = code_of(self.stage, self.settings)
        self._check_planned()
        self.digests = {role: _digest(path) for role, path in sorted(self.inputs.items())}
        for path in self.inputs.values():
            if path.suffix == ".npy":
                from deepgen.data.array_file import check_array  # numpy: not when planning

                check_array(path)
        check_inputs({self.inputs[role]: digest for role, digest in self.digests.items()})
        self.key = job_key(self.stage, self.digests, self.settings, self.seed, self.code)

    @property
    def folder(self) -> Path | None:
        """The job's folder in the store."""
        return self.store_dir / self.stage / self.key if self.store_dir else None

    @property
    def entry(self) -> Path | None:
        """Where its finished outputs lie in the store."""
        return entry_in(self.folder, self.settings) if self.folder else None

    def run(self, make: Callable[[Path], Any]) -> None:
        """Publish the outputs from the store, or call `make(folder)` and store what it wrote.

        What `make` returns goes into the provenance as `notes`.

        Raises:
            DeepgenError: if the code is not the planned one, an input is missing, an output was not
                made, or a folder cannot be written. Nothing is published then.
        """
        for folder in {(self.out / name).parent for name in self.outputs}:
            sweep(folder)
        with store.owned(self.folder, self.lock_timeout) if self.folder else nullcontext():
            if found := self._find():
                folder, manifest = found
                print(f"deepgen: {self.stage}: taken from {folder}", file=sys.stderr)
                # Another job with equal inputs may have made it from files of other names
                self._publish(
                    folder, with_digest(manifest | {"key": self.key, "inputs": self._inputs()})
                )
            else:
                self._make(make, self.entry)

    def _find(self) -> tuple[Path, dict[str, Any]] | None:
        """Where its outputs lie already, in the store or on the shelf, and their record."""
        manifest = store.finished(self.entry) if self.entry else None
        if self.entry and manifest and set(manifest["outputs"]) == set(self.outputs):
            return self.entry, manifest
        if not self.on_shelf:
            return None
        identity = {
            "stage": self.stage,
            "inputs": self.digests,
            "settings": self.settings,
            "code": self.code,
            "seed": self.seed,
        }
        return shelf.look_up(self.provenance, identity, self.outputs)

    def _make(self, make: Callable[[Path], Any], entry: Path | None) -> None:
        started, processor, revision = datetime.now(UTC), time.process_time(), git_revision()
        # Imported now and checked again, so that an edit while the job runs cannot reach it
        for module in self.code:
            importlib.import_module(module)
        self._check_planned()
        self.out.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=self.out, prefix=temporary_prefix(self.stage)))
        try:
            notes = make(staging)
            if received_signal():  # some library may have swallowed it and returned early
                raise KeyboardInterrupt
            for name in self.outputs:
                if not (staging / name).is_file():
                    raise DeepgenError(f"{self.stage} did not make {name}: this is a bug")
            manifest = {
                "stage": self.stage,
                "key": self.key,
                "seed": self.seed,
                "settings": self.settings,
                "code": self.code,
                "inputs": self._inputs(),
                "outputs": {name: sha256(staging / name) for name in self.outputs},
                "notes": notes,
                "machine": describe_machine(),
                "run": describe_run(started, time.process_time() - processor, sys.argv, revision),
            }
            manifest = with_digest(manifest)
            if entry:
                store.put(entry, staging, manifest)
            self._publish(staging, manifest)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _inputs(self) -> dict[str, dict[str, str]]:
        return {
            role: {"path": str(self.inputs[role]), "sha256": digest}
            for role, digest in self.digests.items()
        }

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


def entry_in(folder: Path, settings: dict[str, Any]) -> Path:
    """Where a job's folder of the store has its outputs: a training has one place a budget."""
    if "training" in settings:
        return folder / f"budget-{settings['training']['epochs']}"
    return folder


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except FileNotFoundError:
        raise DeepgenError(f"{path} is missing: make it first, or correct the path") from None

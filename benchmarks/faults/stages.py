"""A small finished run whose stage commands can be disturbed and compared with undisturbed ones."""

import copy
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deepgen.files import sha256
from tests.workflow.project import EXPERIMENT, ROOT, Project

SCORES = ["parzen", "two_sample", "precision_recall", "mmd", "data_copying"]
SCORES += ["parzen_spread", "sampling"]
KEPT = ("data", "results", "store")
NOTES = ".jobs"
STALE = b"an earlier result"
# As a patch of `Run.run`: a training writes its state before every update
SAVE_ALWAYS = {
    "deepgen.stages.train.SAVE_EVERY_SECONDS": 0,
    "deepgen.stages.train.SAVES_AT_MOST": 1,
}


@dataclass
class Ended:
    """How a process ended: exit code (negative: by that signal), seconds, what it printed."""

    code: int
    seconds: float
    output: str


@dataclass
class Stage:
    """One stage command of the run, and what it makes when nothing disturbs it.

    Args:
        name: For messages, as "score parzen of seed-1/last".
        argv: Behind `deepgen`.
        out: Folder of its outputs, below the project.
        outputs: {file name: SHA-256}.
        provenance: File name.
        key: In the store.
        stored: Its files in the store {path below the project: SHA-256}; empty without a store.
        seconds: That it takes undisturbed, imports apart.
    """

    name: str
    argv: list[str]
    out: Path
    outputs: dict[str, str]
    provenance: str
    key: str
    stored: dict[str, str]
    seconds: float

    @property
    def kind(self) -> str:
        """Name of the stage."""
        return self.argv[0]


class Run:
    """A project with a finished run, and a server that runs its commands.

    Args:
        root: Folder of the project, made here.
        epochs: Of its training.
    """

    def __init__(self, root: Path, epochs: int = 12):
        self.root, self.epochs = root, epochs
        self.project = small_project(root, epochs)
        self.logs = Path(tempfile.mkdtemp(prefix="logs-", dir=root.parent))
        self.logs.chmod(0o755)
        self.server = self._serve({})
        plan = self.project.snakemake("-n", "-p")
        lines = re.findall(r"^ *(?:Shell command: )?deepgen (.*) > \S+.*2>&1", plan, re.MULTILINE)
        self.stages = [self._make(shlex.split(line)) for line in lines]
        self.tree = self.files()
        # Provenance holds times, which pages show: both are put back after every disturbance
        self.timed = {
            path: (root / path).read_bytes() for path in self.tree if shows_times(Path(path).name)
        }

    def _serve(self, variables: dict[str, str]) -> subprocess.Popen:
        environment = self.project.environment | variables
        environment["PYTHONPATH"] += f"{os.pathsep}{ROOT}"
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.faults.server"],
            cwd=self.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        server.stdout.readline()
        return server

    def under(self, variables: dict[str, str]) -> "Run":
        """The same run with a server of its own that has other variables."""
        other = copy.copy(self)
        other.server = self._serve(variables)
        return other

    def _make(self, argv: list[str]) -> Stage:
        before = self.files()
        ended = self.run(argv)
        assert ended.code == 0, ended.output
        out = Path(argv[argv.index("--out") + 1])
        (record,) = [
            path
            for path in self.files() - before
            if path.endswith(".prov.json") and Path(path).parent == out
        ]
        manifest = json.loads((self.root / record).read_text(encoding="utf-8"))
        entries = list((self.root / "store").glob(f"*/{manifest['key']}/**/manifest.json"))
        outputs = manifest["outputs"]
        return Stage(
            name=f"{argv[0]} {record.removesuffix('.prov.json').removeprefix('results/tiny/')}",
            argv=argv,
            out=out,
            outputs=outputs,
            provenance=Path(record).name,
            key=manifest["key"],
            stored={
                str((entry.parent / name).relative_to(self.root)): digest
                for entry in entries
                for name, digest in outputs.items()
            },
            seconds=ended.seconds,
        )

    def close(self) -> None:
        """End the server."""
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, argv: list[str], **request: Any) -> Ended:
        """Run `deepgen` with these arguments in the project; `request` is for the server."""
        handle, log = tempfile.mkstemp(dir=self.logs)
        os.chmod(log, 0o666)
        os.close(handle)
        request = {"argv": argv, "cwd": str(self.root), "log": log} | request
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        answer = json.loads(self.server.stdout.readline())
        output = Path(log).read_text(errors="replace")
        Path(log).unlink()
        return Ended(answer["code"], answer["seconds"], output)

    def files(self) -> set[str]:
        """Everything below data, results and store, folders too, apart from locks and the notes of
        Snakemake, which some faults run and others do not."""
        return {
            str(path.relative_to(self.root))
            for folder in KEPT
            for path in (self.root / folder).rglob("*")
            if path.name != "lock" and NOTES not in path.parts
        }

    def of_each_kind(self, rng: random.Random) -> list[Stage]:
        """One stage of every kind, a score and a study of every name."""
        kinds: dict[str, list[Stage]] = {}
        for stage in self.stages:
            named = stage.kind in ("score", "study")
            kind = f"{stage.kind} {stage.provenance}" if named else stage.kind
            kinds.setdefault(kind, []).append(stage)
        return [rng.choice(stages) for stages in kinds.values()]

    def forget(self, stage: Stage, start: str) -> None:
        """Put the project into the state before a stage ran.

        Args:
            start: "nothing"; "stale": other outputs and their provenance lie there; "stored": only
                the store has the outputs.
        """
        for name in (*stage.outputs, stage.provenance):
            (self.root / stage.out / name).unlink(missing_ok=True)
        if start != "stored":
            for entry in (self.root / "store").glob(f"*/{stage.key}"):
                shutil.rmtree(entry)
        if start == "stale":
            for name in stage.outputs:
                (self.root / stage.out / name).write_bytes(STALE)
            digest = sha256(self.root / stage.out / next(iter(stage.outputs)))
            manifest = {"key": "0" * 32, "outputs": dict.fromkeys(stage.outputs, digest)}
            path = self.root / stage.out / stage.provenance
            path.write_text(json.dumps(manifest), encoding="utf-8")

    def harm(self, stage: Stage) -> list[str]:
        """What is wrong after a stage was cut off; each as the end of a sentence."""
        found = []
        for name, digest in stage.outputs.items():
            path = self.root / stage.out / name
            if path.exists() and path.read_bytes() != STALE and sha256(path) != digest:
                found.append(f"left a part of {name}")
        folders = [(self.root / stage.out / stage.provenance, self.root / stage.out)]
        for path, digest in stage.stored.items():
            if (self.root / path).exists() and sha256(self.root / path) != digest:
                found.append(f"left a part of {path}")
        folders += [(entry / "manifest.json", entry) for entry in self._entries(stage)]
        for record, folder in folders:
            if record.exists():
                found += self._mismatches(record, folder)
        return found

    def _entries(self, stage: Stage) -> set[Path]:
        return {(self.root / path).parent for path in stage.stored}

    def _mismatches(self, record: Path, folder: Path) -> list[str]:
        try:
            outputs = json.loads(record.read_text(encoding="utf-8"))["outputs"]
        except ValueError:
            return [f"left a part of {record.name}"]
        return [
            f"left {record.name} beside another {name}"
            for name, digest in outputs.items()
            if not (folder / name).exists() or sha256(folder / name) != digest
        ]

    def litter(self) -> list[str]:
        """Files that an undisturbed run does not leave."""
        return sorted(self.files() - self.tree)

    def repeat(self, stage: Stage, **request: Any) -> list[str]:
        """Run a stage's command again; what is wrong then, each as the end of a sentence."""
        ended = self.run(stage.argv, **request)
        if ended.code != 0:
            return [f"failed when run again (code {ended.code}): {ended.output[-300:]}"]
        found = self.harm(stage)
        for name, digest in stage.outputs.items():
            if sha256(self.root / stage.out / name) != digest:
                found.append(f"made another {name} when run again")
        found += [f"left {path}" for path in self.litter()]
        found += [f"lost {path}" for path in sorted(self.tree - self.files())]
        self.put_back_times()
        return found

    def put_back_times(self) -> None:
        """Make provenance, and what shows its times, what it was after the undisturbed run."""
        for path, content in self.timed.items():
            (self.root / path).write_bytes(content)


def small_project(root: Path, epochs: int = 12) -> Project:
    """A project that trains so long and has every score, nothing made yet."""
    root.mkdir(parents=True)
    project = Project(root)
    experiment = copy.deepcopy(EXPERIMENT) | {"scores": SCORES}
    experiment["training"]["epochs"] = epochs
    project.write_yaml("config/experiments/digits.yaml", experiment)
    return project


def _holds_times(path: str) -> bool:
    return path.endswith((".prov.json", "manifest.json", "train.jsonl"))


def shows_times(name: str) -> bool:
    """Whether an artefact tells when it was made or how long that took, or is made of such."""
    pages = (
        "index.html",
        "digits.html",
        "gan2014.html",
        "runs.csv",
        "costs.csv",
        "table2.md",
        "table2.tex",
    )
    return _holds_times(name) or name in pages


@cache
def finished_run(folder: Path) -> Run:
    """The finished run in a folder, made at the first call; its folder's name has a space in it."""
    return Run(folder / "stages" / "a project")


def refused_in_a_sentence(ended: Ended, stage: Stage) -> bool:
    """Whether a command failed and its last line is its own, without a traceback."""
    last = (ended.output.splitlines() or [""])[-1]
    said = last.startswith(f"deepgen {stage.kind}: ")
    return ended.code > 0 and said and not traceback_in(ended)


def traceback_in(ended: Ended) -> bool:
    """Whether Python printed a traceback."""
    return "Traceback" in ended.output or "Error:" in ended.output

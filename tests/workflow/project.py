"""A copy of the project with a small data set, in which tests edit files and run Snakemake."""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import yaml

ROOT = Path(__file__).parents[2]

EXPERIMENT = {
    "dataset": "digits",
    "paper": "gan2014",
    "title": "Small adversarial nets",
    "seeds": [1],
    "model": {
        "family": "gan",
        "generator": [{"kind": "relu", "units": 30}, {"kind": "sigmoid", "bias": "marginals"}],
    },
    "objective": {
        "name": "adversarial",
        "discriminator": {"layers": [{"kind": "maxout", "units": 10}]},
    },
    "training": {
        "epochs": 2,
        "selection": {
            "rule": "validation_parzen",
            "every": 1,
            "num_samples": 50,
            "sigma_examples": 50,
        },
        "previews": {"epochs": [1, 2]},
    },
    "num_samples": 100,
    "parzen": {"sigma_examples": 50},
    "parzen_spread": {"redraws": 2},
    "sampling": {"num_samples": 100},
    "references": {"names": ["training-images", "constant-image"], "num_samples": 100},
    "comparison": {"num_samples": 100, "cells": 1},
    "classifier": {"epochs": 1},
    "scores": ["parzen", "data_copying", "parzen_spread", "sampling"],
    "figures": ["figure2a", "figure3", "sigma_curve", "learning_curve", "previews"],
}
TINY = {
    "run": "tiny",
    "experiments": ["digits"],
    "papers": {"gan2014": {"theory": {"iterations": {"before": 400, "b": 100, "d": 100}}}},
}
# Notes at the end of each command what it has imported
WATCH = """
import atexit, json, os, sys

def note():
    if sys.argv[0].endswith("deepgen"):
        content = {"argv": sys.argv, "modules": [m for m in sys.modules if m[:8] == "deepgen."]}
        with open(os.path.join(os.path.dirname(__file__), f"{os.getpid()}.json"), "w") as file:
            json.dump(content, file)

atexit.register(note)
"""
UPDATES_PER_EPOCH = 5  # 500 training images in batches of 100

ENTRY = """
DATASETS["{name}"] = Dataset(
    title="{name}",
    licence="CC BY-SA 3.0",
    citation="the first images of MNIST",
    files=({files}),
    parser="idx",
    parts={{
        "train": {{"images": "train-images", "labels": "train-labels"}},
        "test": {{"images": "test-images", "labels": "test-labels"}},
    }},
    splits={{
        "train": Split(part="train", start=0, stop=500),
        "valid": Split(part="train", start=500, stop=600),
        "test": Split(part="test", start=0, stop=100),
    }},
    shape=(28, 28, 1),
)
"""


class Project:
    """A copy of the project in its own folder."""

    watching: tuple[str, ...] = ()

    def __init__(self, root: Path):
        self.root = root
        for name in ("src", "workflow", "profiles", "config"):
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        shutil.copy(ROOT / "Snakefile", root)
        (root / "src/deepgen/data/registry.py").write_text(
            (ROOT / "src/deepgen/data/registry.py").read_text() + self._make_data("digits")
        )
        self.write_yaml("config/experiments/digits.yaml", EXPERIMENT)
        self.write_yaml("config/tiny.yaml", TINY)

    @classmethod
    def at(cls, root: Path) -> Self:
        """The project that lies in a folder already."""
        project = cls.__new__(cls)
        project.root = root
        return project

    def _make_data(self, name: str) -> str:
        """Small IDX files under data/bundled; returns their registry entry."""
        folder = self.root / "data/bundled" / name
        folder.mkdir(parents=True)
        files = []
        for part, source, count in (("train", "train", 600), ("test", "t10k", 100)):
            for kind, rank in (("images", 3), ("labels", 1)):
                path = ROOT / f"data/bundled/mnist/{source}-{kind}-idx{rank}-ubyte.gz"
                raw = gzip.decompress(path.read_bytes())
                header = 4 + 4 * rank
                items = np.frombuffer(raw, np.uint8, offset=header).reshape(
                    int.from_bytes(raw[4:8], "big"), -1
                )
                payload = raw[:4] + count.to_bytes(4, "big") + raw[8:header]
                payload += items[:count].tobytes()
                (folder / f"{part}-{kind}.gz").write_bytes(gzip.compress(payload, mtime=0))
                digest = hashlib.sha256(payload).hexdigest()
                files.append(f'File(name="{part}-{kind}", sha256="{digest}", sources=())')
        return ENTRY.format(name=name, files=", ".join(files))

    def write_yaml(self, path: str, content: dict) -> None:
        (self.root / path).write_text(yaml.safe_dump(content))

    @contextmanager
    def edited(self, path: str, old: str, new: str):
        """The file with a replacement, as long as the block lasts."""
        file = self.root / path
        before = file.read_text()
        assert old in before
        file.write_text(before.replace(old, new, 1))
        try:
            yield
        finally:
            file.write_text(before)

    @contextmanager
    def configured(self, change):
        """The experiment's settings changed by a function, as long as the block lasts."""
        path = "config/experiments/digits.yaml"
        before = (self.root / path).read_text()
        content = yaml.safe_load(before)
        change(content)
        self.write_yaml(path, content)
        try:
            yield
        finally:
            (self.root / path).write_text(before)

    @contextmanager
    def watched(self):
        """Commands leave notes of their imports in the folder `watch`, while the block lasts."""
        folder = self.root / "watch"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(WATCH)
        self.watching = (str(folder),)
        try:
            yield
        finally:
            self.watching = ()

    @property
    def environment(self) -> dict[str, str]:
        """In which commands find this copy of the package."""
        return os.environ | {
            "PYTHONPATH": os.pathsep.join([*self.watching, str(self.root / "src")]),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "OMP_NUM_THREADS": "1",
        }

    def snakemake(self, *arguments: str) -> str:
        """Run Snakemake on the tiny run; returns what it printed."""
        command = ["snakemake", *arguments, "--cores", "2", "--configfile", "config/tiny.yaml"]
        result = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True
        )
        logs = "".join(p.read_text() for p in self.root.glob("logs/**/*.log"))
        assert result.returncode == 0, result.stdout + result.stderr + logs
        return result.stdout + result.stderr

    def planned(self, *arguments: str) -> dict[str, int]:
        """What a dry run would do: {rule: jobs}."""
        output = self.snakemake("-n", *arguments)
        stats = output.partition("Job stats:")[2]
        rows = re.findall(r"^(\w+) +(\d+)$", stats, flags=re.MULTILINE)
        return {rule: int(count) for rule, count in rows if rule not in ("all", "total")}

    def run(self, *targets: str) -> int:
        """Run for real; returns how many optimiser updates were made."""
        before = self.epochs()
        self.snakemake(*targets)
        return (self.epochs() - before) * UPDATES_PER_EPOCH

    def epochs(self) -> int:
        """How many epochs all trainings in the store have made."""
        logs = self.root.glob("store/train/*/*/train.jsonl")
        return sum(len(path.read_text().splitlines()) for path in logs)

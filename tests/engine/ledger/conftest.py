"""A finished small run whose outputs DVC has recorded and pushed, and clones of it."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from deepgen.engine.ledger.dvc import find_dvc

from ...workflow.made_once import made_once
from ...workflow.project import EXPERIMENT, ROOT, TINY, Project

CONFIG = ("--configfile", "config/tiny.yaml")


class Checkout(Project):
    """A copy of the project under git, with DVC's configuration."""

    def __init__(self, root: Path):
        super().__init__(root)
        small = {"scores": ["parzen"], "figures": ["training_curves"], "references": {"names": []}}
        self.write_yaml("config/experiments/digits.yaml", EXPERIMENT | small)
        self.write_yaml("config/tiny.yaml", TINY | {"ledger": True})
        shutil.copytree(ROOT / ".dvc", root / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache"))
        for name in (".dvcignore", ".gitignore"):
            shutil.copy(ROOT / name, root)
        self.command("git", "init", "--quiet")
        self.commit()

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        """Run a command here, whatever becomes of it."""
        environment = self.environment | environment
        return subprocess.run(words, cwd=self.root, env=environment, capture_output=True, text=True)

    def output(self, *words: str, **environment: str) -> str:
        """What a command that succeeds prints, to stdout and then to stderr."""
        result = self.command(*words, **environment)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def deepgen(self, name: str, *options: str, **environment: str) -> str:
        """What `deepgen <name>` prints of the tiny run."""
        return self.output("python", "-m", "deepgen.cli", name, *CONFIG, *options, **environment)

    def python(self, code: str) -> str:
        """What Python prints here."""
        return self.output("python", "-c", code)

    def commit(self) -> None:
        """Keep everything that git does not ignore."""
        self.output("git", "add", "--all")
        self.output(
            "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "state"
        )

    def clone(self, root: Path) -> "Checkout":
        """A fresh clone; the default remote of DVC lies beside both."""
        self.output("git", "clone", "--quiet", ".", str(root))
        return Checkout.at(root)

    def sent(self, path: str) -> Path:
        """Where the default remote has what lies on the shelf under a path."""
        md5 = hashlib.md5((self.root / "ledger" / path).read_bytes()).hexdigest()
        return self.root.parent / "deepgen-remote/files/md5" / md5[:2] / md5[2:]


def _record(folder: Path) -> None:
    """The tiny run finished, recorded, pushed and committed."""
    root = folder / "a checkout"
    root.mkdir()
    checkout = Checkout(root)
    after_success = checkout.snakemake()
    (folder / "said").write_text(f"{after_success}=== asked{checkout.deepgen('ledger', '--push')}")
    checkout.commit()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Checkout:
    """A copy of the recorded run, with its remote beside it, for each file of tests."""
    if find_dvc() is None:
        pytest.skip("DVC is not installed")
    made = made_once(tmp_path_factory, "ledger", _record)
    folder = tmp_path_factory.mktemp("ledger") / "copy"
    shutil.copytree(made, folder, symlinks=True)
    checkout = Checkout.at(folder / "a checkout")
    checkout.said = (folder / "said").read_text()
    return checkout

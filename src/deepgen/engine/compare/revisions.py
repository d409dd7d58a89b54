"""What git holds at a revision, read without a checkout."""

import io
import subprocess
import tarfile

from deepgen.errors import DeepgenError


def find_commit(revision: str) -> str:
    """The 40 hex digits of the commit that a person names; all other functions take only these.

    Raises:
        DeepgenError: if there is no such commit, or no repository.
    """
    where = "give results/<run>, reports/<run> or a git revision"
    if revision.startswith("-") or "\0" in revision:
        raise DeepgenError(f"{revision!r} cannot name a git revision: {where}")
    if _git("rev-parse", "--git-dir") is None:
        raise DeepgenError(
            f"{revision} is no run's folder, and this is no git repository, so it is no revision "
            f"either: {where}"
        )
    found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not found:
        raise DeepgenError(f"{revision} is no folder here and no git revision: {where}")
    return found.decode().strip()


def describe(commit: str, path: str) -> str:
    """The last commit up to `commit` that changed a path: its short name, day and subject."""
    found = _git("log", "-1", "--format=%h, %cs: %s", commit, "--", path) or b""
    return f"{path} of {found.decode(errors='replace').strip()}"


def read_at(commit: str, path: str) -> bytes | None:
    """A file below the current folder as `commit` has it; None if it has none."""
    return _git("show", f"{commit}:./{path}")


def files_at(commit: str, folder: str) -> dict[str, bytes]:
    """{path relative to `folder`: content} of all files in a folder that `commit` has."""
    archive = _git("archive", "--format=tar", commit, "--", folder)
    if archive is None:
        return {}
    files = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                files[member.name.removeprefix(f"{folder}/")] = file.read()
    return files


def folders_at(commit: str, folder: str) -> list[str]:
    """Names of the folders in a folder that `commit` has."""
    names = _git("ls-tree", "-d", "-z", "--name-only", commit, "--", f"{folder}/") or b""
    return [name.rpartition("/")[2] for name in names.decode().split("\0") if name]


def _git(*arguments: str) -> bytes | None:
    """What git prints; None if it fails or is not installed."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None

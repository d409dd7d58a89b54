"""One job a GPU, where no scheduler assigns them."""

import fcntl
import math
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from deepgen.errors import TemporaryStop

SLOTS = Path("/tmp")  # the same for all users and jobs, unlike TMPDIR
_held: list[int] = []  # a slot is this process's until it ends, also by SIGKILL


def take_gpu(deadline: float = math.inf) -> None:
    """Make one free GPU the only one that this process sees; wait while all are taken.

    Sets CUDA_VISIBLE_DEVICES, so it comes before torch first asks for a GPU. A SLURM job that was
    assigned one GPU has it for itself.

    Args:
        deadline: Of `time.monotonic`, until which to wait.

    Raises:
        TemporaryStop: if no GPU was free until then.
    """
    devices = _visible()
    if not devices or _held or (len(devices) == 1 and "SLURM_JOB_ID" in os.environ):
        return
    waiting = False
    while True:
        for uuid in devices:
            if _lock(SLOTS / f"deepgen-{uuid}.lock"):
                os.environ["CUDA_VISIBLE_DEVICES"] = uuid
                print(f"deepgen: takes GPU {uuid}", file=sys.stderr, flush=True)
                return
        taken = f"all GPUs ({', '.join(devices)}) are taken"
        if time.monotonic() >= deadline:
            raise TemporaryStop(f"{taken}: give the same command when one is free")
        if not waiting:
            print(f"deepgen: {taken}; waiting for one", file=sys.stderr, flush=True)
            waiting = True
        time.sleep(0.5)


def _visible() -> list[str]:
    """UUIDs of the GPUs that torch would see; in a SLURM job, of those assigned to it."""
    try:
        result = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    except OSError:
        return []
    uuids = re.findall(r"^GPU \d+: .*\(UUID: (\S+)\)", result.stdout, flags=re.MULTILINE)
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is None:
        return [] if "SLURM_JOB_ID" in os.environ else uuids
    names = [name.strip() for name in given.split(",") if name.strip()]
    return [_uuid(name, uuids) for name in names] if uuids else []


def _uuid(name: str, uuids: list[str]) -> str:
    """The UUID that a number or the beginning of a UUID stands for; a part of a GPU has its own."""
    if name.isdecimal() and int(name) < len(uuids):
        return uuids[int(name)]
    return next((uuid for uuid in uuids if uuid.startswith(name)), name)


def _lock(path: Path) -> bool:
    """Take the slot of this file, if it is free."""
    # Created first: on many systems O_CREAT fails for another user's file in a sticky folder
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444))
        os.chmod(path, 0o444)  # whatever the umask
    slot = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(slot)
        return False
    _held.append(slot)
    return True

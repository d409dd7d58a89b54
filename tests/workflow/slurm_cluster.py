"""A SLURM cluster of one node on this machine, for `test_slurm.py` and to try a profile by hand.

    python tests/workflow/slurm_cluster.py install        # Debian's packages; nothing else installs
    python tests/workflow/slurm_cluster.py run COMMAND... # start it, run the command, stop it
    python tests/workflow/slurm_cluster.py stop           # what a killed `run` left behind

The node claims more processors, memory and GPUs than there are, so that jobs of the shipped
profiles fit; the GPUs are `/dev/null` and `/dev/zero`, which torch does not see. Jobs of the
partition `high` preempt those of `main`, which SLURM queues again. There is no accounting.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGES = ["slurm-wlm", "slurm-client", "slurmctld", "slurmd", "munge"]
SETTINGS = Path("/etc/slurm")  # a job step forgets SLURM_CONF, so only this place works
CONF = """
ClusterName=toy
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
MpiDefault=none
ReturnToService=2
MinJobAge=300
KillWait=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=256000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=UNLIMITED State=UP PriorityTier=1
PartitionName=high Nodes={host} MaxTime=UNLIMITED State=UP PriorityTier=10
"""
GRES = """
NodeName={host} Name=gpu File=/dev/null
NodeName={host} Name=gpu File=/dev/zero
"""


def why_not() -> str | None:
    """Why no cluster can be started here, or None."""
    missing = [name for name in ("slurmctld", "slurmd", "munged") if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} not found: python {__file__} install"
    if os.geteuid():
        return "only root can start SLURM's daemons"
    conf = SETTINGS / "slurm.conf"
    if conf.is_symlink():
        return f"{conf} is left from another test: python {__file__} stop"
    if conf.exists():
        return f"{conf} exists: this machine belongs to a cluster"
    return None


def install() -> None:
    """Install Debian's SLURM."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], check=True, env=environment)
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]
    subprocess.run(command, check=True, env=environment)


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """The cluster, as long as the block lasts; its state and logs lie in `folder`.

    Raises:
        RuntimeError: if its node is not ready within 20 seconds.
    """
    names = {"host": os.uname().nodename, "folder": folder}
    try:
        for name in ("state", "spool"):
            (folder / name).mkdir(parents=True)
        for name, text in (("slurm.conf", CONF), ("gres.conf", GRES)):
            (folder / name).write_text(text.format(**names).lstrip())
            (SETTINGS / name).symlink_to(folder / name)
        _start_munge(folder)
        subprocess.run(["slurmctld"], check=True)
        subprocess.run(["slurmd", "-N", names["host"]], check=True)
        _wait_until_idle()
        yield
    finally:
        stop()


def stop() -> None:
    """End the cluster that was started here, also one whose starter was killed."""
    links = [SETTINGS / name for name in ("slurm.conf", "gres.conf")]
    if not links[0].is_symlink():
        return
    folder = links[0].readlink().parent
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(["scancel", "--user", "root"], capture_output=True, timeout=30)
    for daemon in ("slurmd", "slurmctld", "munged"):
        _stop(folder / f"{daemon}.pid")
    for link in links:
        link.unlink(missing_ok=True)


def _start_munge(folder: Path) -> None:
    """SLURM's authentication, unless it runs already."""
    if subprocess.run(["munge", "-n"], capture_output=True).returncode == 0:
        return
    Path("/run/munge").mkdir(mode=0o755, exist_ok=True)
    shutil.chown("/run/munge", "munge", "munge")
    subprocess.run(["runuser", "-u", "munge", "--", shutil.which("munged")], check=True)
    shutil.copy("/run/munge/munged.pid", folder / "munged.pid")


def _wait_until_idle() -> None:
    for _ in range(100):
        state = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True).stdout
        if set(state.split()) == {"idle"}:
            return
        time.sleep(0.2)
    raise RuntimeError(f"the node is {state.strip() or 'unknown'}, not idle")


def _stop(pid_file: Path) -> None:
    """End the daemon of this file and wait until it is gone."""
    with suppress(OSError, ValueError):  # no file, or gone
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.1)


def main(arguments: list[str]) -> int:
    """The command line; returns the exit code."""
    if arguments in (["install"], ["stop"]):
        install() if arguments == ["install"] else stop()
        return 0
    if arguments[:1] != ["run"] or len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    if reason := why_not():
        print(f"slurm_cluster.py: {reason}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that it is stopped
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)):
        return subprocess.run(arguments[1:]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a run says when it starts: how long its trainings will take, if that is long."""

import subprocess
import sys
from typing import Any

from deepgen.files import canonical_json

LIMIT_SECONDS = 300  # for the estimate, which takes some seconds


def announce(workflow: Any, run: dict[str, Any]) -> None:
    """Print what `deepgen estimate --brief` says of the trainings to come, if it says anything.

    It counts in a process of its own, so that Snakemake imports no torch. On a cluster this
    machine's hours mean nothing, so nothing is said there.

    Args:
        workflow: Snakemake's own object, after it has drawn its graph.
        run: The run file's content as Snakemake has merged it.
    """
    try:
        jobs = workflow.dag.needrun_jobs() if workflow.local_exec else ()
        training = {job.wildcards.experiment for job in jobs if job.rule.name == "train"}
        chosen = [name for name in run["experiments"] if name in training]
        if chosen:
            command = [sys.executable, "-m", "deepgen.cli", "estimate", "--brief"]
            ended = subprocess.run(
                [*command, "--configfile", "/dev/stdin", "--cores", str(workflow.cores)],
                input=canonical_json(run | {"experiments": chosen}),
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
            )
            print(ended.stdout, end="", file=sys.stderr)
    except Exception:  # whatever Snakemake has become: no run fails for a remark
        return

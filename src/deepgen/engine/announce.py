"""What a run says when it starts: targets that it does not have, and how long it will take."""

import re
import subprocess
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from math import ceil
from pathlib import Path
from typing import Any

from deepgen.config import Config
from deepgen.engine.plan import Plan, rule_name
from deepgen.engine.resolve import stage_settings
from deepgen.engine.stages import RESERVED
from deepgen.files import canonical_json
from deepgen.settings import Experiment

LIMIT_SECONDS = 300  # for the estimate, which takes some seconds
FEW_UPDATES = 1000  # fewer end within the hour that the line is about, so nothing is counted


def hint_at_targets(words: Sequence[str], plan: Plan, folder: Path = Path("config")) -> None:
    """Say what an unknown target may have meant, before Snakemake says that it has no such rule.

    Args:
        words: The command line; what is an option's value among them resembles no experiment.
        folder: Where `experiments/` lies.
    """
    known = [*plan.experiments, *map(rule_name, plan.experiments)]
    files = {path.stem for path in (folder / "experiments").glob("*.yaml")}
    for word in words:
        if word in known or word in RESERVED or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", word):
            continue
        if files & {word, word.replace("_", "-")}:
            hint = (
                f"is no experiment of the run {plan.run}, which has {', '.join(plan.experiments)}"
            )
        elif near := get_close_matches(word, [*known, *RESERVED, *files], n=1, cutoff=0.7):
            hint = f"is no target; did you mean {near[0]!r}?"
        else:
            continue
        print(f"deepgen: {word!r} {hint}", file=sys.stderr)


def announce(workflow: Any, config: Config) -> None:
    """Print what `deepgen estimate --brief` says of the trainings to come, if it says anything.

    It counts in a process of its own, so that Snakemake imports no torch. On a cluster this
    machine's hours mean nothing, so nothing is said there.

    Args:
        workflow: Snakemake's own object, after it has drawn its graph.
        config: Of the run.
    """
    try:
        jobs = workflow.dag.needrun_jobs() if workflow.local_exec else ()
        training = {job.wildcards.experiment for job in jobs if job.rule.name == "train"}
        chosen = [name for name in config.run.experiments if name in training]
        if sum(_updates(config[name]) for name in chosen) > FEW_UPDATES:
            command = [sys.executable, "-m", "deepgen.cli", "estimate", "--brief"]
            ended = subprocess.run(
                [*command, "--configfile", "/dev/stdin", "--cores", str(workflow.cores)],
                input=canonical_json(config.run.resolved() | {"experiments": chosen}),
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
            )
            print(ended.stdout, end="", file=sys.stderr)
    except Exception:  # whatever Snakemake has become: no run fails for a remark
        return


def _updates(experiment: Experiment) -> int:
    """Of all its seeds."""
    settings = stage_settings("count", experiment)
    training, images = settings["training"], settings["num_examples"]
    return len(experiment.seeds) * training["epochs"] * ceil(images / training["batch_size"])

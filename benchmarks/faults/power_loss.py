"""Power cuts around every flush, rename and deletion of every stage."""

import json
import random
import signal
from pathlib import Path

from .outcome import Outcome
from .stages import SAVE_ALWAYS, finished_run


def power_loss(count: int, seed: int, folder: Path) -> Outcome:
    """Cut the power of stages at moments of their writing, then run them again.

    Args:
        count: How often, shared evenly by all kinds of stages; a stage with fewer moments than its
            share meets all of them.
    """
    outcome = Outcome("power cut around a flush, a rename or a deletion, then the same command")
    run, rng = finished_run(folder), random.Random(seed)
    kinds = run.of_each_kind(rng)
    kinds = rng.sample(kinds, min(count, len(kinds)))
    events = folder / "events"
    for stage in kinds:
        request = {"events": str(events)}
        if stage.kind == "train":
            request["patches"] = SAVE_ALWAYS
        starts = ("stale", "stored") if stage.stored else ("stale",)
        share = max(1, count // len(kinds) // len(starts))
        for start in starts:
            run.forget(stage, start)
            events.unlink(missing_ok=True)
            run.run(stage.argv, cut=-1, **request)
            moments = [json.loads(line) for line in events.read_text().splitlines()]
            for moment in sorted(rng.sample(range(len(moments)), min(share, len(moments)))):
                run.forget(stage, start)
                ended = run.run(stage.argv, cut=moment, **request)
                kind, path, flushed = moments[moment]
                problems = run.harm(stage)
                # How often a training saves, and so how many moments it has, depends on the clock
                finished = stage.kind == "train" and ended.code == 0
                if ended.code != -signal.SIGKILL and not finished:
                    problems.append(f"left with code {ended.code}: {ended.output[-300:]}")
                problems += run.repeat(stage)
                if kind.startswith("before") and not flushed:
                    problems.append("was renamed before it was flushed")
                end = f"{kind.removeprefix('before ').removeprefix('after ')}; same bits"
                end = "ended before the cut; same bits" if finished else end
                what = f"{stage.name} cut {kind} of {Path(path).name}"
                outcome.judge(what, problems, end)
    return outcome

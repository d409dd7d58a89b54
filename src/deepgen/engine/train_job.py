"""Runs the stage `train` inside the store: running states, signals, and trainings that diverged."""

import json
import math
import os
import resource
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from deepgen.engine.gpu_slots import take_gpu
from deepgen.engine.identity import model_code
from deepgen.engine.job import Job
from deepgen.engine.memory import check_memory
from deepgen.engine.progress import (
    LOG,
    TrainingProgress,
    loss_names,
    processor_seconds_in,
    seconds_in,
)
from deepgen.engine.stop import StopRequest
from deepgen.engine.store import STARTED
from deepgen.errors import DeepgenError
from deepgen.files import write_json

DIVERGED = "diverged.json"


def run_training(
    job: Job, data: Path, first_phase: Path | None, device: str, stop_after: float | None
) -> None:
    """Train, or continue to train, in the job's folder of the store.

    Another process that trains the same seed is waited for. `stop_after` counts from this call.

    Raises:
        TemporaryStop: when a signal or `stop_after` seconds ended it; the state is saved.
        DeepgenError: if this training diverges or is known to, and as `Job.run`.
    """
    folder, entry, training = job.folder, job.entry, job.settings["training"]
    if folder is None or entry is None:
        raise ValueError("a training needs a store for its running state")

    began = time.monotonic()
    if stop_after is not None and not 0 <= job.lock_timeout <= stop_after:
        job.lock_timeout = stop_after

    def make(out: Path) -> dict[str, Any]:
        _refuse_diverged(folder / DIVERGED)
        names = loss_names(job.settings)
        whose = {"out": str(job.out), "seed": job.seed, "losses": names}
        write_json(entry / STARTED, whose | {"host": socket.gethostname(), "pid": os.getpid()})
        if device == "auto":
            take_gpu(math.inf if stop_after is None else began + stop_after)
        from deepgen.data.arrays import load_array
        from deepgen.data.prepared import image_shape
        from deepgen.families.loading import load_model
        from deepgen.stages.train import train
        from deepgen.tensors import check_weights
        from deepgen.training.checkpoint import FALLBACK
        from deepgen.training.loop import Diverged

        check_memory(job.settings, image_shape(data))
        if first_phase is not None:
            check_weights(first_phase, load_model(first_phase)[0].state_dict())
        others = sorted(p for p in folder.glob("budget-*") if p != entry)
        _say_where_it_begins(training["epochs"], [entry, *others])
        examples = len(load_array(data / "train.npy", mmap_mode="r"))
        if sigma_examples := training["selection"].get("sigma_examples"):
            _check_validation(len(load_array(data / "valid.npy", mmap_mode="r")), sigma_examples)
        stop = StopRequest(stop_after and stop_after - (time.monotonic() - began))
        progress = TrainingProgress(entry / LOG, training["epochs"], examples, names)
        try:
            train(
                data=data,
                out=out,
                states=[entry, *others],
                settings=job.settings,
                seed=job.seed,
                key=job.key,
                code=model_code(job.settings),
                first_phase=first_phase,
                device=device,
                should_stop=stop,
                report=progress,
            )
        except Diverged as error:
            write_json(folder / DIVERGED, {"reason": str(error)})
            _refuse_diverged(folder / DIVERGED)
        except OverflowError as error:
            raise DeepgenError(
                f"a number of the training outgrew what a computer holds ({error.args[-1]}): lower "
                "training.optimiser.schedule.decay_per_update, or what the settings make as large"
            ) from None
        finally:
            progress.close()
            stop.release()
        for fallback in folder.glob(f"budget-*/{FALLBACK}"):
            fallback.unlink()  # up to two gigabytes that only a running training needs
        logs = sorted(folder.glob(f"budget-*/{LOG}"))
        processor = [processor_seconds_in(log) for log in logs]
        return {
            "training_seconds": sum(map(seconds_in, logs)),
            "processor_seconds": None if None in processor else sum(processor),
            "peak_memory_bytes": _peak_memory(),
            "parameters": {
                "model": _count(out / "last.safetensors"),
                "objective": _count(out / "objective.safetensors"),
            },
            "checkpoint_bytes": (out / "last.safetensors").stat().st_size,
        }

    job.run(make)


def _count(path: Path) -> int:
    """Values in a file of tensors, read from its header."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118


def _peak_memory() -> int:
    """The most memory that this process has held, on a GPU if it used one."""
    import torch

    if torch.cuda.is_available() and (held := torch.cuda.max_memory_allocated()):
        return held
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts kilobytes


def _say_where_it_begins(budget: int, states: list[Path]) -> None:
    """Say which epoch a training continues in, or that every saved state is beyond its budget."""
    from deepgen.tensors import read_metadata

    epochs = []
    for path in (state for folder in states for state in folder.glob("state*.safetensors")):
        # A damaged state is the training's to report
        with suppress(DeepgenError, ValueError, TypeError):
            epochs.append(int(read_metadata(path).get("epoch", 0)))
    if within := [epoch for epoch in epochs if epoch <= budget]:
        print(
            f"deepgen train: continues from saved states up to epoch {max(within)} of {budget}",
            file=sys.stderr,
            flush=True,
        )
    elif epochs:
        print(
            f"deepgen train: the saved states are at epochs {min(epochs)} to {max(epochs)}, beyond "
            f"this budget of {budget}, so training starts anew; to continue one, set "
            f"training.epochs to {min(epochs)} or more",
            file=sys.stderr,
        )


def _check_validation(images: int, sigma_examples: int) -> None:
    """Refuse a set whose size was not known before, and which leaves no image to score on."""
    if sigma_examples >= images:
        raise DeepgenError(
            f"training.selection.sigma_examples is {sigma_examples}: must be at most {images - 1}, "
            f"because there are {images} validation images"
        )


def _refuse_diverged(record: Path) -> None:
    if record.exists():
        reason = json.loads(record.read_text(encoding="utf-8"))["reason"]
        raise DeepgenError(
            f"training diverged: {reason}; lower training.optimiser.learning_rate (this is kept in "
            f"{record}; delete that file to try the same again)"
        )

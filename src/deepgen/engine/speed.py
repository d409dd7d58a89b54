"""How fast this machine trains: a few updates timed, or operations over a measured rate."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any

import torch

from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.seeds import stream
from deepgen.stages.count import build_loop

SMALL_SECONDS = 5  # an update that should take less is timed
EXAMPLES, UNITS = 100, 4096  # of the dense layer that gives the rate
REPEATS, ENOUGH_SECONDS = 5, 1.5


class Speed:
    """Seconds of an update on the device that a training would take, each kind measured once."""

    def __init__(self) -> None:
        self.device = choose_device()
        self.known: dict[tuple, tuple[float | None, str]] = {}

    def an_update(
        self, settings: dict[str, Any], counted: dict[str, Any]
    ) -> tuple[float | None, str]:
        """Seconds of one update and how they are known: `timed`, `counted` or `not counted`.

        Args:
            settings: As for `deepgen.stages.count.training_costs`.
            counted: What that returns. Trainings with equal operations, parameters and threads are
                equally fast.
        """
        flop, threads = counted["flop_per_update"], settings["threads"]
        if flop is None:
            return None, "not counted"
        kind = (flop, *counted["parameters"].values(), threads)
        if kind not in self.known:
            seconds = flop / (self.rate * (threads if self.device.type == "cpu" else 1))
            if seconds < SMALL_SECONDS:
                self.known[kind] = _timed(settings, self.device), "timed"
            else:
                self.known[kind] = seconds, "counted"
        return self.known[kind]

    @cached_property
    def rate(self) -> float:
        """Operations a second of a dense layer's three products and its step, on one thread."""
        device = choose_device(self.device.type, 1)
        x = torch.ones(EXAMPLES, UNITS, device=device)
        weight = torch.full((UNITS, UNITS), 1 / UNITS, device=device)
        velocity = torch.zeros_like(weight)

        def update() -> None:
            y = x @ weight
            gradient = x.T @ y
            y @ weight.T
            velocity.mul_(0.5).add_(gradient, alpha=-1e-9)
            weight.add_(velocity)

        return 6 * EXAMPLES * UNITS**2 / _fastest(update, device)

    def slots(self, cores: int, threads: int) -> int:
        """How many trainings of so many threads run side by side, or how many GPUs there are."""
        return torch.cuda.device_count() if self.device.type == "cuda" else max(1, cores // threads)

    def where(self, cores: int) -> str:
        """What they run on, in words."""
        if self.device.type == "cuda":
            count = torch.cuda.device_count()
            return f"{count} GPU{'s' if count > 1 else ''} ({torch.cuda.get_device_name()})"
        return f"{cores} core{'s' if cores > 1 else ''} of this machine"


def _timed(settings: dict[str, Any], device: torch.device) -> float:
    """Seconds of an update, made on random images."""
    choose_device(device.type, settings["threads"])
    size = (10 * settings["training"]["batch_size"], math.prod(settings["shape"]))
    images = torch.randint(256, size, dtype=torch.uint8, generator=stream(1, "images")).to(device)
    loop, rng = build_loop(settings, images), stream(1, "model", device)
    # An update takes as long in coordinates and from parameters that are not fitted: these images
    # may be too few for a whitening, and a second phase begins with a model that is not there
    with suppress(DeepgenError):
        loop.model.model_space.fit(images)
    y = loop.model.model_space(images, rng)[0]
    with suppress(ValueError):
        loop.model.initialise(y, rng)
    loop.objective.begin(loop.model, y, rng)
    return _fastest(loop.run_update, device)


def _fastest(step: Callable[[], None], device: torch.device) -> float:
    """The shortest time of a few, in seconds.

    On a CPU it is processor time a thread, so that other work on the machine hardly matters.
    """

    def now() -> float:
        if device.type == "cpu":
            return time.process_time() / torch.get_num_threads()
        torch.cuda.synchronize(device)
        return time.perf_counter()

    step()  # allocates, and chooses kernels
    times: list[float] = []
    while len(times) < REPEATS and sum(times) < ENOUGH_SECONDS:
        began = now()
        step()
        times.append(now() - began)
    return min(times)

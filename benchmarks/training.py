"""Updates of the paper's MNIST networks: deepgen's loop against a plain PyTorch loop."""

import argparse
import math
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from common import ROOT, machine, markdown, mnist, publish
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from deepgen.config import load_experiment
from deepgen.device import choose_device
from deepgen.families.loading import build_model, build_objective
from deepgen.seeds import stream
from deepgen.training.batches import Batches
from deepgen.training.loop import Loop

EXAMPLES, BATCH = 50_000, 100


def deepgen_update(images: torch.Tensor):
    """A function that makes one update of deepgen's loop, built as the stage `train` builds it."""
    path = ROOT / "config" / "experiments" / "mnist.yaml"
    settings = load_experiment(Path(path)).resolved()
    model = build_model(settings, (28, 28, 1))
    objective = build_objective(settings, (28, 28, 1), model)
    y = model.model_space(images)[0]
    model.initialise(y, stream(1, "model"))
    objective.begin(model, y, stream(1, "objective"))
    batches = Batches(images, None, BATCH, model.model_space, stream(1, "batches"))
    optimisers = dict.fromkeys(objective.groups(model), settings["training"]["optimiser"])
    return Loop(model, objective, batches, stream(1, "updates"), optimisers).run_update


class Maxout(nn.Module):
    """240 units of 5 pieces, from modules of torch."""

    def __init__(self, inputs: int):
        super().__init__()
        self.linear = nn.Linear(inputs, 1200)

    def forward(self, x):
        return self.linear(x).view(len(x), 240, 5).max(2).values


def plain_update(images: torch.Tensor):
    """The same networks and sizes in the usual PyTorch loop: D's step, then G's."""
    torch.manual_seed(1)
    g = nn.Sequential(
        *(nn.Linear(100, 1200), nn.ReLU(), nn.Linear(1200, 1200), nn.ReLU()),
        *(nn.Linear(1200, 784), nn.Sigmoid()),
    )
    d = nn.Sequential(
        *(nn.Dropout(0.2), Maxout(784), nn.Dropout(0.5), Maxout(240)),
        *(nn.Dropout(0.5), nn.Linear(240, 1)),
    )
    for net, irange in ((g, 0.05), (d, 0.005)):
        for name, p in net.named_parameters():
            nn.init.uniform_(p, -irange, irange) if "weight" in name else nn.init.zeros_(p)
    sgd_g, sgd_d = (torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5) for net in (g, d))
    bce, batches = F.binary_cross_entropy_with_logits, endless(images)
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def update() -> None:
        (x,) = next(batches)
        fakes = g((2 * torch.rand(BATCH, 100) - 1) * math.sqrt(3))
        sgd_d.zero_grad()
        (0.5 * (bce(d(x), ones) + bce(d(fakes.detach()), zeros))).backward()
        sgd_d.step()
        sgd_g.zero_grad()
        bce(d(fakes), ones).backward()
        sgd_g.step()

    return update


def endless(images: torch.Tensor):
    """Minibatches in [0, 1] from the usual loader."""
    loader = DataLoader(TensorDataset(images / 255), BATCH, shuffle=True, num_workers=0)
    while True:
        yield from loader


def alternating(
    ours, plain, updates: int, repeats: int, warm_up: int
) -> tuple[list[float], list[float]]:
    """Medians of both loops' seconds an update, and the ratio of every pair of chunks."""
    for update in (ours, plain):
        seconds(update, warm_up)
    pairs = [(seconds(ours, updates), seconds(plain, updates)) for _ in range(repeats)]
    medians = [statistics.median(column) for column in zip(*pairs, strict=True)]
    return medians, [a / b for a, b in pairs]


def seconds(update, updates: int) -> float:
    """Wall-clock seconds an update."""
    start = time.perf_counter()
    for _ in range(updates):
        update()
    return (time.perf_counter() - start) / updates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of torch")
    parser.add_argument("--updates", type=int, default=50, help="updates in a chunk")
    parser.add_argument("--repeats", type=int, default=20, help="pairs of chunks")
    parser.add_argument("--write", action="store_true", help="replace the table in README.md")
    options = parser.parse_args()
    choose_device("cpu", options.threads)  # also for the plain loop: allocator and threads
    images = torch.from_numpy(mnist("train")[:EXAMPLES])
    ours, plain = deepgen_update(images), plain_update(images)
    medians, ratios = alternating(ours, plain, options.updates, options.repeats, warm_up=20)
    rows = [
        [name, f"{1000 * t:.2f}", f"{t * EXAMPLES / BATCH:.2f}", f"{BATCH / t:,.0f}"]
        for name, t in zip(("deepgen", "plain PyTorch"), medians, strict=True)
    ]
    table = markdown(["loop", "ms an update", "seconds an epoch", "examples a second"], rows)
    ratio = (
        f"deepgen takes {medians[0] / medians[1]:.3f} of the plain loop's time (ratio of medians; "
        f"single pairs {min(ratios):.3f} to {max(ratios):.3f}); {options.repeats} alternating "
        f"pairs of chunks of {options.updates} updates after 20 of warm-up."
    )
    publish("training", f"{table}\n\n{ratio}\n\n{machine()}", options.write)


if __name__ == "__main__":
    main()

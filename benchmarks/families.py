"""Updates of the rivals of Table 1 and of NICE on MNIST: deepgen's loop against plain ones."""

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from common import ROOT, machine, markdown, mnist, publish
from torch import nn
from training import BATCH, EXAMPLES, alternating, endless

from deepgen.config import load_experiment
from deepgen.device import choose_device
from deepgen.families.loading import build_model, build_objective
from deepgen.seeds import stream
from deepgen.training.batches import Batches
from deepgen.training.loop import Loop


def deepgen_update(name: str, images: torch.Tensor) -> Callable[[], None]:
    """One update of deepgen's loop, of an experiment's file, as the stage `train` builds it."""
    path = ROOT / "config" / "experiments" / f"{name}.yaml"
    settings = load_experiment(Path(path), {"training": {"batch_size": BATCH}}).resolved()
    model = build_model(settings, (28, 28, 1))
    objective = build_objective(settings, (28, 28, 1), model)
    y = model.model_space(images, stream(1, "initial data"))[0]
    model.initialise(y, stream(1, "model"))
    objective.begin(model, y, stream(1, "objective"))
    batches = Batches(images, None, BATCH, model.model_space, stream(1, "batches"))
    optimisers = dict.fromkeys(objective.groups(model), settings["training"]["optimiser"])
    return Loop(model, objective, batches, stream(1, "updates"), optimisers).run_update


def parameters(*sizes: tuple[int, ...]) -> list[nn.Parameter]:
    """Small random weights, and biases of zero."""
    return [nn.Parameter(0.01 * torch.randn(s) if len(s) > 1 else torch.zeros(s)) for s in sizes]


def plain_rbm(images: torch.Tensor) -> Callable[[], None]:
    """CD-1 on real-valued pixels, as a gradient of free energies."""
    batches = endless(images)
    w, b, c = parameters((784, 1024), (784,), (1024,))
    sgd = torch.optim.SGD([w, b, c], lr=0.1, momentum=0.5)

    def free_energy(v):
        return -(v @ b) - F.softplus(v @ w + c).sum(1)

    def update() -> None:
        (v,) = next(batches)
        with torch.no_grad():
            h = torch.bernoulli(torch.sigmoid(v @ w + c))
            end = torch.bernoulli(torch.sigmoid(h @ w.T + b))
        sgd.zero_grad()
        (free_energy(v).mean() - free_energy(end).mean()).backward()
        sgd.step()

    return update


def plain_cae(images: torch.Tensor) -> Callable[[], None]:
    """Tied weights by `F.linear`, and the penalty in closed form."""
    batches = endless(images)
    w, b, c = parameters((1000, 784), (1000,), (784,))
    adam = torch.optim.Adam([w, b, c], lr=0.001)

    def update() -> None:
        (x,) = next(batches)
        h = torch.sigmoid(F.linear(x, w, b))
        r = F.linear(h, w.t(), c)
        cost = F.binary_cross_entropy_with_logits(r, x, reduction="sum") / BATCH
        penalty = ((h * (1 - h)) ** 2 @ (w**2).sum(1)).mean()
        adam.zero_grad()
        (cost + penalty).backward()
        adam.step()

    return update


def plain_gsn(images: torch.Tensor) -> Callable[[], None]:
    """Four steps of walk-back, every layer at every step."""
    batches = endless(images)
    w1, w2, b0, b1, b2 = parameters((784, 1500), (1500, 1500), (784,), (1500,), (1500,))
    sgd = torch.optim.SGD([w1, w2, b0, b1, b2], lr=0.125, momentum=0.5)

    def noisy(a):
        return a + 2 * torch.randn_like(a)

    def corrupted(x):
        level = torch.rand_like(x)
        return torch.where(level < 0.4, (level < 0.2).float(), x)

    def update() -> None:
        (clean,) = next(batches)
        x, h2, cost = corrupted(clean), torch.zeros(BATCH, 1500), 0.0
        for _ in range(4):
            h1 = torch.tanh(x @ w1 + h2 @ w2.T + b1)
            logits = h1 @ w1.T + b0
            cost = cost + F.binary_cross_entropy_with_logits(logits, clean)
            x = corrupted(torch.bernoulli(torch.sigmoid(logits).detach()))
            h2 = noisy(torch.tanh(noisy(h1 @ w2 + b2)))
        sgd.zero_grad()
        cost.backward()
        sgd.step()

    return update


def plain_nice(images: torch.Tensor) -> Callable[[], None]:
    """Four couplings of 5 x 1,000 units on odd and even pixels, the scaling, a logistic prior."""
    batches = endless(images)
    nets = nn.ModuleList()
    for _ in range(4):
        sizes = [392, *[1000] * 5]
        hidden = [m for a, b in pairwise(sizes) for m in (nn.Linear(a, b), nn.ReLU())]
        nets.append(nn.Sequential(*hidden, nn.Linear(1000, 392)))
    for p in nets.parameters():
        nn.init.uniform_(p, -0.01, 0.01) if p.dim() > 1 else nn.init.zeros_(p)
    s = nn.Parameter(torch.zeros(784))
    adam = torch.optim.Adam([*nets.parameters(), s], lr=0.003, eps=0.0001, betas=(0.9, 0.99))

    def update() -> None:
        (x,) = next(batches)
        y = (255 * x + torch.rand_like(x)) / 256
        odd, even = y[:, ::2], y[:, 1::2]
        for pair in range(0, 4, 2):
            even = even + nets[pair](odd)
            odd = odd + nets[pair + 1](even)
        h = torch.stack([odd, even], 2).flatten(1) * s.exp()
        nats = -(F.softplus(h) + F.softplus(-h)).sum(1) + s.sum()
        adam.zero_grad()
        (-nats.mean()).backward()
        adam.step()

    return update


PAIRS = {
    "mnist-dbn-layer1": plain_rbm,
    "mnist-cae-layer1": plain_cae,
    "mnist-gsn": plain_gsn,
    "mnist-nice-short": plain_nice,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of torch")
    parser.add_argument("--updates", type=int, default=20, help="updates in a chunk")
    parser.add_argument("--repeats", type=int, default=10, help="pairs of chunks")
    parser.add_argument("--write", action="store_true", help="replace the table in README.md")
    options = parser.parse_args()
    choose_device("cpu", options.threads)  # also for the plain loops: allocator and threads
    images = torch.from_numpy(mnist("train")[:EXAMPLES])
    rows = []
    for name, plain_update in PAIRS.items():
        torch.manual_seed(1)
        ours, plain = deepgen_update(name, images), plain_update(images)
        medians, ratios = alternating(ours, plain, options.updates, options.repeats, warm_up=5)
        times = [f"{1000 * t:.1f}" for t in medians]
        span = f"{min(ratios):.2f} to {max(ratios):.2f}"
        rows.append([name, *times, f"{medians[0] / medians[1]:.2f}", span])
    head = ["experiment", "deepgen (ms an update)", "plain PyTorch", "ratio", "single pairs"]
    note = (
        f"{options.repeats} alternating pairs of chunks of {options.updates} updates of "
        f"{BATCH} images after 5 of warm-up; ratio of medians."
    )
    publish("families", f"{markdown(head, rows)}\n\n{note}\n\n{machine()}", options.write)


if __name__ == "__main__":
    main()

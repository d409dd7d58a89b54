"""The four panels of Figure 1 of Generative Adversarial Nets, from one pair's training."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from deepgen.errors import DeepgenError
from deepgen.papers.gan2014.theory.densities import (
    central_region,
    jensen_shannon,
    optimal_discriminator,
    trapezoid_weights,
)
from deepgen.papers.gan2014.theory.one_dimensional import Z_LIMIT, Pair, p_data

X = np.linspace(-6, 6, 2401)
ARROWS = np.linspace(-Z_LIMIT, Z_LIMIT, 15)
MASS = 0.9  # of (p_data + p_g) / 2 in the region where D and D* are compared


class Panel(NamedTuple):
    """What a panel shows: p_g and D on `X`, G at `ARROWS`."""

    p_g: np.ndarray
    d: np.ndarray
    g_of_z: np.ndarray


def play(pair: Pair, settings: dict[str, Any]) -> Iterator[Panel]:
    """Train through the four panels, one after the other.

    So that it starts near convergence, as the paper's, the pair first learns data that are moved by
    `offset`. (a) after a few iterations of D on the data; (b) after D was trained on, G still
    fixed; (c) after updates of G alone; (d) at the end of Algorithm 1, which goes on from (c). The
    learning rates fall in all long phases: the first, (b) and (d).

    Args:
        pair: As built.
        settings: The resolved `theory` section.

    Raises:
        DeepgenError: if more than 2 % of p_g is not on the grid.
    """
    n, final, beta1 = settings["iterations"], settings["final_rate"], settings["beta1"]
    model, objective = settings["generator_rate"], settings["discriminator_rate"]
    pair.batches.offset = settings["offset"]
    pair.train(n["before"], {"model": model, "objective": objective}, beta1, final)
    pair.batches.offset = 0.0
    for rates, iterations, end in (
        ({"objective": objective}, n["a"], 1.0),
        ({"objective": objective}, n["b"], final),
        ({"model": model}, n["c"], 1.0),
        ({"model": model, "objective": objective}, n["d"], final),
    ):
        pair.train(iterations, rates, beta1, end)
        g = pair.generate(np.linspace(-Z_LIMIT, Z_LIMIT, 2001))
        if not ((g >= X[0]) & (g <= X[-1])).mean() > 0.98:  # numbers that are not finite neither
            raise DeepgenError(
                f"G has left [{X[0]:g}, {X[-1]:g}] or is not finite: lower the learning rates of "
                "section theory"
            )
        yield Panel(pair.p_g(X), pair.discriminate(X), pair.generate(ARROWS))


def collect(panels: list[Panel], settings: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of Figure 1; the first axis of size 4 is the panel.

    Returns:
        x, p_data [n]; p_g, d, d_star [4, n]; z [m]; g_of_z [4, m]; jsd [4], nats;
        total_variation [4], half the integral of |p_data - p_g|; max_gap [4], the largest |D - D*|
        in region [4, 2], the central `mass` of (p_data + p_g) / 2; iterations [4] of each phase;
        before, the iterations on data moved by offset; discriminator_steps, seed.
    """
    real, weights = p_data(X), trapezoid_weights(X)
    p_g, d, g_of_z = (np.array(values) for values in zip(*panels, strict=True))
    d_star = optimal_discriminator(real, p_g)
    region = np.array([central_region(X, (real + fake) / 2, MASS) for fake in p_g])
    inside = (region[:, :1] <= X) & (region[:, 1:] >= X)
    return {
        "x": X,
        "p_data": real,
        "p_g": p_g,
        "d": d,
        "d_star": d_star,
        "z": ARROWS,
        "g_of_z": g_of_z,
        "jsd": np.array([jensen_shannon(real, fake, weights) for fake in p_g]),
        "total_variation": np.abs(real - p_g) @ weights / 2,
        "max_gap": np.where(inside, np.abs(d - d_star), 0).max(axis=1),
        "region": region,
        "mass": np.array(MASS),
        "iterations": np.array([settings["iterations"][panel] for panel in "abcd"]),
        "before": np.array(settings["iterations"]["before"]),
        "offset": np.array(settings["offset"]),
        "discriminator_steps": np.array(settings["objective"]["discriminator_steps"]),
        "seed": np.array(settings["seed"]),
    }

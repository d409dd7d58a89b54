"""Figure 1 from a one-dimensional adversarial pair, and section 4 on a grid."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from deepgen.papers.gan2014.theory.densities import normal, optimal_discriminator, trapezoid_weights
from deepgen.papers.gan2014.theory.descent import descend
from deepgen.papers.gan2014.theory.one_dimensional import Pair
from deepgen.papers.gan2014.theory.panels import collect, play
from deepgen.papers.gan2014.theory.smoothing import gradient, smoothed_gradient

SIGMAS = np.geomspace(0.003, 0.3, 13)
POINTS = np.linspace(-2, 2, 9)


def study(given: Any, settings: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """Train the pair of Figure 1 and compute what the paper's propositions say.

    Args:
        given: Of the stage `study`; nothing of it is used.
        settings: The resolved slice: theory.

    Returns:
        `figure1.npz` (see `deepgen.papers.gan2014.theory.panels.collect`) and `theory.npz`: x [n],
        p_data [n], p_g [steps + 1, n] and criterion [steps + 1] (nats) of the descent of
        Proposition 2 and its rate; sigma [s] and error [s], the largest difference over a few x
        between the smoothed and the plain gradient of log D, D that of panel (b). All float64.

    Raises:
        DeepgenError: if G leaves the region that the figure covers.
    """
    pair = Pair(settings["theory"])
    panels, errors = [], np.empty(0)
    for panel in play(pair, settings["theory"]):
        panels.append(panel)
        if len(panels) == 2:
            errors = smoothing_errors(pair)
    return {
        "figure1.npz": collect(panels, settings["theory"]),
        "theory.npz": proposition_2() | {"sigma": SIGMAS, "error": errors},
    }


def smoothing_errors(pair: Pair) -> np.ndarray:
    """The largest error over `POINTS` of section 2's identity for f = log D, for every sigma."""

    def log_d(x: torch.Tensor) -> torch.Tensor:
        return F.logsigmoid(pair.objective.discriminator(x, pair.rng))

    points = torch.from_numpy(POINTS)[:, None]
    exact = torch.cat([gradient(log_d, x) for x in points])
    rows = [torch.cat([smoothed_gradient(log_d, x, s) for x in points]) for s in SIGMAS]
    return np.array([(row - exact).abs().max().item() for row in rows])


def proposition_2(rate: float = 0.1, steps: int = 100) -> dict[str, np.ndarray]:
    """The descent of Proposition 2 from one broad Gaussian to a mixture of two."""
    x = np.linspace(-5, 5, 501)
    weights = trapezoid_weights(x)
    p_data = 0.6 * normal(x, -1.6, 0.6) + 0.4 * normal(x, 0.8, 0.8)
    p_g, criterion = descend(p_data, normal(x, 0.3, 1.6), weights, rate, steps)
    d_star = optimal_discriminator(p_data, p_g)
    return {
        "x": x,
        "p_data": p_data,
        "p_g": p_g,
        "d_star": d_star,
        "criterion": criterion,
        "rate": np.array(rate),
    }

"""Proposition 2 of Generative Adversarial Nets: descent on p_g itself, D always at its optimum."""

import numpy as np
from scipy.special import logsumexp

from deepgen.papers.gan2014.theory.densities import virtual_criterion


def criterion_gradient(p_data: np.ndarray, p_g: np.ndarray) -> np.ndarray:
    """The derivative of sup_D U(p_g, D) with respect to p_g(x): log(1 - D*(x)).

    As in the proof of Proposition 2, it is that of U at the D that attains the supremum. Both
    densities must be positive.
    """
    return np.log(p_g) - np.log(p_data + p_g)


def descend(
    p_data: np.ndarray, p_g: np.ndarray, weights: np.ndarray, rate: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mirror descent of p_g on C(G) in the space of densities: p_g <- p_g exp(-rate * gradient).

    Each step is normalised, so p_g stays a density. C is smooth relative to the negative entropy
    with constant 1 (its second derivative is p_data / (p_g (p_data + p_g)) <= 1 / p_g), so it never
    rises while 0 < rate <= 1.

    Args:
        p_data: Positive density on a grid, [n].
        p_g: Positive density to start from, [n].
        weights: Of the integrals on the grid, [n].
        rate: Step size.
        steps: Number of steps.

    Returns:
        p_g after every step, [steps + 1, n], the start first; C(G) of each in nats, [steps + 1].
    """
    path = [p_g / np.sum(weights * p_g)]
    for _ in range(steps):
        log_p = np.log(path[-1]) - rate * criterion_gradient(p_data, path[-1])
        path.append(np.exp(log_p - logsumexp(log_p, b=weights)))
    return np.array(path), np.array([virtual_criterion(p_data, p, weights) for p in path])

"""A one-dimensional adversarial pair, trained by Algorithm 1 with the package's own networks."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepgen.contracts import Batch
from deepgen.families.gan.model import Generator
from deepgen.families.gan.objective import Adversarial
from deepgen.seeds import stream
from deepgen.training.loop import Loop

# The loop imports these two by name; so they belong to the identity of what is made here
from deepgen.training.optimisers import adam  # noqa: F401
from deepgen.training.schedules import exponential  # noqa: F401

SHAPE = (1, 1, 1)  # x is one number
Z_LIMIT = 3**0.5  # z is uniform on (-sqrt 3, sqrt 3)
# Data end somewhere, as G(z) does: p_g can equal p_data only if both have bounded support
END = 2.5
DRAWS = 5  # uniform ones whose median is x, so p_data is a bell, a stretched Beta(3, 3)


class DoubleGenerator(Generator):
    """A generator whose z are float64, like its parameters after `.double()`."""

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        """z [n, 1], float64."""
        return super().prior(n, rng).double()


class DataBatches:
    """Endless minibatches from `p_data`, moved to the right by `offset`: float64 [size, 1]."""

    def __init__(self, size: int, rng: torch.Generator):
        self.size, self.rng, self.offset = size, rng, 0.0

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        draws = torch.rand(self.size, DRAWS, generator=self.rng, dtype=torch.float64)
        y = self.offset + END * (2 * draws.median(dim=1, keepdim=True).values - 1)
        return Batch(y, y.new_zeros(self.size), None)


def p_data(x: np.ndarray) -> np.ndarray:
    """The density of the data on x: 15/16 (1 - t^2)^2 / 2.5 with t = x / 2.5, 0 for |t| > 1."""
    return 15 / 16 / END * np.clip(1 - (x / END) ** 2, 0, None) ** 2


class Pair:
    """G and D of Figure 1 in float64 on the CPU.

    Args:
        settings: The resolved `theory` section: seed, model, objective, batch_size.
    """

    def __init__(self, settings: dict[str, Any]):
        seed = settings["seed"]
        self.rng = stream(seed, "theory/noise")
        self.batches = DataBatches(settings["batch_size"], stream(seed, "theory/data"))
        self.model = DoubleGenerator(settings["model"], SHAPE).double()
        self.objective = Adversarial(settings["objective"], SHAPE).double()
        data = next(self.batches).y
        self.model.initialise(data, stream(seed, "theory/model"))
        self.objective.begin(self.model, data, stream(seed, "theory/objective"))

    def train(
        self, iterations: int, rates: dict[str, float], beta1: float, final: float = 1.0
    ) -> None:
        """Iterations of Algorithm 1 in which only the networks named in `rates` are updated.

        Args:
            iterations: Each has k updates of D and one of G, as the objective yields them.
            rates: {"model": ..., "objective": ...} or one of the two, learning rates at the start;
                the other network is frozen.
            beta1: Of Adam.
            final: Fraction of the learning rates that the exponential decay ends with.
        """
        decay = (1 / final) ** (1 / max(iterations, 1))
        optimisers = {
            name: {
                "name": "adam",
                "learning_rate": rate,
                "schedule": {"kind": "exponential", "decay_per_update": decay, "minimum": 0.0},
                "beta1": beta1,
                "beta2": 0.999,
                "epsilon": 1e-8,
            }
            for name, rate in rates.items()
        }
        loop = Loop(self.model, self.objective, self.batches, self.rng, optimisers)
        for _ in range(iterations):
            loop.run_update()

    @torch.no_grad()
    def discriminate(self, x: np.ndarray) -> np.ndarray:
        """D(x), [n] -> [n]."""
        logits = self.objective.discriminator(torch.from_numpy(x)[:, None], self.rng)
        return torch.sigmoid(logits).numpy()

    @torch.no_grad()
    def generate(self, z: np.ndarray) -> np.ndarray:
        """G(z), [n] -> [n]."""
        return self.model.decode(torch.from_numpy(z)[:, None])[:, 0].numpy()

    def slope(self, z: np.ndarray) -> np.ndarray:
        """dG/dz by backpropagation, [n] -> [n]."""
        inputs = torch.from_numpy(z)[:, None].requires_grad_()
        return torch.autograd.grad(self.model.decode(inputs).sum(), inputs)[0][:, 0].numpy()

    def p_g(self, x: np.ndarray, points: int = 20_001) -> np.ndarray:
        """The density of G(z) on x by change of variables.

        p_g(x) is the sum of p_z / |dG/dz| over all roots z of G(z) = x. Roots are found between
        the `points` of an even grid of z, where G is taken as straight.
        """
        z = np.linspace(-Z_LIMIT, Z_LIMIT, points)
        g = self.generate(z)
        low, high = np.minimum(g[:-1], g[1:]), np.maximum(g[:-1], g[1:])
        first, last = np.searchsorted(x, low), np.searchsorted(x, high)
        counts = last - first
        piece = np.repeat(np.arange(points - 1), counts)
        index = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        index += np.repeat(first, counts)
        share = (x[index] - g[piece]) / (g[piece + 1] - g[piece])
        roots = z[piece] + share * (z[piece + 1] - z[piece])
        density = 1 / (2 * Z_LIMIT * np.abs(self.slope(roots)))
        return np.bincount(index, density, minlength=len(x))

"""The layers of a flow: additive couplings, and a lower-triangular whitening.

Each has `forward` from images to codes and `inverse`; both are exact. Shapes: [n, D] in and out.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from deepgen.layers.dense import Dense


class Rectifiers(nn.Module):
    """A network of rectifiers with linear outputs.

    Args:
        sizes: Of the input, of every hidden layer, and of the output.
        irange: Weights start uniform on (-irange, irange).
    """

    def __init__(self, sizes: Sequence[int], irange: float):
        super().__init__()
        kinds = ["relu"] * (len(sizes) - 2) + ["linear"]
        self.layers = nn.ModuleList(
            Dense(inputs, units, kind, irange)
            for inputs, units, kind in zip(sizes, sizes[1:], kinds, strict=False)
        )

    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; biases are 0."""
        for layer in self.layers:
            layer.initialise(rng)

    def forward(self, x: Tensor) -> Tensor:
        """x [n, inputs] to [n, outputs]."""
        for layer in self.layers:
            x = layer(x)
        return x


class Couplings(nn.Module):
    """Additive couplings on both parts in turn; volume is kept (Dinh et al. 2014, section 3.2).

    With parts I1 and I2: y_I2 = x_I2 + m(x_I1), then y_I1 = x_I1 + m'(y_I2), and so on.

    Args:
        parts: Indices of I1 and I2.
        hidden: Units of the hidden layers of each network m.
        irange: As that of `Rectifiers`.
    """

    def __init__(
        self, parts: tuple[list[int], list[int]], hidden: Sequence[Sequence[int]], irange: float
    ):
        super().__init__()
        order = torch.tensor(parts[0] + parts[1])
        self.split = len(parts[0]), len(parts[1])
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("back", order.argsort(), persistent=False)
        self.networks = nn.ModuleList(
            Rectifiers([self.split[i % 2], *units, self.split[1 - i % 2]], irange)
            for i, units in enumerate(hidden)
        )

    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights of every network."""
        for network in self.networks:
            network.initialise(rng)

    def forward(self, x: Tensor) -> Tensor:
        """x to the code before scaling; the log-determinant is 0."""
        both = list(x[:, self.order].split(self.split, 1))
        for i, network in enumerate(self.networks):
            both[1 - i % 2] = both[1 - i % 2] + network(both[i % 2])
        return torch.cat(both, 1)[:, self.back]

    def inverse(self, h: Tensor) -> Tensor:
        """The x that `forward` takes to h."""
        both = list(h[:, self.order].split(self.split, 1))
        for i, network in reversed(list(enumerate(self.networks))):
            both[1 - i % 2] = both[1 - i % 2] - network(both[i % 2])
        return torch.cat(both, 1)[:, self.back]


class Triangular(nn.Module):
    """z = L x + b with L lower triangular, its diagonal above 0 (Dinh et al. 2014, appendix B).

    Args:
        size: Dimensions.
        trained: Whether L and b are parameters, or buffers that stay as they are.
    """

    def __init__(self, size: int, trained: bool):
        super().__init__()
        for name, value in (
            ("below", torch.zeros(size, size)),  # of which what lies below the diagonal counts
            ("log_diagonal", torch.zeros(size)),
            ("bias", torch.zeros(size)),
        ):
            if trained:
                setattr(self, name, nn.Parameter(value))
            else:
                self.register_buffer(name, value)

    @torch.no_grad()
    def initialise(self, train: Tensor) -> None:
        """Each dimension by itself gets mean 0 and variance 1 over train [N, D]."""
        scale = train.std(0, correction=0).clamp(min=1e-6)
        self.below.zero_()
        self.log_diagonal.copy_(-scale.log())
        self.bias.copy_(-train.mean(0) / scale)

    def matrix(self) -> Tensor:
        """L, [D, D]."""
        return torch.tril(self.below, -1) + torch.diag(self.log_diagonal.exp())

    def log_det(self) -> Tensor:
        """log |dz/dx|, a scalar."""
        return self.log_diagonal.sum()

    def forward(self, x: Tensor) -> Tensor:
        """x to z."""
        return x @ self.matrix().T + self.bias

    def inverse(self, z: Tensor) -> Tensor:
        """z to x, by substitution."""
        return torch.linalg.solve_triangular(self.matrix(), (z - self.bias).T, upper=False).T

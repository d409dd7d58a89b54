"""Fully connected layers with the initial ranges and constraints of the released networks."""

import torch
from torch import Tensor, nn

from deepgen.layers.column_norm import project_columns

ACTIVATIONS = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "linear": lambda x: x,
}


class Dense(nn.Module):
    """activation(x W + b), with W [inputs, units].

    Args:
        inputs, units: Numbers of inputs and outputs.
        activation: A key of `ACTIVATIONS`.
        irange: W starts uniform on (-irange, irange).
        bias: Initial value of every bias.
        sparse: If given, W starts with this many standard Gaussian weights a unit, the others zero
            (pylearn2 `sparse_init`), whatever `irange` is.
        max_col_norm: If given, `project` keeps the norm of each column of W, the weights into one
            unit, at most this.
    """

    def __init__(
        self,
        inputs: int,
        units: int,
        activation: str,
        irange: float,
        bias: float = 0.0,
        sparse: int | None = None,
        max_col_norm: float | None = None,
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, units))
        self.bias = nn.Parameter(torch.empty(units))
        self.activation = ACTIVATIONS[activation]
        self.irange, self.initial_bias = irange, bias
        self.sparse, self.max_col_norm = sparse, max_col_norm

    @torch.no_grad()
    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; set every bias to its initial value."""
        self.bias.fill_(self.initial_bias)
        if self.sparse is None:
            self.weight.uniform_(-self.irange, self.irange, generator=rng)
            return
        order = torch.rand(self.weight.shape, generator=rng, device=rng.device)
        chosen = order.topk(self.sparse, dim=0).indices
        drawn = torch.randn(chosen.shape, generator=rng, device=rng.device)
        self.weight.zero_().scatter_(0, chosen, drawn)

    def project(self) -> None:
        """Bring every column of W back to its largest norm, if there is one."""
        if self.max_col_norm is not None:
            project_columns(self.weight, self.max_col_norm)

    def forward(self, x: Tensor) -> Tensor:
        """x [n, inputs] -> [n, units]."""
        return self.activation(torch.addmm(self.bias, x, self.weight))


class Maxout(nn.Module):
    """Maximum over `pieces` consecutive linear units (Goodfellow et al. 2013, equation 2)."""

    def __init__(
        self,
        inputs: int,
        units: int,
        pieces: int,
        irange: float,
        max_col_norm: float | None = None,
    ):
        super().__init__()
        self.linear = Dense(inputs, units * pieces, "linear", irange, max_col_norm=max_col_norm)
        self.units, self.pieces = units, pieces

    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; biases are zero."""
        self.linear.initialise(rng)

    def forward(self, x: Tensor) -> Tensor:
        """x [n, inputs] -> [n, units]."""
        return self.linear(x).view(len(x), self.units, self.pieces).max(dim=2).values

"""Fully connected layers with the initial ranges of the released networks."""

import torch
from torch import Tensor, nn

ACTIVATIONS = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "linear": lambda x: x,
}


class Dense(nn.Module):
    """activation(x W + b), with W [inputs, units] drawn from U(-irange, irange)."""

    def __init__(self, inputs: int, units: int, activation: str, irange: float, bias: float = 0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, units))
        self.bias = nn.Parameter(torch.empty(units))
        self.activation = ACTIVATIONS[activation]
        self.irange, self.initial_bias = irange, bias

    @torch.no_grad()
    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; set every bias to its initial value."""
        self.weight.uniform_(-self.irange, self.irange, generator=rng)
        self.bias.fill_(self.initial_bias)

    def forward(self, x: Tensor) -> Tensor:
        """x [n, inputs] -> [n, units]."""
        return self.activation(torch.addmm(self.bias, x, self.weight))


class Maxout(nn.Module):
    """Maximum over `pieces` consecutive linear units (Goodfellow et al. 2013, equation 2)."""

    def __init__(self, inputs: int, units: int, pieces: int, irange: float):
        super().__init__()
        self.linear = Dense(inputs, units * pieces, "linear", irange)
        self.units, self.pieces = units, pieces

    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights; biases are zero."""
        self.linear.initialise(rng)

    def forward(self, x: Tensor) -> Tensor:
        """x [n, inputs] -> [n, units]."""
        return self.linear(x).view(len(x), self.units, self.pieces).max(dim=2).values

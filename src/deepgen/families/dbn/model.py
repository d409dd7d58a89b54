"""A deep belief network (Hinton, Osindero and Teh 2006; Bengio et al. 2013, Better mixing)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.capabilities import LogProb, LogZ
from deepgen.contracts import Model
from deepgen.families.rbm.model import RBM
from deepgen.samplers.chains import collect
from deepgen.samplers.gibbs import block_gibbs


class DBN(Model):
    """p(v) = sum over h_1 .. h_L of p(v | h_1) .. p(h_L-2 | h_L-1) p(h_L-1, h_L).

    Every layer is an RBM; of those below the top one only p(v | h) belongs to the model, and
    p(h | v) approximates its posterior.

    Args:
        settings: The resolved `model` section of an experiment.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.layers, size, visible = nn.ModuleList(), math.prod(shape), settings["visible"]
        for hidden in settings["hidden"]:
            layer = settings | {"hidden": hidden, "visible": visible}
            self.layers.append(RBM(layer, (size, 1, 1)))
            size, visible = hidden, "binary"
        self.layers[:-1].requires_grad_(False)

    @property
    def top(self) -> RBM:
        """The layer that is trained."""
        return self.layers[-1]

    @torch.no_grad()
    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Take the layers below the top one, and begin that as an RBM on their P(h | v).

        Raises:
            ValueError: if the first phase is not all of this network but the top layer.
        """
        theirs = getattr(first_phase, "layers", [first_phase])
        if [_form(layer) for layer in theirs] != [_form(layer) for layer in self.layers[:-1]]:
            raise ValueError("its layers are not those below the top layer")
        for mine, other in zip(self.layers[:-1], theirs, strict=True):
            given = other.state_dict()  # may hold a space, too
            mine.load_state_dict({name: given[name] for name in mine.state_dict()})
        self.top.initialise(self.lift(train), rng)

    @torch.no_grad()
    def lift(self, v: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """What the layers below the top one make of v [n, D]: P(h | v) each, or draws if `rng`."""
        for layer in self.layers[:-1]:
            machine = layer.machine
            v = machine.hidden(v) if rng is None else machine.draw_hidden(v, rng)
        return v

    @torch.no_grad()
    def sample(
        self, n: int, rng: torch.Generator, labels: Tensor | None = None, **sampler: Any
    ) -> Tensor:
        """`n` states of Gibbs chains in the top layer, drawn down to the image, [n, D].

        Every layer is drawn given the one above; of the image, E[v | h] is returned (`means`, as in
        Bengio et al. 2013, section 4.1), or a draw. Each chain begins with independent units.
        """
        top, bottom = self.top.machine, self.layers[0].machine

        def step(state: Tensor, count: int) -> tuple[Tensor, Tensor]:
            state, _ = block_gibbs(state, top.draw_hidden, top.draw_visible, count, rng)
            h = state
            for layer in reversed(self.layers[1:-1]):
                h = layer.machine.draw_visible(h, rng)
            if sampler["output"] == "means":
                return state, bottom.visible(h)
            return state, bottom.draw_visible(h, rng)

        return collect(self.top.independent(sampler["chains"], rng), step, n, sampler)

    @torch.no_grad()
    def log_unnormalised(self, y: Tensor, rng: torch.Generator, num_samples: int) -> LogProb:
        """A lower bound of log p(y) + log Z of y [n, D], where Z is that of the top layer.

        With q(h_1 | v) the factorial p(h | v) of the lowest RBM, and so on upwards,
        log p(v) >= E_q[log p(v | h_1) + .. + log p*(h_L-1)] + H(q) - log Z
        (Hinton et al. 2006, section 4; Salakhutdinov and Murray 2008). The expectation is a mean
        over draws of q; each entropy is exact given the draw below.

        Args:
            num_samples: Draws of q for each image.
        """
        total = torch.zeros(len(y), dtype=torch.float64, device=y.device)
        for _ in range(num_samples):
            v = y
            for layer in self.layers[:-1]:
                machine = layer.machine
                h = machine.draw_hidden(v, rng)
                total += (machine.log_visible(v, h) + machine.hidden_entropy(v)).double()
                v = h
            total -= self.top.free_energy(v).double()
        return LogProb(total / num_samples, "lower bound", num_samples)

    def normalise(self, train: Tensor, rng: torch.Generator, **how: Any) -> list[LogZ]:
        """log Z of the top layer, as `RBM.normalise` gives it."""
        return self.top.normalise(train, rng, **how)


def _form(layer: Model | None) -> tuple:
    """What two layers must share for one to take over the other's parameters."""
    return isinstance(layer, RBM) and (layer.settings["visible"], *layer.weights.shape)


build = DBN

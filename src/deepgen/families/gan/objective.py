"""The two-player game of Generative Adversarial Nets (Goodfellow et al. 2014, equation 1).

    min_G max_D  E_x log D(x) + E_z log(1 - D(G(z)))

Losses are written on the logit of D: -log D = softplus(-logit), -log(1 - D) = softplus(logit).
"""

import math
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepgen.contracts import Batches, Model, Objective
from deepgen.layers.convolution import ConvMaxout
from deepgen.layers.dense import Dense, Maxout
from deepgen.layers.dropout import dropout


class Discriminator(nn.Module):
    """D of the released code: maxout layers and one sigmoid unit, dropout before every layer.

    Args:
        settings: The resolved `discriminator` section of an objective.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.input_keep, self.hidden_keep = settings["input_keep"], settings["hidden_keep"]
        self.shape = shape
        self.convolutional = bool(settings["layers"]) and (
            settings["layers"][0]["kind"] == "conv_maxout"
        )
        maps, inputs = (shape[2], *shape[:2]), math.prod(shape)
        self.layers = nn.ModuleList()
        for layer in settings["layers"]:
            if layer["kind"] == "conv_maxout":
                sizes = {key: value for key, value in layer.items() if key != "kind"}
                self.layers.append(ConvMaxout(maps, **sizes))
                maps = self.layers[-1].out_shape
                inputs = math.prod(maps)
            else:
                self.layers.append(_dense(layer, inputs))
                inputs = layer["units"]
        limit = settings.get("output_max_col_norm")
        self.layers.append(
            Dense(inputs, 1, "linear", settings["output_irange"], max_col_norm=limit)
        )

    def initialise(self, rng: torch.Generator) -> None:
        """Draw the weights."""
        for layer in self.layers:
            layer.initialise(rng)

    def forward(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """The logit of D(y), [n], with fresh dropout masks: y [n, D]."""
        if self.convolutional:
            y = y.view(-1, *self.shape).permute(0, 3, 1, 2).flatten(1)
        keep = self.input_keep
        for layer in self.layers:
            y = layer(dropout(y, keep, rng))
            keep = self.hidden_keep
        return y.squeeze(1)


def _dense(layer: dict[str, Any], inputs: int) -> Dense | Maxout:
    units, irange, limit = layer["units"], layer["irange"], layer.get("max_col_norm")
    if layer["kind"] == "maxout":
        return Maxout(inputs, units, layer["pieces"], irange, limit)
    return Dense(inputs, units, layer["kind"], irange, layer["bias"], layer.get("sparse"), limit)


class Adversarial(Objective):
    """Algorithm 1, by default with the semantics of the released code.

    Args:
        settings: The resolved `objective` section of an experiment.
        shape: Height, width and channels of an image.

    The options and their sources:

    - `updates: simultaneous` (released): one minibatch, one batch of fakes and one pass of D over
      them give both losses, so both see the same dropout masks; both gradients are taken before
      either update. `alternating` (Algorithm 1 as printed): `discriminator_steps` updates of D,
      each on its own minibatch and fakes, then one of G on fresh fakes against the updated D.
    - `generator_loss: non_saturating` is -log D(G(z)) (released; section 3, last paragraph),
      `minimax` is log(1 - D(G(z))) (equation 1).
    - `discriminator_scale` 0.5 is the released code's average of D's two terms; 1 is equation 1.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        self.discriminator = Discriminator(settings["discriminator"], shape)
        self.scale = settings["discriminator_scale"]
        self.minimax = settings["generator_loss"] == "minimax"
        self.alternating = settings["updates"] == "alternating"
        self.discriminator_steps = settings["discriminator_steps"]

    def begin(self, model: Model, train: Tensor, rng: torch.Generator) -> None:
        """Draw D's initial weights."""
        self.discriminator.initialise(rng)

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """-scale * (mean log D(x) + mean log(1 - D(G(z)))) from logits [m], [m]."""
        return self.scale * (F.softplus(-real).mean() + F.softplus(fake).mean())

    def generator_loss(self, fake: Tensor) -> Tensor:
        """-mean log D(G(z)), or mean log(1 - D(G(z))), from logits [m]."""
        return -F.softplus(fake).mean() if self.minimax else F.softplus(-fake).mean()

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """One iteration of Algorithm 1."""
        if not self.alternating:
            x = next(batches).y
            real = self.discriminator(x, rng)
            fake = self.discriminator(model.sample(len(x), rng), rng)
            self._observe(real, fake)
            yield {
                "objective": self.discriminator_loss(real, fake),
                "model": self.generator_loss(fake),
            }
            return
        for _ in range(self.discriminator_steps):
            x = next(batches).y
            with torch.no_grad():
                fakes = model.sample(len(x), rng)
            real, fake = self.discriminator(x, rng), self.discriminator(fakes, rng)
            self._observe(real, fake)
            yield {"objective": self.discriminator_loss(real, fake)}
        yield {"model": self.generator_loss(self.discriminator(model.sample(len(x), rng), rng))}

    @torch.no_grad()
    def _observe(self, real: Tensor, fake: Tensor) -> None:
        self.statistics = {
            "d_real": torch.sigmoid(real).mean(),
            "d_fake": torch.sigmoid(fake).mean(),
        }


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Adversarial:
    """The game for images of this shape, whatever the generator."""
    return Adversarial(settings, shape)

"""A variational autoencoder as a flow over images and noise (Dinh et al. 2014, appendix C)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from deepgen.capabilities import LogProb
from deepgen.contracts import Model
from deepgen.families.nice.layers import Couplings, Rectifiers
from deepgen.families.nice.partition import parts
from deepgen.families.nice.priors import PRIORS


class VariationalNICE(Model):
    """(x, e) to (xi, h): z = mu(x) + exp(t(x)) * e, h = flow(z), xi = (x - f(h)) / sigma.

    With e and xi standard Gaussian, log p_H(h) + log p(xi) - D log sigma + log |dh/de| - log p(e)
    is the estimate by one draw of the bound of a variational autoencoder whose decoder is
    N(f(h), sigma^2), whose encoder is the flow of a Gaussian.

    Args:
        settings: The resolved `model` section of an experiment, with `variational`.
        shape: Height, width and channels of an image.
    """

    def __init__(self, settings: dict[str, Any], shape: tuple[int, int, int]):
        super().__init__()
        own, self.density = settings["variational"], PRIORS[settings["prior"]]
        size, self.latent, self.deviation = math.prod(shape), own["latent"], own["deviation"]
        inner, irange = [own["units"]] * own["layers"], settings["irange"]
        self.encoder = Rectifiers([size, *inner, 2 * self.latent], irange)
        self.decoder = Rectifiers([self.latent, *inner, size], irange)
        hidden = [[net["units"]] * net["layers"] for net in settings["couplings"]]
        split = parts(settings["partition"], self.latent) if hidden else None
        self.couplings = Couplings(split, hidden, irange) if split else None
        self.log_scale = nn.Parameter(torch.zeros(self.latent)) if settings["scaling"] else None

    def initialise(
        self, train: Tensor, rng: torch.Generator, first_phase: Model | None = None
    ) -> None:
        """Weights uniform on (-irange, irange); biases 0, of the images their means.

        Raises:
            ValueError: if there is a first phase.
        """
        if first_phase is not None:
            raise ValueError("a variational autoencoder begins anew")
        for part in (self.encoder, self.decoder, self.couplings):
            if part is not None:
                part.initialise(rng)
        with torch.no_grad():
            self.decoder.layers[-1].bias.copy_(train.mean(0))
        if self.log_scale is not None:
            nn.init.zeros_(self.log_scale)

    def infer(self, y: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """h [n, d] of y [n, D] and noise e [n, d], and log |dh/de| [n]."""
        mean, log_deviation = self.encoder(y).chunk(2, 1)
        h, log_det = mean + log_deviation.exp() * noise, log_deviation.sum(1)
        if self.couplings is not None:
            h = self.couplings(h)
        if self.log_scale is not None:
            h, log_det = h * self.log_scale.exp(), log_det + self.log_scale.sum()
        return h, log_det

    def log_prob(self, y: Tensor, rng: torch.Generator) -> LogProb:
        """The bound of log p(y) of y [n, D] by one draw of the noise, [n]."""
        noise = torch.randn((len(y), self.latent), generator=rng, device=y.device, dtype=y.dtype)
        h, log_det = self.infer(y, noise)
        gaussian = PRIORS["gaussian"]
        of_image = gaussian.log_prob((y - self.decode(h)) / self.deviation)
        of_image = of_image - y.shape[1] * math.log(self.deviation)
        bound = self.density.log_prob(h) + of_image + log_det - gaussian.log_prob(noise)
        return LogProb(bound, "lower bound", 1)

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` codes h, [n, d]."""
        return self.density.sample((n, self.latent), rng)

    def encode(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """A draw of the code of y [n, D], [n, d]."""
        noise = torch.randn((len(y), self.latent), generator=rng, device=y.device, dtype=y.dtype)
        return self.infer(y, noise)[0]

    def decode(self, z: Tensor) -> Tensor:
        """E[y | h = z], [n, D], of z [n, d]."""
        return self.decoder(z)

    def sample(self, n: int, rng: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """`n` draws of y, [n, D], noise included."""
        mean = self.decode(self.prior(n, rng))
        noise = torch.randn(mean.shape, generator=rng, device=mean.device)
        return mean + self.deviation * noise

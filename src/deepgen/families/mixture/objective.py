"""Expectation maximisation (Dempster et al. 1977), scikit-learn's."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from deepgen.contracts import Batches, Model, Objective
from deepgen.training.maximum_likelihood import MaximumLikelihood


class EM(Objective):
    """Fits the mixture before the first update; its steps only measure the log-likelihood.

    Args:
        settings: The resolved `objective` section of an experiment.
    """

    def __init__(self, settings: dict[str, Any]):
        super().__init__()
        self.settings = settings

    @torch.no_grad()
    def begin(self, model: Model, train: Tensor, rng: torch.Generator) -> None:
        """Run EM from means that k-means++ chooses, in float64, on the CPU.

        Args:
            model: A mixture, which receives weights, means and variances.
            train: The training set as y, [N, D].
            rng: Gives the seed of scikit-learn's generator.
        """
        seed = int(torch.randint(2**31, (1,), generator=rng, device=rng.device).item())
        mixture = GaussianMixture(
            len(model.means),
            covariance_type="diag",
            tol=self.settings["tolerance"],
            reg_covar=self.settings["regularisation"],
            max_iter=self.settings["iterations"],
            init_params="k-means++",
            random_state=seed,
        )
        with threadpool_limits(torch.get_num_threads()), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # `iterations` is a budget
            mixture.fit(train.cpu().numpy().astype(np.float64))
        for parameter, values in (
            (model.logits, np.log(mixture.weights_)),
            (model.means, mixture.means_),
            (model.log_scales, 0.5 * np.log(mixture.covariances_)),
        ):
            parameter.copy_(torch.from_numpy(values))

    def groups(self, model: Model) -> dict[str, list[nn.Parameter]]:
        """None: no optimiser moves anything."""
        return {}

    def step(
        self, model: Model, batches: Batches, rng: torch.Generator
    ) -> Iterator[dict[str, Tensor]]:
        """The minibatch's mean -log p(y), for the history."""
        with torch.no_grad():
            values = model.log_prob(next(batches).y, rng).values
        self.statistics = {"nll": -values.mean()}
        yield from ()


def build(settings: dict[str, Any], shape: tuple[int, int, int], model: Model) -> Objective:
    """The objective of this name."""
    return EM(settings) if settings["name"] == "em" else MaximumLikelihood()

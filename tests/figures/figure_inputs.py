"""Made inputs of every figure, like those of a small training on MNIST."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

MNIST = Path(__file__).parents[2] / "data/bundled/mnist/train-images-idx3-ubyte.gz"
SETTINGS = {
    "seed": 7,
    "checkpoint": "selected",
    "selection": {
        "rule": "validation_parzen",
        "every": 5,
        "num_samples": 2000,
        "sigma_examples": 1000,
        "grid": {"start": 0.1, "stop": 1.0, "num": 10},
    },
    "num_samples": 10_000,
    "images": {"valid": 10_000, "test": 5_000},
    "published": [{"label": "A paper", "log_likelihood": 225.0}],
    "at_the_end": {"loss_model": ["ln 2", float(np.log(2))], "d_real": ["1/2", 0.5]},
    "shape": [28, 28, 1],
    "space": "pixels",
    "output": "figure",
    "folds": 0,
    "title": "Adversarial nets",
    "dataset_title": "MNIST",
    "preview_epochs": [1, 2, 5, 10, 20, 50, 100, 200, 500],
    "interpolation": {"seed": 3, "rows": 2, "steps": 9},
}


CHAIN = {"chains": 1, "burn_in": 100, "thinning": 1, "output": "means"}


def digits(number: int) -> np.ndarray:
    """The first training images, float32 [number, 784] in [0, 1]."""
    with gzip.open(MNIST) as file:
        values = np.frombuffer(file.read(16 + number * 784), np.uint8, offset=16)
    return values.reshape(number, 784).astype(np.float32) / 255


def history(epochs: int, every: int = 5) -> pd.DataFrame:
    """One row an epoch, a score every few, the best of them before the end."""
    epoch = np.arange(1, epochs + 1)
    wobble = np.sin(epoch * 1.7) + np.cos(epoch * 0.61)
    score = 210 * (1 - np.exp(-epoch / 40)) - 0.0002 * epoch**2 + wobble
    return pd.DataFrame(
        {
            "epoch": epoch,
            "update": epoch * 500,
            "learning_rate": 0.1 / 1.000004 ** (epoch * 500),
            "momentum": np.minimum(0.5 + 0.2 * (epoch - 1) / 249, 0.7),
            "d_fake": 0.35 + 0.1 * np.exp(-epoch / 30) + 0.01 * wobble,
            "d_real": 0.62 - 0.05 * np.exp(-epoch / 30) + 0.01 * wobble,
            "loss_model": 1.2 + np.exp(-epoch / 20) + 0.04 * wobble,
            "loss_objective": 0.55 + 0.02 * wobble,
            "selection_score": np.where(epoch % every == 0, score, np.nan),
            "selection_sigma": np.where(epoch % every == 0, 0.1668, np.nan),
            "fine_score": np.where(epoch % every == 0, score + 3, np.nan),
            "fine_sigma": np.where(epoch % every == 0, 0.18, np.nan),
        }
    )


def _sigma() -> dict[str, Any]:
    paper, fine = np.logspace(-1, 0, 10), np.geomspace(0.02, 2, 60)
    rows = [
        {"estimator": name, "sigma": s, "log_likelihood": _curve(s), "standard_error": 2.0}
        for name, grid in (("parzen, released default grid", paper), ("parzen, fine sigma", fine))
        for s in grid
    ]
    chosen = {
        "parzen, released default grid": {
            "sigma": paper[2],
            "on_grid_edge": False,
            "grid": [0.1, 1.0, 10],
        },
        "parzen, fine sigma": {"sigma": fine[29], "on_grid_edge": True, "grid": [0.02, 2.0]},
    }
    return {"sigma_grid": pd.DataFrame(rows), "sigma": chosen, "history": history(60)}


def _curve(sigma: float) -> float:
    """A Gaussian window whose nearest centres are 5 away, in 784 dimensions."""
    return -(5.0**2) / 2 / sigma**2 - 784 * np.log(sigma * np.sqrt(2 * np.pi)) - np.log(10_000)


def inputs_of(figure: str) -> dict[str, Any]:
    """What the figure's module names in `INPUTS`."""
    images = digits(60)
    if figure == "chain":
        return {"samples": digits(230), "history": history(60)}
    if figure == "samples":
        return {
            "samples": images[:40],
            "history": history(60),
            "neighbours": {
                "images": images[50:54],
                "indices": np.arange(50, 54),
                "distances": np.ones(4, np.float32),
            },
        }
    if figure == "interpolation":
        step = np.linspace(0, 1, 9, dtype=np.float32)[None, :, None]
        lines = images[:2, None] * (1 - step) + images[4:6, None] * step
        return {"interpolation": {"images": lines}, "history": history(60)}
    if figure == "previews":
        shown = np.stack([images[i : i + 10].reshape(10, 28, 28, 1) for i in range(8)])
        return {"previews": shown, "history": history(60)}
    if figure in ("training_curves", "learning_curve"):
        return {"history": history(400)}
    return _sigma()

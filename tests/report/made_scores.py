"""Scores of a made run, and the long form of Parzen scores that they give."""

from deepgen.papers.gan2014.published import published
from deepgen.report.long_form import long_form


def result(log_likelihood, error=2.0, sigma=0.1668, edge=False, samples=10_000):
    return {
        "log_likelihood": log_likelihood,
        "standard_error": error,
        "sigma": sigma,
        "grid": [0.1, 1.0],
        "num_samples": samples,
        "num_test_examples": 10_000,
        "space": "pixels in [0, 1]",
        "per_fold": None,
        "grid_scores": [],
        "on_grid_edge": edge,
    }


GRID, FINE = "parzen, released default grid", "parzen, fine sigma"


def score(grid, fine, **how):
    return {GRID: result(grid, **how), FINE: result(fine, **how)}


def row(selection, seed, model="Adversarial nets", kind="model", experiment="mnist"):
    return {
        "model": model,
        "dataset": "MNIST",
        "experiment": experiment,
        "selection": selection,
        "seed": seed,
        "kind": kind,
        "source": f"seed-{seed}/{selection}" if seed else "references/kmeans",
        "scores": ["parzen"],
    }


REFERENCE = row("", None, "k-means centroids", "reference")
ROWS = [row("selected", 1), row("selected", 2), row("last", 1), row("last", 2), REFERENCE]
SCORES = [
    score(220.0, 224.0, error=1.8),
    score(224.0, 229.0, error=2.2),
    score(150.0, 160.0),
    score(170.0, 175.0, edge=True, sigma=0.1),
    score(300.0, 313.0, samples=1000),
]


def folded(score, sigmas):
    folds = {"standard_error_over": "folds", "sigmas": sigmas, "sigma": sum(sigmas) / len(sigmas)}
    per_fold = [{"fold": k, "sigma": sigma} for k, sigma in enumerate(sigmas, 1)]
    return {GRID: result(score, error=26.0) | folds | {"per_fold": per_fold}}


def likelihood(value, **how):
    """The content of `likelihood.json`; `how` differs from an exact density."""
    result = {
        "log_likelihood": value,
        "standard_error": 0.25,
        "standard_error_over": "examples",
        "num_test_examples": 10_000,
        "kind": "exact",
        "num_samples": 0,
        "interval": None,
        "unit": "nats",
        "scale": "density over pixels in [0, 1]",
        "treatment": "bytes with uniform noise between levels",
        "space": "dequantised pixels in [0, 1]",
        "draws": 1,
        "spread_over_draws": None,
        "bits_per_dimension": 1.5,
    }
    return {"direct": result | how}


def sampling(*ways, error=0.004, chains=100):
    """The content of `sampling.json`; ways are (name, nats of the grid, of the fine sigma, rho)."""
    independence = {"chains": chains, "parts": 100, "num_samples": 10_000}
    independence |= {"standard_error_over": "chains" if chains > 1 else "runs"}
    return {
        "ways": [
            {
                "way": name,
                "sampler": {"chains": chains},
                "parzen": score(grid, fine),
                "autocorrelation": independence
                | {
                    "lags": {
                        "1": {"rho": rho, "standard_error": error},
                        "10": {"rho": rho**10, "standard_error": None},
                    },
                    "effective_sample_size": 10_000 * (1 - rho) / (1 + rho),
                },
            }
            for name, grid, fine, rho in ways
        ]
    }


def table_of(rows, scores, datasets=None):
    """The long form beside the published rows of these data sets, or of those of the rows."""
    titles = datasets or list(dict.fromkeys(row["dataset"] for row in rows))
    found = [(row, "parzen", score) for row, score in zip(rows, scores, strict=True)]
    return long_form("parzen", found, published(titles))

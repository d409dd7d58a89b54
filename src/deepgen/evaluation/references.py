"""Sets of samples that no generative model made, to calibrate the reader of a Parzen table.

Theis, van den Oord and Bethge (2015) show that k-means centroids beat the true data under this
score; these rows let the reader see that here. One constant image is the floor: a model that does
not beat it has learnt nothing that this score sees.
"""

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits


def training_images(train: np.ndarray, n: int, seed: int) -> np.ndarray:
    """`n` training images drawn without replacement, [n, D]: what the true data would score."""
    chosen = np.random.default_rng(seed).choice(len(train), min(n, len(train)), replace=False)
    return train[chosen]


def kmeans(
    train: np.ndarray, centroids: int, iterations: int, seed: int, threads: int
) -> np.ndarray:
    """Centroids of Lloyd's k-means from random training images, float32 [centroids, D]."""
    model = KMeans(
        centroids, init="random", n_init=1, max_iter=iterations, random_state=seed, tol=0
    )
    with threadpool_limits(threads):
        return model.fit(train).cluster_centers_.astype(np.float32)


def gaussian(train: np.ndarray, n: int, seed: int) -> np.ndarray:
    """`n` draws from the full-covariance Gaussian with the training set's moments, [n, D]."""
    values, vectors = np.linalg.eigh(np.cov(train, rowvar=False, dtype=np.float64))
    scaled = vectors * np.sqrt(values.clip(min=0))
    noise = np.random.default_rng(seed).standard_normal((n, train.shape[1]))
    return (train.mean(0, dtype=np.float64) + noise @ scaled.T).astype(np.float32)


def constant_image(train: np.ndarray) -> np.ndarray:
    """The mean of the training images, float32 [1, D]: a model that always gives one image."""
    return train.mean(0, dtype=np.float64, keepdims=True).astype(np.float32)

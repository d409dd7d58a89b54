"""Folders of small pictures for tests."""

import numpy as np
from PIL import Image


def put_pictures(folder, count, side=8, seed=0, colour=False, prefix=""):
    """`count` different PNGs; returns their arrays by name."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    made = {}
    for i in range(count):
        shape = (side, side, 3) if colour else (side, side)
        made[f"{prefix}{i:03}.png"] = rng.integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(made[f"{prefix}{i:03}.png"]).save(folder / f"{prefix}{i:03}.png")
    return made

"""One seed, many independent streams of random numbers."""

import hashlib

import torch


def stream(seed: int, name: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one purpose, for example `stream(1, "selection")`.

    The state is derived from SHA-256 of seed and name, so that drawing more numbers for one
    purpose never moves those of another.
    """
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    generator = torch.Generator(device=device)
    generator.manual_seed(int.from_bytes(digest[:8], "big") >> 1)
    return generator

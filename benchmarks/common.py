"""What both benchmarks share: real MNIST, Markdown tables, and their place in README.md."""

import gzip
import os
import platform
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[1]
README = ROOT / "benchmarks" / "README.md"


def mnist(name: str) -> np.ndarray:
    """`train` [60,000, 784] or `t10k` [10,000, 784], uint8."""
    path = ROOT / "data" / "bundled" / "mnist" / f"{name}-images-idx3-ubyte.gz"
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).copy()


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table; the first column is text, the others are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def machine() -> str:
    """Processor, threads and versions, in one line."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = models[0].split(":")[1].strip() if models else name
    load = os.getloadavg()[0]
    return (
        f"{name}, {os.cpu_count()} cores, {torch.get_num_threads()} thread(s) used, load average "
        f"{load:.1f} at the end, torch {torch.__version__}, numpy {np.__version__}, "
        f"Python {platform.python_version()}."
    )


def publish(name: str, text: str, write: bool) -> None:
    """Print the result and, if asked to, put it between its markers in README.md."""
    print(text)
    if write:
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = README.read_text(encoding="utf-8").split(begin)
        after = rest.split(end)[1]
        README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")

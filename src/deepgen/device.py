"""Where the tensors live, and the switches that make a rerun on the same machine bit-identical."""

import ctypes
import os

import torch

from deepgen.errors import DeepgenError


def choose_device(name: str = "auto", threads: int = 1) -> torch.device:
    """Fix the number of threads and deterministic kernels, and return the device.

    Args:
        name: `cpu`, `cuda`, `cuda:1`, or `auto` for a GPU if there is one.
        threads: CPU threads of torch; a setting and not the machine's number of cores, because sums
            in another order have other bits.

    Raises:
        DeepgenError: if a GPU is asked for and there is none.
    """
    _keep_freed_memory()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda"):
        if not torch.cuda.is_available():
            raise DeepgenError(f"--device {name}: torch sees no GPU here; use --device cpu")
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    return torch.device(name)


def _keep_freed_memory() -> None:
    """Ask glibc to keep freed memory: page faults of large temporaries cost 10 to 25 % of a step.

    Other C libraries have no `mallopt` or ignore it, and no result depends on it.
    """
    trim_threshold, mmap_threshold = -1, -3
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(mmap_threshold, 32 * 2**20)
    mallopt(trim_threshold, 2**31 - 1)

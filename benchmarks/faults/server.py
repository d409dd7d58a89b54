"""Runs stage commands in processes of their own that need not import torch again: it forks them.

`python -m benchmarks.faults.server` reads a request a line from its input and answers a line:
{"argv", "cwd", "log"} and what else `_become` and `_watch` know -> {"code", "seconds"}.
"""

import contextlib
import encodings
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from .power_cut import PowerCut

PACKAGES = ("stages", "evaluation", "figures", "families", "papers", "training", "data")
SIGNALS = signal.SIGTERM, signal.SIGINT
# What the stages' libraries import when first used
LATER = (
    "torch._dynamo",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "fontTools.subset",
)


def main() -> None:
    """Answer requests until the input ends; in a forked process, run the command instead."""
    cli = importlib.import_module("deepgen.cli")
    for name in PACKAGES:
        package = importlib.import_module(f"deepgen.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    codecs = (f"encodings.{module.name}" for module in pkgutil.iter_modules(encodings.__path__))
    for name in (*LATER, *codecs):
        with contextlib.suppress(ImportError):  # some codecs are for one system only
            importlib.import_module(name)
    importlib.import_module("PIL.Image").init()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        began = time.monotonic()
        # Until the forked process is the one that was asked for, no signal may reach it
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid == 0:
            _run(cli.main, request)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        code = _watch(pid, began, request.get("signals", []))
        answer = {"code": code, "seconds": time.monotonic() - began}
        print(json.dumps(answer), flush=True)


def _run(command: Callable[[list[str]], int], request: dict[str, Any]) -> None:
    """Run the command and leave as Python does, but without tidying up torch."""
    code = 1
    try:
        _become(request)
        code = command(request["argv"])
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)


def _become(request: dict[str, Any]) -> None:
    """Turn the forked process into the one that the request asks for."""
    os.setsid()
    os.umask(request.get("umask", 0o022))
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if user := request.get("user"):
        os.setgroups([])
        os.setgid(user[1])
        os.setuid(user[0])
    os.chdir(request["cwd"])
    sys.argv = ["deepgen", *request["argv"]]
    for path, value in request.get("patches", {}).items():
        module, _, name = path.rpartition(".")
        setattr(sys.modules[module], name, value)
    if "cut" in request:
        PowerCut(request["cut"], request["events"]).install()
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _watch(pid: int, began: float, signals: list[list[float]]) -> int:
    """Send {signal, seconds after the start} to a process; returns its exit code once it ended."""
    waiting = sorted(signals, key=lambda pair: pair[1])
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if waiting and time.monotonic() - began >= waiting[0][1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, int(waiting.pop(0)[0]))
        time.sleep(0.0005)


if __name__ == "__main__":
    main()

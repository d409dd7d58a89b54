"""Leaving in good order: SIGTERM, SIGINT and the end of a job's time."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = signal.SIGTERM, signal.SIGINT
_received: list[int] = []


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends what runs inside as Ctrl-C does, and either is remembered.

    A second signal ends the process at once.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        _received.append(number)
        for s in SIGNALS:
            signal.signal(s, signal.SIG_DFL)
        sys.unraisablehook = lambda _: None  # no traceback where Python cannot raise, as in imports
        raise KeyboardInterrupt

    previous = {s: signal.signal(s, handle) for s in SIGNALS}
    hook = sys.unraisablehook
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        sys.unraisablehook = hook
        _received.clear()


def received_signal() -> int | None:
    """The signal that came in `stoppable`, also if a library swallowed the exception.

    Scikit-learn's networks do: a Ctrl-C ends their fit early, and they go on with what they have.
    """
    return _received[-1] if _received else None


class StopRequest:
    """Becomes true when the process should save and leave.

    A second signal ends the process at once.

    Args:
        after: Seconds from now, or None for no limit.
    """

    def __init__(self, after: float | None = None):
        self.deadline = None if after is None else time.monotonic() + after
        self.signalled = False
        self.previous = {s: signal.signal(s, self._handle) for s in SIGNALS}

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.signalled = True
        self.release()

    def __call__(self) -> bool:
        return self.signalled or (self.deadline is not None and time.monotonic() >= self.deadline)

    def release(self) -> None:
        """Give the signals back to the handlers that had them before."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)

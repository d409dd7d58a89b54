"""Leaving in good order: SIGTERM, SIGINT and the end of a job's time."""

import signal
import time
from types import FrameType


class StopRequest:
    """Becomes true when the process should save and leave.

    A second signal ends the process at once.

    Args:
        after: Seconds from now, or None for no limit.
    """

    def __init__(self, after: float | None = None):
        self.deadline = None if after is None else time.monotonic() + after
        self.signalled = False
        self.previous = {s: signal.signal(s, self._handle) for s in (signal.SIGTERM, signal.SIGINT)}

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.signalled = True
        self.release()

    def __call__(self) -> bool:
        return self.signalled or (self.deadline is not None and time.monotonic() >= self.deadline)

    def release(self) -> None:
        """Give the signals back to the handlers that had them before."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)

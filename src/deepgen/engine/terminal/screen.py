"""Where a run's lines go: some stay, and on a terminal others below them change."""

import atexit
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

EVERY = 30  # seconds, between lines about what is running, where lines cannot change


class Screen:
    """A terminal, or a file or pipe, which gets plain lines.

    Args:
        stream: Standard output or error.
        plain: Without colours.
        now: Lines about what is running now; asked often.
        news: Those of them that are at least so many seconds old and have changed since they were
            last asked for.
    """

    def __init__(
        self,
        stream: TextIO,
        plain: bool,
        now: Callable[[], list[str]],
        news: Callable[[float], list[str]],
    ):
        with suppress(AttributeError):  # a character that the locale lacks ends no run
            stream.reconfigure(errors="replace")  # type: ignore[attr-defined]
        self.console = Console(file=stream, no_color=plain, soft_wrap=True)
        self.moving = self.console.is_terminal and not self.console.is_dumb_terminal
        self.now, self.news = now, news
        self.live: Live | None = None
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None
        atexit.register(self.rest)  # gives a hidden cursor back

    def say(self, text: str, style: str = "") -> None:
        """Print lines that stay."""
        self.console.print(Text(text, style), soft_wrap=True)

    def follow(self) -> None:
        """Begin to show what is running."""
        if self.moving and not self.live:
            # Not the standard output, which may be a file beside a terminal
            self.live = Live(
                console=self.console,
                get_renderable=self._running,
                refresh_per_second=2,
                transient=True,
                redirect_stdout=False,
            )
            self.live.start(refresh=True)
        elif not self.moving and not self.thread:
            self.thread = threading.Thread(target=self._tell, daemon=True)
            self.thread.start()

    def rest(self) -> None:
        """Nothing is running: leave the terminal to others."""
        if self.live:
            self.live.stop()
            self.live = None

    def close(self) -> None:
        """End for good."""
        self.ended.set()
        self.rest()

    def _running(self) -> Group:
        lines = self.now()[: max(1, self.console.height - 2)]
        return Group(*(Text(line, "dim", no_wrap=True, overflow="ellipsis") for line in lines))

    def _tell(self) -> None:
        while not self.ended.wait(EVERY):
            for line in self.news(EVERY):
                self.say(line)

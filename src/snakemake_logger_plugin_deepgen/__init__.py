"""Snakemake's terminal in deepgen's words, by `logger: deepgen` in profiles/default.

Snakemake finds it by this package's name. Its own log in .snakemake/log stays as it is.
"""

import logging
import sys

from snakemake_interface_logger_plugins.base import LogHandlerBase


class LogHandler(LogHandlerBase):
    """Prints what a run does; with `-p`, `--verbose` or `--debug-dag` as Snakemake itself does."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = False  # Snakemake's own, which knows `--quiet`
    has_formatter = False
    needs_rulegraph = False

    def __post_init__(self) -> None:
        # Here, because every command of Snakemake imports this package
        from snakemake.logging import ColorizingTextHandler, logger

        from deepgen.engine.terminal.follow import Follower, note_before

        wanted = self.common_settings
        stream = sys.stdout if wanted.stdout else sys.stderr
        self.plain = ColorizingTextHandler(nocolor=wanted.nocolor, stream=stream)
        self.as_ever = wanted.printshellcmds or wanted.verbose or wanted.debug_dag
        self.follower = Follower(
            stream, wanted.nocolor, wanted.dryrun, wanted.show_failed_logs, self.format
        )
        # A record comes here from a queue, when the job may already have removed its old outputs;
        # a filter is asked where the record is made
        logger.addFilter(note_before)

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        self.plain.setFormatter(self.formatter)
        try:
            if self.as_ever:
                self.plain.emit(record)
            else:
                self.follower.take(record)
        except BrokenPipeError:
            pass
        except Exception:  # whatever Snakemake has become: nothing that it says is lost
            self.plain.emit(record)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self.follower.screen.close()
        super().close()

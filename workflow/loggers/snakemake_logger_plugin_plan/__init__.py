"""A Snakemake logger that prints each job of a dry run as a line of JSON, and errors.

Snakemake's own messages do not hold the files of a rule that has a message.
`deepgen.ledger.planned` asks for it: `snakemake -n --logger plan`.
"""

import json
import sys
from logging import ERROR, LogRecord

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent


class LogHandler(LogHandlerBase):
    """Prints rule, inputs, outputs and shell line of every job to stdout, errors to stderr."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = False
    has_formatter = False
    needs_rulegraph = False

    def emit(self, record: LogRecord) -> None:
        """Print the record if it announces a job with a shell line, or an error."""
        if record.levelno >= ERROR:
            print(record.getMessage(), file=sys.stderr)
        elif getattr(record, "event", None) == LogEvent.JOB_INFO and record.shellcmd:
            job = {
                "rule": record.rule_name,
                "inputs": list(record.input),
                "outputs": list(record.output),
                "command": record.shellcmd,
            }
            print(json.dumps(job))

"""The one exception that the command line turns into one sentence."""


class DeepgenError(Exception):
    """Something a user can fix: the message names the culprit and the cure.

    `exit_code` is 1; `TemporaryStop` uses 75 (EX_TEMPFAIL of sysexits.h), for which a retry pays.
    """

    exit_code = 1


class TemporaryStop(DeepgenError):
    """Nothing is lost and the same command continues: a signal or the end of the job's time saved
    the work, or another process is still doing it."""

    exit_code = 75

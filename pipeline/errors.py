"""What went wrong, where, and what to do next: the errors a user sees, one message each."""


class WajueError(Exception):
    """A run that cannot go on (exit status 1)."""

    exit_status = 1


class ConfigError(WajueError):
    """A config or command line that asks for something impossible (exit status 2)."""

    exit_status = 2

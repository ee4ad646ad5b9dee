"""What a local Spark needs of the system. In: the limits of this process, and its user. Out: a WajueError with what it lacks.

Java says the same in fifty lines that name a missing class.
"""

import os
import pwd
import resource
from typing import NamedTuple

from wajue.errors import WajueError

GB = 1 << 30


class Limit(NamedTuple):
    """A limit of the system on one process."""

    kind: int  # resource.RLIMIT_...
    what: str
    command: str  # that shows and raises it
    unit: int  # of the command, in what the system counts
    least: int  # in units; measured with 3 GB of heap: 256 files and 5 GB of address space are too little


def _needs(java_heap: int) -> tuple[Limit, ...]:
    """java_heap: bytes. Java opens its 300 archives at once, and reserves far more address space than it uses."""
    return (
        Limit(resource.RLIMIT_NOFILE, "open files", "ulimit -n", 1, 512),
        Limit(resource.RLIMIT_AS, "KB of address space", "ulimit -v", 1024, (java_heap + 4 * GB) // 1024),
    )


def check(java_heap: int) -> None:
    """Raises WajueError if Spark would not start: within limits that this process may not exceed, or for a user without a name."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        raise WajueError(
            f"the user id {os.getuid()} has no name on this system, and Spark does not start without one: give it a line in "
            "/etc/passwd, in a container by the option -v /etc/passwd:/etc/passwd:ro"
        ) from None
    for limit in _needs(java_heap):
        most = resource.getrlimit(limit.kind)[1]
        if most != resource.RLIM_INFINITY and most // limit.unit < limit.least:
            raise WajueError(
                f"{limit.command} allows {most // limit.unit:,} {limit.what}, and Spark needs {limit.least:,} at least: raise "
                f"the limit where wajue is started ({limit.command} {limit.least}), or of the container"
            )


def bytes_of(size: str) -> int:
    """A size as Java writes it, such as 3g."""
    unit = {"k": 1 << 10, "m": 1 << 20, "g": GB, "t": 1 << 40}
    digits = size.strip().lower().removesuffix("b")
    return int(digits[:-1]) * unit[digits[-1]] if digits[-1:] in unit else int(digits or 0)

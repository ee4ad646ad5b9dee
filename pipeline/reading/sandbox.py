"""Work on hostile text in a process of its own, which may take only so much time and memory, and may die.

Parsing HTML as a browser does takes the square of the depth in time, and a page of 100 KB can come to 4 GB: the standard has each
formatting element that was left open opened again in every block that follows. No check beforehand sees all such pages.
"""

import os
import resource
from collections.abc import Callable
from contextlib import suppress

import psutil

_SECONDS, _BYTES = 30, 1 << 30  # of CPU time, and of memory beyond what is taken now


class Excessive(Exception):
    """The work took more than it may."""


def bounded(work: Callable[[str], str], text: str) -> str:
    """What the work makes of the text. Raises Excessive if it takes too much, or brings its process down."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            _limit()
            with os.fdopen(writer, "wb") as out:
                out.write(work(text).encode("utf-8", "surrogatepass"))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as results:
        made = results.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise Excessive(f"it takes more than {_SECONDS} seconds or {_BYTES >> 30} GB to read")
    return made.decode("utf-8", "surrogatepass")


def _limit() -> None:
    held = psutil.Process().memory_info().vms
    for kind, most in ((resource.RLIMIT_AS, held + _BYTES), (resource.RLIMIT_CPU, _SECONDS)):
        hard = resource.getrlimit(kind)[1]
        with suppress(ValueError, OSError):  # not every system knows both
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

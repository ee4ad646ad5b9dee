"""Work on hostile text in a process of its own. In: a function and a text. Out: its result, unless it takes too much or dies.

Parsing HTML as browsers do takes time with the square of the depth, and a page of 100 KB can grow to 4 GB: the standard reopens
each formatting element that was left open in every block that follows
(https://html.spec.whatwg.org/multipage/parsing.html#reconstruct-the-active-formatting-elements). No check beforehand recognises all
such pages.
"""

import os
import resource
from collections.abc import Callable
from contextlib import suppress

import psutil

_SECONDS, _BYTES = 30, 1 << 30  # of CPU time, and of memory beyond what the process has now


class Excessive(Exception):
    """The work took more time or memory than it may."""


def bounded(work: Callable[[str], str], text: str) -> str:
    """What the work makes of the text. Raises Excessive if it takes too much, fails, or brings its process down."""
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
        result = results.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise Excessive(f"it takes more than {_SECONDS} seconds or {_BYTES >> 30} GB to read")
    return result.decode("utf-8", "surrogatepass")


def _limit() -> None:
    taken = psutil.Process().memory_info().vms
    for kind, most in ((resource.RLIMIT_AS, taken + _BYTES), (resource.RLIMIT_CPU, _SECONDS)):
        hard = resource.getrlimit(kind)[1]
        with suppress(ValueError, OSError):  # not every system has both limits
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

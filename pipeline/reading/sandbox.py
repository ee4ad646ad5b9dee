"""Work on hostile input in a process of its own. In: a function and what it works on. Out: its result, unless it takes too much or
dies.

Parsing HTML as browsers do takes time with the square of the depth, and a page of 100 KB can grow to 4 GB: the standard reopens
each formatting element that was left open in every block that follows
(https://html.spec.whatwg.org/multipage/parsing.html#reconstruct-the-active-formatting-elements). No check beforehand recognises all
such pages. A damaged PDF may bring its parser, which is written in C, down with a signal.
"""

import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import psutil

SECONDS = 30  # of CPU time
_BYTES = 1 << 30  # of memory, beyond what the process has now


class Excessive(Exception):
    """The work took more time or memory than it may, or brought its process down."""


def bounded(work: Callable[[str], str], text: str) -> str:
    """What the work makes of the text. Raises Excessive if it takes too much, fails, or brings its process down."""
    made = bounded_lines(lambda: (work(text).encode("utf-8", "surrogatepass"),), SECONDS)
    return b"".join(made).decode("utf-8", "surrogatepass")


def bounded_lines(work: Callable[[], Iterable[bytes]], seconds: int) -> Iterator[bytes]:
    """What the work yields, line by line as it does so. seconds: of CPU time that it may take.

    Raises Excessive, after the lines that came before, if it takes too much, fails, or brings its process down.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reader)
            _limit(seconds)
            with os.fdopen(writer, "wb") as out:
                for line in work():
                    out.write(line)
                    out.flush()  # what is buffered dies with the process
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writer)
    status = -1
    try:
        with os.fdopen(reader, "rb") as made:
            yield from made
        _, status = os.waitpid(child, 0)
    finally:
        if status == -1:  # nobody wants the rest
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if status:
        raise Excessive(f"it takes more than {seconds} seconds or {_BYTES >> 30} GB to read")


def _limit(seconds: int) -> None:
    taken = psutil.Process().memory_info().vms
    for kind, most in ((resource.RLIMIT_AS, taken + _BYTES), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        with suppress(ValueError, OSError):  # not every system has all of them
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

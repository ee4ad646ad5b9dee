"""What went wrong, where, and what to do next: the errors a user sees, one message each."""

import difflib
import re
from collections.abc import Iterable


class WajueError(Exception):
    """A run that cannot go on (exit status 1)."""

    exit_status = 1


class ConfigError(WajueError):
    """A config or command line that asks for something impossible (exit status 2)."""

    exit_status = 2


class DamagedTable(WajueError):
    """A table that is not as it was written."""


class RowsWouldChange(Exception):
    """What was added to the corpora would change rows that a step made before: it has to make all rows anew. Says why."""


def meant(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not known: the nearest one that is, or all of them."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"


_PLACES = "the workspace, or in the folders for temporary files (TMPDIR, spark.local.dir)"
_OF_MEMORY = ("MemoryError", "ArrowMemoryError", "OutOfMemoryException")  # of Python, Arrow and DuckDB
JAVA_ENDED = "Spark's Java process has ended; if nobody ended it, the system did, for want of memory"
_NO_ANSWER = re.compile(r"An error occurred while calling [\w.]+")  # all that Py4J says then; of an exception in Java it tells more
# what the messages of Python, Java and Spark hold, and what it means to the user; the first that fits counts
_CAUSES = {
    "No space left on device": f"a disk is full: free space in {_PLACES}",
    "Disk quota exceeded": f"a disk quota is used up: free space in {_PLACES}",
    "Read-only file system": f"a folder that is written to is read-only, in {_PLACES}",
    "Permission denied": f"a folder may not be written to, in {_PLACES}",
    "OutOfMemoryError": "Java ran out of memory: give it more, WAJUE_DRIVER_MEMORY=8g on one machine, --driver-memory and "
    "--executor-memory on a cluster",
    "spark.driver.maxResultSize": "the driver may not take in so much: spark-submit --conf spark.driver.maxResultSize=0",
    "is greater than 2147483647": "a file on a Hadoop file system is larger than 2 GB: compress it or cut it into several",
    "from pyspark.daemon": "the process that starts Python workers died, most often for want of memory: give executors more of it "
    "(spark.executor.memoryOverhead), or fewer cores each",
    "Python worker exited unexpectedly": "a Python worker died, most often for want of memory: give executors more of it "
    "(spark.executor.memoryOverhead), or fewer cores each",
    "ExecutorLostFailure": "a task lost its executor too often, most often for want of memory: give executors more of it "
    "(--executor-memory, spark.executor.memoryOverhead)",
    "was ended by signal 9": "a process that did some of the tasks was killed; if nobody killed it, the system did, for want of "
    "memory: give the machine more of it, or mine with Spark, --master 'local[*]'",
    "was ended by signal": "a process that did some of the tasks was ended by a signal; if nobody sent it, the process crashed, "
    "which is a bug of wajue or of what it builds on: please report it, with the log",
    "Answer from Java side is empty": JAVA_ENDED,
    "Error while sending or receiving": JAVA_ENDED,  # Py4J, in the midst of a question
    "[Errno 111]": JAVA_ENDED,
    "invalid null input: name": "Java needs a name for the user of this process: give it an entry in /etc/passwd",
    "unable to create native thread": "Java may start no more threads: raise the limit, ulimit -u, or of the container",
    "Too many open files": "a process may open no more files: raise the limit, ulimit -n",
    "File too large": "a file may not become as large as it must: raise the limit, ulimit -f",
    "stopped SparkContext": "Spark has been stopped: its cluster took the application away, or lost it",
}


def unusable_vectors(count: int) -> WajueError:
    """What to raise of vectors of which so many hold NaN or infinity, instead of figures that are none."""
    return WajueError(f"{count:,} of the vectors hold NaN or infinity; train them anew: wajue run CONFIG --force --from sgns")


def said_by_task(error: BaseException) -> str | None:
    """The message of one of our errors that a task of Spark's raised; None for any other error."""
    found = re.search(r"^wajue\.errors\.\w+: (.+)$", str(error), re.MULTILINE)
    return found[1] if found else None


def cause(error: BaseException) -> str | None:
    """What a failure of the system around us means, and what mends it; None for any other error."""
    errors = [e for e in (error, error.__cause__, error.__context__) if e is not None]
    if any(type(e).__name__ in _OF_MEMORY for e in errors):
        return "memory ran out: give the machine more of it, or mine with Spark, --master 'local[*]'"
    messages = [str(e) for e in errors]
    if any(_NO_ANSWER.fullmatch(m) for m in messages):
        return JAVA_ENDED
    said = "\n".join(messages)
    return next((meaning for text, meaning in _CAUSES.items() if text in said), None)

"""Lines of a user's file. In: its name. Out: its lines, numbered as an editor does it."""

import sys
from pathlib import Path

from wajue.errors import WajueError

_MARK = b"\xef\xbb\xbf"


def numbered_lines(name: str | Path) -> list[tuple[int, str]]:
    """(number, line) of every line of a UTF-8 file, or for - of standard input, without its end; a last line that is empty is none.

    Raises WajueError, with the line, if it cannot be read.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise WajueError(f"cannot read {name}: {error.strerror}") from None
    numbered = []
    for number, line in enumerate(data.removeprefix(_MARK).removesuffix(b"\n").split(b"\n"), 1):
        try:
            numbered.append((number, line.decode().removesuffix("\r")))
        except UnicodeDecodeError as error:
            raise WajueError(f"{name}, line {number}: not valid UTF-8 ({error.reason}); convert it first") from None
    return numbered if data else []

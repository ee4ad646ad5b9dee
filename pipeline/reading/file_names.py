"""Names of files. In: names as the system has them, which are bytes, and globs. Out: names to show, and the files that globs match.

Python holds a byte that is not UTF-8 as half a surrogate pair, which no table, manifest or message may hold: such a name is shown
with \\xNN for the byte, and may be written so in a config.
"""

import glob
import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

_ESCAPE = re.compile(r"\\x([89a-f][0-9a-f])")
_BYTE = re.compile("[\udc80-\udcff]")


def shown(name: str) -> str:
    """A name that is valid text: \\xNN for a byte that is not UTF-8."""
    return _BYTE.sub(lambda m: f"\\x{ord(m[0]) - 0xDC00:02x}", name)


def meant(name: str) -> str:
    """The name of the file that is shown so."""
    return _ESCAPE.sub(lambda m: chr(0xDC00 + int(m[1], 16)), name)


def is_through_link(path: Path) -> bool:
    """Is the path, or a folder on its way, a link?"""
    return os.path.realpath(path) != os.path.normpath(path.absolute())


def real_paths(paths: list[Path]) -> list[str]:
    """The paths without links; each folder is looked at once."""
    folders: dict[Path, str] = {}
    real = []
    for path in paths:
        if path.is_symlink():
            real.append(os.path.realpath(path))
            continue
        if path.parent not in folders:
            folders[path.parent] = os.path.realpath(path.parent)
        real.append(f"{folders[path.parent]}/{path.name}")
    return real


def is_below(path: str, root: str) -> bool:
    """Is a real path the root itself, or in it?"""
    return path == root or path.startswith(f"{root.rstrip('/')}/")


def literal_part(pattern: str) -> str:
    """The folder before the first wildcard."""
    parts = Path(pattern).parts
    first = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return str(Path(*parts[:first]))


def globbed(pattern: str, base: Path, *, follow: bool) -> Iterator[str]:
    """As glob.glob has it, but for **, which enters no folder twice: links make endless loops of some trees.

    follow: ** also enters folders outside `base` and the literal part of the pattern, through links.
    """
    before, stars, after = _parted(pattern)
    if not stars:
        yield from glob.glob(pattern, root_dir=base)
        return
    for top in glob.glob(before, root_dir=base) if before else [""]:
        for folder in _folders(base / top, follow=follow):
            for match in globbed(after or "*", folder, follow=follow):
                yield str(Path(top) / os.path.relpath(folder, base / top) / match)


def _parted(pattern: str) -> tuple[str, bool, str]:
    """What stands before the first ** of a pattern, whether there is one, and what follows it."""
    parts = Path(pattern).parts
    if "**" not in parts:
        return pattern, False, ""
    at = parts.index("**")
    return str(Path(*parts[:at])) if at else "", True, str(Path(*parts[at + 1 :])) if at + 1 < len(parts) else ""


def _folders(top: Path, *, follow: bool) -> Iterator[Path]:
    """A folder and all below it, each once and by its own name rather than a link's; as in globs, none that begins with a dot."""
    root, entered = os.path.realpath(top), set()
    own, links = deque([top]), deque[Path]()
    while own or links:
        folder = own.popleft() if own else links.popleft()
        real = os.path.realpath(folder)
        if real in entered or not (follow or is_below(real, root)):
            continue
        entered.add(real)
        yield folder
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError:  # as glob has it: what may not be listed holds nothing
            continue
        for entry in entries:
            if not entry.name.startswith(".") and _is_folder(entry):
                (links if entry.is_symlink() else own).append(Path(entry.path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False

"""Parts of a file that are read apart. In: a file. Out: the bytes of one part, and what its reader has to know of it."""

import io
from typing import BinaryIO, NamedTuple


class Extent(NamedTuple):
    """Which part of a file a stream holds. number, line: of the first record in it, both from 1; first, last: is it the beginning
    of the file, is it the end?
    """

    number: int = 1
    line: int = 1
    first: bool = True
    last: bool = True


WHOLE = Extent()


class Border(NamedTuple):
    """Where a file can be divided: the offset in bytes, and the number and line of the first record behind it, both from 1."""

    offset: int
    number: int
    line: int


class Indivisible(Exception):
    """Pieces of the file would not be read as the whole is."""


class Section(io.RawIOBase):
    """The bytes of a file from `begin` to `end`, or to its end. As a file, but that it is not sought from its end."""

    def __init__(self, file: BinaryIO, begin: int, end: int | None) -> None:
        super().__init__()
        self._file, self._begin, self._end = file, begin, end
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("a section is sought from its beginning")
        return self._file.seek(self._begin + offset) - self._begin

    def tell(self) -> int:
        return self._file.tell() - self._begin

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        room = len(buffer) if self._end is None else min(len(buffer), self._end - self._file.tell())
        return self._file.readinto(memoryview(buffer)[:room])  # type: ignore[attr-defined]

"""Archives: zip and tar, the latter compressed or not. In: the `Source` of one. Out: its members, one after another, each a stream.

Nothing is written to a path of the archive's choice, so names that lead elsewhere do no harm. What expands as no text does is cut,
as a compressed file is; a member counts as much of the archive as it takes in it.
"""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, NamedTuple, cast

from wajue.reading import decoding
from wajue.reading.decoding import Cut
from wajue.reading.formats.reader import Source

MOST_MEMBERS = 1_000_000
_MOST_DIRECTORY = 200_000_000  # bytes of a zip file's list of members, which is read at once: of each 46, and its name
_MOST_HEADER = 1 << 20  # bytes of a name or of attributes in a tar file
# what zipfile and tarfile raise for damage, and for methods of compression that they do not know
FAULTS = (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


class Member(NamedTuple):
    """One file of an archive. fault: (reason, detail) of one that cannot be read; its stream is then empty."""

    name: str
    stream: BinaryIO
    fault: tuple[str, str] | None


class _Stream(io.RawIOBase):
    """The bytes of a member. packed: those that it takes in the archive, of which `tell` speaks: the guard of compressed files
    compares with it what comes out. Raises Cut for damage."""

    def __init__(self, file: IO[bytes], packed: int) -> None:
        super().__init__()
        self._file, self._packed, self._read = file, packed, 0
        self._fault: Cut | None = None

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return min(self._packed, self._read)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As much as fits, so that what is peeked at is as much as there is; what comes before damage, and only then a Cut."""
        done = 0
        while done < len(buffer) and not self._fault:
            try:
                piece = self._file.read(len(buffer) - done)
            except (Cut, *FAULTS) as error:
                self._fault = error if isinstance(error, Cut) else Cut(f"the archive is damaged: {error}")
                break
            if not piece:
                break
            buffer[done : done + len(piece)] = piece
            done += len(piece)
        self._read += done
        if self._read > decoding.most_expanded(self._packed):
            self._fault, done = Cut(decoding.EXPANDS), 0
        if self._fault and not done:
            raise self._fault
        return done


class _Buffered(io.BufferedReader):
    """The same, and `tell` says what it says."""

    def tell(self) -> int:
        return self.raw.tell()


def _stream(file: IO[bytes], packed: int) -> BinaryIO:
    return cast(BinaryIO, _Buffered(_Stream(file, packed), decoding.BLOCK))


class _Tar(decoding.Forward):
    """The decompressed bytes of a tar file."""

    _last = b""  # as much of them as the end mark takes

    def read(self, size: int = decoding.BLOCK) -> bytes:
        """So many bytes or fewer, none at the end."""
        piece = super().read(size)
        self._last = (self._last + piece[-tarfile.BLOCKSIZE :])[-tarfile.BLOCKSIZE :]
        return piece

    def check_end(self) -> None:
        """Read what is left. Raises Cut if it is not the zeros with which a tar file ends: tarfile takes any end for one."""
        while self.read():
            pass
        if self._last.strip(b"\0") or not self._last:
            raise Cut("the archive ends before its end mark")


class _Header(tarfile.TarInfo):
    """A header of a tar file. Long names and attributes are read at once, so they may not be longer than any path."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if not self.isreg() and self.size > _MOST_HEADER:
            raise tarfile.ReadError(f"a header of {self.size:,} bytes")
        return super()._proc_member(archive)  # type: ignore[misc]


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """A zip file, or a document in one. Raises one of FAULTS if it is damaged; Cut if its list of members would fill the memory."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_557))  # its end is a record of 22 bytes, and a comment of 65,535 at most
    end = stream.read()
    at = end.rfind(b"PK\5\6")
    stated = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0  # all ones in a file beyond 4 GB
    if min(stated, size) > _MOST_DIRECTORY and stated != 0xFFFFFFFF:
        raise Cut(f"the list of its members takes more than {_MOST_DIRECTORY // 1_000_000} MB")
    return zipfile.ZipFile(stream)


def members(source: Source, kind: str) -> Iterator[Member]:
    """The members of an archive, `zip` or `tar`, folders left out. A stream is to be read before the next member is asked for.

    Raises Cut where the archive ends too soon, is damaged, holds too many members or expands as no text does.
    """
    listed = _zip_members(source) if kind == "zip" else _tar_members(source)
    try:
        for number, member in enumerate(listed):
            if number == MOST_MEMBERS:
                raise Cut(f"more than {MOST_MEMBERS:,} members")
            yield member
    except FAULTS as error:
        raise Cut(f"not readable as {kind}: {error}") from None


def _zip_members(source: Source) -> Iterator[Member]:
    stream, size = source.seekable()
    with open_zip(stream) as archive:
        expanded = 0
        for info in archive.infolist():
            if info.is_dir():
                continue
            fault, file = None, io.BytesIO()
            if info.flag_bits & 1:
                fault = "encrypted_file", "a member with a password"
            else:
                expanded += info.file_size
                if expanded > decoding.most_expanded(size):
                    raise Cut(decoding.EXPANDS)
                try:
                    file = cast(io.BytesIO, archive.open(info))
                except FAULTS as error:
                    fault = "damaged_file", str(error)
            yield Member(_name(info), _stream(file, info.compress_size), fault)


def _name(info: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GB18030 without saying so, where the standard has code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _tar_members(source: Source) -> Iterator[Member]:
    stream = _Tar(source.stream, source.name)
    with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|", tarinfo=_Header, errors="replace", encoding="utf-8") as archive:
        expanded = 0
        for info in archive:
            archive.members = []  # type: ignore[attr-defined]  # it keeps all that it has seen
            if info.isdir():
                continue
            file = archive.extractfile(info) if info.isreg() else None
            expanded += info.size
            if expanded > decoding.most_expanded(source.stream.tell()):  # a file with holes claims any size
                raise Cut(decoding.EXPANDS)
            fault = None if file else ("not_a_file", "a link or a device; what it points to is read where it lies")
            yield Member(info.name.encode("utf-8", "replace").decode(), _stream(file or io.BytesIO(), info.size), fault)
    stream.check_end()

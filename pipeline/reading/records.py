"""Files to records: the reader for each file is chosen here. In: the bytes of one file. Out: a `Record` for each record that it
holds, or a `Broken` that says why there is none.

Readers stream, so memory is one block and one record. A file that ends too soon gives what is there, then one `Broken` for its
missing tail. An archive is a file for each of its members, and one for itself.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from wajue.config import Corpus
from wajue.reading import archives, decoding, detection, encodings
from wajue.reading.decoding import Cut
from wajue.reading.detection import Unknown
from wajue.reading.extents import WHOLE, Extent
from wajue.reading.formats import FORMATS, missing_extra
from wajue.reading.formats.reader import Broken, Outcome, Record, Source

_RUN_RECORDS, _RUN_CHARACTERS = 1_000, 1 << 20  # that are handed on together at most

Run = list[Record] | Broken  # records that were read together


class Part(NamedTuple):
    """A file, or a member of an archive. name: of a member ARCHIVE/MEMBER; format: None if nobody knows it; encoding: of its text,
    None if it was not read, or if the format itself says which; inside: is it a member? runs: its records, many at once; they are
    to be read before the next part is asked for. facts: what its reader noted by then for its row of the table `files`.
    """

    name: str
    format: str | None
    encoding: str | None
    inside: bool
    runs: Iterator[Run]
    facts: Mapping[str, Any] = MappingProxyType({})


def parts(
    stream: BinaryIO, name: str, corpus: Corpus, encoding: str, extent: Extent = WHOLE, format_of_piece: str | None = None
) -> Iterator[Part]:
    """The file, or the members of the archive that it is. name: as its corpus names it; encoding: never `auto`.

    extent, format_of_piece: as `pieces` has them, of a piece of the file.
    """
    source = Source(stream, name, corpus, encoding, extent=extent)
    if format_of_piece:
        yield Part(name, format_of_piece, encoding, False, _runs(format_of_piece, source), source.facts)
        return
    try:
        format_, source = detected(source)
    except (Unknown, Cut) as fault:
        yield Part(name, None, None, False, iter([_unread(fault)]))
        return
    if format_ in detection.ARCHIVES:
        yield from _of_archive(source, format_, name)
    else:
        yield Part(name, format_, _shown(encoding, format_), False, _runs(format_, source), source.facts)


def _shown(encoding: str, format_: str | None) -> str | None:
    return None if format_ in detection.WITH_MARKS else encoding


def read(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Outcome]:
    """The records of a file or of all members of an archive, one by one and numbered through."""
    number = itertools.count(1)
    for part in parts(stream, name, corpus, encoding):
        for run in part.runs:
            for outcome in run if isinstance(run, list) else (run,):
                yield outcome._replace(number=next(number))


def detected(source: Source) -> tuple[str, Source]:
    """The format of a file: as its corpus says, unless the file is an archive of such files."""
    chosen = source.corpus.format
    if chosen == "auto":
        return detection.detect(source)
    format_, source = detection.archive(source)
    return format_ or chosen, source


def _unread(fault: Unknown | Cut) -> Broken:
    return Broken(1, 1, "unknown_format" if isinstance(fault, Unknown) else "truncated_file", str(fault))


def _of_archive(source: Source, kind: str, archive: str) -> Iterator[Part]:
    faults: list[Run] = []
    seen: Counter[str] = Counter()  # a name may stand twice, and a document is known by its file
    try:
        for member in archives.members(source, kind):
            seen[member.name] += 1
            again = f" ({seen[member.name]})" if seen[member.name] > 1 else ""
            yield _member(member, source, f"{archive}/{member.name}{again}")
    except Cut as cut:
        faults.append(Broken(1, 1, "truncated_file", str(cut)))
    yield Part(archive, kind, None, False, iter(faults))


def _member(member: archives.Member, archive: Source, name: str) -> Part:
    if member.fault:
        return Part(name, None, None, True, iter([Broken(1, 1, *member.fault)]))
    try:
        encoding = archive.corpus.encoding
        if encoding == "auto":
            encoding = encodings.guessed(decoding.unpacked_beginning(decoding.beginning(member.stream), name))
        format_, source = detected(Source(member.stream, name, archive.corpus, encoding))
    except (Unknown, Cut) as fault:
        return Part(name, None, None, True, iter([_unread(fault)]))
    if format_ in detection.ARCHIVES:
        detail = f"a {format_} file within an archive; unpack the outer one"
        return Part(name, format_, None, True, iter([Broken(1, 1, "nested_archive", detail)]))
    return Part(name, format_, _shown(encoding, format_), True, _runs(format_, source), source.facts)


def _runs(format_: str, source: Source) -> Iterator[Run]:
    """Every record of one file, many at once."""
    if source.encoding == encodings.UNKNOWN and format_ not in detection.WITH_MARKS:
        detail = "no UTF-8, UTF-16, GB18030 or Big5 that is Chinese text; [[corpus]] encoding names another one"
        return iter([Broken(1, 1, "unknown_encoding", detail)])
    if extra := missing_extra(format_):
        detail = f"{format_} files need more libraries: pip install 'wajue[{extra}]'"
        return iter([Broken(1, 1, "missing_library", detail)])
    return _with_tail(_together(FORMATS[format_].read(source)))


def _together(outcomes: Iterator[Outcome | list[Record]]) -> Iterator[Run]:
    """Records that follow each other in one list, as many as memory allows; lists pass as they are."""
    run: list[Record] = []
    characters = 0
    try:
        for outcome in outcomes:
            if isinstance(outcome, Record):
                run.append(outcome)
                characters += sum([len(v) if isinstance(v, str) else len(repr(v)) for v in outcome.fields.values()])
                if len(run) < _RUN_RECORDS and characters < _RUN_CHARACTERS:
                    continue
            if run:
                yield run
                run, characters = [], 0
            if not isinstance(outcome, Record):
                yield outcome
    except Cut:
        if run:
            yield run
        raise
    if run:
        yield run


def _with_tail(runs: Iterator[Run]) -> Iterator[Run]:
    """The same; the missing tail of a file that is cut off counts as one record."""
    last: Outcome | None = None
    try:
        for run in runs:
            last = run[-1] if isinstance(run, list) else run
            yield run
    except Cut as cut:
        number, line = (last.number, last.line) if last else (0, 0)
        yield Broken(number + 1, line + 1, "truncated_file", str(cut), cut.raw)

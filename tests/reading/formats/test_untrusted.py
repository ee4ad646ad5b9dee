"""Parsers that fail in every way, and the formats that have parsers of their own, damaged everywhere."""

import gzip
import io
import os
import random
import signal
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest
from reportlab.platypus import Paragraph

from tests.reading import samples
from tests.reading.formats.test_subtitles import ASS
from tests.reading.read import read, told
from wajue.config import Corpus
from wajue.reading.formats.reader import Broken, Outcome, Record, Source
from wajue.reading.formats.untrusted import Unreadable, read_apart

CORPUS = Corpus(name="c", role="domain", paths=("x",))


def outcomes(work: Callable[[], Iterator[Outcome]]) -> list[Outcome]:
    def parser(stream: BinaryIO) -> Iterator[Outcome]:
        yield Record(1, 3, {"text": "断\ud800路", "n": 1})
        yield from work()

    return list(read_apart(Source(io.BytesIO(b"x"), "a.x", CORPUS, "utf-8"), "X", parser))


def crash() -> Iterator[Outcome]:
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # pytest would print where it happened
    os.kill(os.getpid(), signal.SIGSEGV)
    yield from ()


def fail() -> Iterator[Outcome]:
    raise KeyError("第 2 个字典没有键\nmore")
    yield


def refuse() -> Iterator[Outcome]:
    raise Unreadable("no_text_layer", "images")
    yield


def deepen() -> Iterator[Outcome]:
    yield from deepen()


def fill() -> Iterator[Outcome]:
    yield Record(2, 4, {"text": "x" * (1 << 32)})


def hold() -> Iterator[Outcome]:
    yield Record(2, 4, {"text": "x" * (1 << 26)})


@pytest.mark.parametrize(
    ("work", "reason", "detail"),
    [
        (crash, "excessive_file", "it takes more than 30 seconds or 1 GB to read"),
        (fail, "damaged_file", "not readable as X: '第 2 个字典没有键\\nmore'"),
        (refuse, "no_text_layer", "images"),
        (deepen, "excessive_file", "it takes more than 30 seconds or 1 GB to read"),
        (fill, "excessive_file", "it takes more than 30 seconds or 1 GB to read"),
        (hold, "too_long", "longer than 33,554,432 characters"),
    ],
)
def test_whatever_a_parser_does_costs_what_is_behind_it(work: Callable[[], Iterator[Outcome]], reason: str, detail: str) -> None:
    kept, broken = outcomes(work)
    assert kept == Record(1, 3, {"text": "断?路", "n": 1})
    assert isinstance(broken, Broken) and (broken.number, broken.line, broken.reason, broken.detail) == (2, 4, reason, detail)


def test_nobody_waits_for_a_parser_whose_records_nobody_wants() -> None:
    def endless(stream: BinaryIO) -> Iterator[Outcome]:
        number = 0
        while True:
            number += 1
            yield Record(number, 1, {"text": "x" * 10_000})

    found = read_apart(Source(io.BytesIO(b"x"), "a.x", CORPUS, "utf-8"), "X", endless)
    assert isinstance(next(found), Record)
    found.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


FILES = {
    "a.docx": samples.word("断路器", "拒动"),
    "a.pptx": samples.slides("断路器", "拒动"),
    "a.xlsx": samples.workbook([["断路器", 1], ["拒动", 2]]),
    "a.epub": samples.book("<p>断路器</p>", "<p>拒动</p>"),
    "a.pdf": samples.pdf(Paragraph("断路器" * 50, samples.chinese())),
    "a.rtf": rb"{\rtf1\ansi\ansicpg936 \'b6\'cf\par{\b x}\u25298?}",
    "a.srt": "1\n00:00:01,000 --> 00:00:02,000\n断路器，\n\n2\n00:00:02,000 --> 00:00:03,000\n拒动\n".encode(),
    "a.ass": ASS.encode(),
    "a.xml": samples.wiki(samples.page("甲", "'''断路器'''[[拒动|乙]]{{c}}"), samples.page("乙", "二")),
    "a.warc": samples.web_archive(("http://a.cn", "<p>断路器".encode(), "text/html", "200 OK"), gzip=False),
    "a.warc.gz": samples.web_archive(("http://a.cn", "<p>断路器".encode(), "text/html", "200 OK")),
    "a.zip": samples.zipped({"a.txt": "断路器".encode(), "b.csv": b"text\na\n", "c.rtf": rb"{\rtf1 a}"}),
    "a.tar": samples.tarred({"a.txt": "断路器".encode(), "b.srt": b"1\n00:01 --> 00:02\na\n"}),
    "a.tgz": samples.tarred({"a.txt": "断路器".encode(), "b.csv": b"text\na\n"}, "w:gz"),
    "a.rst": "题\n==\n\n.. note::\n\n   :ref:`a <b>` *强* [1]_\n\n.. [1] 注\n\n* 项\n".encode(),
    "a.adoc": "= 题\n\n* *项*\n\n|===\n|a |b\n|===\n----\nx\n----\n".encode(),
    "a.tex": r"\section{题}\begin{tabular}{ll} a & $x$ \\ \end{tabular}\footnote{注}\begin{verbatim}x\end{verbatim}".encode(),
    "a.po": 'msgid "a"\nmsgstr "断路器 :ref:`b <c>`"\n\nmsgid "f"\nmsgid_plural "g"\nmsgstr[0] "x"\n'.encode(),
}
ENDS = (".docx", ".pptx", ".xlsx", ".epub", ".rtf", ".xml", ".gz", ".zip", ".tgz")  # of formats that say where they end
DAMAGES = 6  # of each kind; each takes a process


def check(found: list[Record | Broken], name: str) -> None:
    assert [r.number for r in found] == list(range(1, len(found) + 1)), name
    assert all(r.line >= 1 for r in found), name


def ends_a_member(data: bytes) -> bool:
    """Does a member of gzip end here? Nothing says then that another one followed."""
    try:
        return bool(gzip.decompress(data))
    except (EOFError, OSError, zlib.error):
        return False


@pytest.mark.parametrize("name", list(FILES))
def test_damage_anywhere_is_read_or_told_of(name: str) -> None:
    whole, draw = FILES[name], random.Random(name)
    assert all(isinstance(r, Record) for r in read(whole, name)) and read(whole, name)
    settings = {"format": "mediawiki"} if name == "a.xml" else {}  # its mark, cut, is text
    for _ in range(DAMAGES):
        cut = draw.randrange(1, len(whole))
        found = read(whole[:cut], name, **settings)
        check(found, f"{name} cut at {cut}")
        if name.endswith(ENDS):
            assert ends_a_member(whole[:cut]) or (found and isinstance(found[-1], Broken)), f"{name} cut at {cut} looks whole"
        damaged = bytearray(whole)
        for at in draw.sample(range(len(whole)), 3):
            damaged[at] = draw.randrange(256)
        check(read(bytes(damaged), name), f"{name} {damaged!r}")
        check(read(draw.randbytes(200), name), name)


def test_told_says_what_came_of_each() -> None:
    assert told(read(FILES["a.zip"], "a.zip")) == [{"text": "断路器"}, {"text": "a"}, {"text": "a"}]

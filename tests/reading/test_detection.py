import gzip
import io

import pytest
from reportlab.platypus import Paragraph

from tests.reading import samples
from tests.reading.read import read, told
from wajue.config import Corpus
from wajue.reading import detection
from wajue.reading.detection import Unknown
from wajue.reading.formats.reader import Broken, Source

DOCUMENTS = {
    "docx": samples.word("断路器"),
    "pptx": samples.slides("断路器"),
    "xlsx": samples.workbook([["断路器"]]),
    "epub": samples.book("<p>断路器</p>"),
    "pdf": samples.pdf(Paragraph("断路器", samples.chinese())),
    "rtf": rb"{\rtf1 a}",
    "warc": samples.web_archive(gzip=False),
    "mediawiki": samples.wiki(),
    "zip": samples.zipped({"a.txt": b"a"}),
    "tar": samples.tarred({"a.txt": b"a"}),
}


def detected(data: bytes, name: str, encoding: str = "utf-8") -> str:
    return detection.detect(Source(io.BytesIO(data), name, Corpus(name="c", role="domain", paths=("x",)), encoding))[0]


@pytest.mark.parametrize("format_", list(DOCUMENTS))
def test_a_format_with_a_mark_goes_by_its_content(format_: str) -> None:
    data = DOCUMENTS[format_]
    for name in ("a", f"a.{format_}", "a.txt", "a.bin"):
        assert detected(data, name) == format_
    assert detected(gzip.compress(data), "a") == format_, "gzip is told by its content, too"
    assert detected(gzip.compress(data), f"a.{format_}.gz") == format_


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"8BPS\0\1" + b"\0" * 100, "a Photoshop image"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)), "a JPEG image"),
        (b"MZ\x90\0\3" + b"\0" * 100, "a program or library for Windows"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
            "an Office file as of 1997 (.doc, .xls, .ppt) or with a password; save it as .docx",
        ),
        (b"7z\xbc\xaf'\x1c\0\4" + b"\0" * 40, "a 7-Zip archive"),
        (b"SQLite format 3\0" + b"\0" * 60, "SQLite3 database"),
        (
            samples.zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}),
            "an OpenDocument file; save it as .docx, .xlsx or .pptx",
        ),
        (samples.zipped({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "a binary Excel workbook (.xlsb)"),
        (bytes(range(256)) * 4, "data of an unknown kind, no text"),
    ],
)
def test_what_no_reader_knows_is_named(data: bytes, kind: str) -> None:
    for name in ("a", "a.psd", "a.txt", "a.docx"):
        if not (kind.startswith("data") and name == "a.docx"):  # then its reader says that it is damaged
            with pytest.raises(Unknown) as unknown:
                detected(data, name)
            assert str(unknown.value) == kind
    [broken] = read(gzip.compress(data), "a.bin.gz")
    assert isinstance(broken, Broken) and (broken.reason, broken.detail) == ("unknown_format", kind)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16", "utf-32"])
def test_text_is_text_whatever_its_extension_and_encoding(encoding: str) -> None:
    for name in ("a", "a.log", "a.jpg", "a.dat"):
        assert detected("斷路器拒動，電網\n".encode(encoding), name) == "text"
        assert detected("斷路器拒動，電網\n".encode(encoding), name, encoding) == "text"


def test_a_page_that_is_called_an_office_file_is_a_page() -> None:
    page = b"\xef\xbb\xbf<!DOCTYPE html>\n<html><table><tr><td>a</table></html>"
    assert [detected(page, f"a.{extension}") for extension in ("doc", "xls", "txt", "md")] == ["html", "html", "text", "markdown"]


def test_a_text_about_pdf_is_text() -> None:
    assert detected(b"A PDF begins with %PDF-1.7.\n", "a.txt") == "text"


def test_a_file_without_an_extension_may_be_compressed_whatever_its_format() -> None:
    assert told(read(gzip.compress(b"text\na\n"), "a", format="csv")) == [{"text": "a"}]


def test_a_few_stray_controls_are_text() -> None:
    assert detected("断\0路\x01器\n".encode(), "a.txt") == "text"
    assert detected("一\n".encode() + b"\0" * 5000, "a.txt") == "text", "a log that was cut off by a crash"


def test_a_corpus_that_names_its_format_is_read_so() -> None:
    assert told(read(b"\x89PNG\n", "a.png", format="text")) == ["invalid_encoding"]
    assert told(read(DOCUMENTS["zip"], "a.docx", format="docx")) == ["damaged_file"]
    assert told(read(DOCUMENTS["zip"], "a.zip", format="text")) == [{"text": "a"}], "an archive of such files"


def test_what_holds_more_text_than_bytes() -> None:
    assert {".gz", ".bz2", ".zst", ".zip", ".tgz", ".docx", ".docm", ".xlsx", ".epub"} <= set(detection.PACKED)
    assert not {".tar", ".txt", ".pdf"} & set(detection.PACKED)

import gzip
import zlib

import pytest
import zstandard

from tests.reading.read import read, told
from tests.reading.samples import web_archive
from wajue.reading.formats.reader import Broken

PAGES = [
    ("http://a.cn/1", "<p>断路器</p>".encode("gbk"), "text/html; charset=gb2312", "200 OK"),
    ("http://a.cn/2", '<meta charset="big5"><p>電網</p>'.encode("big5"), "text/html", "200 OK"),
    ("http://a.cn/3", "主变 <b>".encode(), "text/plain", "200 OK"),
    ("http://a.cn/4", b"\x89PNG", "image/png", "200 OK"),
    ("http://a.cn/5", b"gone", "text/html", "404 Not Found"),
]
STAMP = {"date": "2024-05-01T08:00:00Z"}


def test_each_response_is_a_record() -> None:
    expected = [
        {"url": "http://a.cn/1", **STAMP, "text": "断路器"},
        {"url": "http://a.cn/2", **STAMP, "text": "電網"},
        {"url": "http://a.cn/3", **STAMP, "text": "主变 <b>"},
        "unknown_format",
        "error_page",
    ]
    packed, plain = web_archive(*PAGES), web_archive(*PAGES, gzip=False)
    assert told(read(packed, "a.warc.gz")) == told(read(plain, "a.warc")) == expected
    assert told(read(gzip.compress(plain), "a.warc.gz")) == expected, "packed as one piece, against the standard"
    assert [(r.detail, r.raw) for r in read(plain, "a.warc") if isinstance(r, Broken)] == [
        ("image/png", "http://a.cn/4"),
        ("HTTP status 404", "http://a.cn/5"),
    ]


BODY = "<p>断路器</p>".encode()
FRAMES = zstandard.compress(BODY[:5]) + zstandard.compress(BODY[5:])


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("Deflate", zlib.compress(BODY)),
        ("zstd", zstandard.compress(BODY)),
        ("ZSTD", FRAMES),
        ("identity", BODY),
        ("UTF-8", BODY),
    ],
)
def test_a_body_is_unpacked(packing: str, body: bytes) -> None:
    data = web_archive(("http://a.cn", body, "text/html; charset=utf-8", "200 OK"), PAGES[2], packing=packing)
    assert told(read(data, "a.warc.gz"))[0] == {"url": "http://a.cn", **STAMP, "text": "断路器"}


@pytest.mark.parametrize("packing", ["br", "compress", "gzip, br"])
def test_a_body_packed_in_an_unknown_way_is_rejected(packing: str) -> None:
    found = read(web_archive(("http://a.cn", b"\x0b\x02\x80", "text/html", "200 OK"), packing=packing), "a.warc.gz")
    assert [(r.reason, r.detail) for r in found if isinstance(r, Broken)] == [("unknown_format", f"Content-Encoding {packing}")]
    assert len(found) == 1


def test_a_body_of_zstandard_is_bounded() -> None:
    bomb = zstandard.compress(bytes(1 << 26))
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=27)).compressobj()
    for body, reason in [
        (bomb, "too_long"),
        (wide.compress(BODY) + wide.flush(), "damaged_file"),
        (BODY, "damaged_file"),
    ]:
        assert told(read(web_archive(("http://a.cn", body, "text/html", "200 OK"), packing="zstd"), "a.warc.gz")) == [reason]


def test_a_length_that_is_wrong_is_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    plain = web_archive(*PAGES[:2], gzip=False)
    first = plain.index(b"Content-Length", plain.index(b"WARC-Type: response"))
    length = int(plain[first:].split(b"\r\n")[0].split()[1])
    wrong = plain[:first] + plain[first:].replace(str(length).encode(), str(length - 3).encode(), 1)
    found = told(read(wrong, "a.warc"))
    assert [r["url"] if isinstance(r, dict) else r for r in found] == ["http://a.cn/1", "truncated_record", "http://a.cn/2"]
    assert capfd.readouterr().err == ""


def test_a_file_that_ends_too_soon_keeps_the_responses_before() -> None:
    plain = web_archive(*PAGES[:2], gzip=False)
    assert told(read(plain[:-30], "a.warc"))[1:] == ["truncated_file"]
    assert told(read(web_archive(*PAGES[:2])[:-30], "a.warc.gz"))[1:] == ["truncated_file"]
    assert told(read(b"WARC/1.0\r\nWARC-Type: nonsense", "a.warc")) == ["truncated_file"]

"""Bad input, one kind at a time: what is kept, what is rejected and why, and that no record is lost between the two.

All kinds are read by one call of ingest, each as a corpus of its own. docs/reliability.md tells the same in words.
"""

import bz2
import gzip
import io
import json
import re
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.platypus import Paragraph, Spacer

from tests.frames import ingest
from tests.reading import samples
from wajue import config as configuration
from wajue.config import Corpus
from wajue.reading import corpora, records
from wajue.reading.formats.reader import Broken, Record

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
PACKERS: dict[str, Any] = {".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstandard.ZstdCompressor().compress}


@dataclass(frozen=True)
class Case:
    """One kind of bad input. settings: lines of its [[corpus]]; rejects: (reason, line); both lists by file, then by record.

    at_least: the texts kept are the first of `kept`, so many of them or more, where a decompressor's block size decides.
    """

    name: str
    files: dict[str, bytes]
    kept: list[str] = field(default_factory=list)
    rejects: list[tuple[str, int]] = field(default_factory=list)
    settings: str = ""
    at_least: int | None = None


def array(*texts: str) -> bytes:
    return json.dumps([{"text": t} for t in texts], ensure_ascii=False, indent=0).encode()


def jsonl(*texts: str) -> bytes:
    return "".join(json.dumps({"text": t}, ensure_ascii=False) + "\n" for t in texts).encode()


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def flipped(data: bytes, at: int, count: int = 1) -> bytes:
    return data[:at] + bytes(b ^ 0xFF for b in data[at : at + count]) + data[at + count :]


def page_of(data: bytes, group: int) -> int:
    """Where the data page of the first column of a row group begins (with its Thrift header)."""
    return int(pq.ParquetFile(io.BytesIO(data)).metadata.row_group(group).column(0).data_page_offset)


def unframed(lines: bytes) -> bytes:
    """A .gz whose first lines are whole, and whose next block has a type that does not exist."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(lines) + packer.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 400


def binary_strings(*values: bytes) -> pa.Array:
    """A column of strings that are not checked to be UTF-8."""
    return pa.array(values, pa.binary()).view(pa.string())


# the numbers keep the lines from being compressed away
MANY = [f"第{i}行写着{i * i * 7919 % 1000003}和{i * 104729 % 99991}" for i in range(3000)]
LINES = "".join(line + "\n" for line in MANY).encode()
LONG = "断路器" * 1_200_000  # 10.8 MB of UTF-8
TWO_GROUPS = parquet(pa.table({"text": ["一", "二", "三", "四"]}), row_group_size=2, use_dictionary=False, compression="none")
SUMMED = parquet(
    pa.table({"text": ["一", "二", "三三"]}),
    use_dictionary=False,
    compression="none",
    write_statistics=False,
    write_page_checksum=True,
)
TRADITIONAL = "這個問題應該怎麼辦呢，電腦壞了"
SIMPLIFIED = "患者高血压怎么办，应该吃什么药"

PDF = samples.pdf(Paragraph("断路器", samples.chinese()))
CELL = "<w:tc><w:p><w:r><w:t>外</w:t></w:r></w:p></w:tc>"
TABLE_IN_CELL = f"<w:tbl><w:tr><w:tc><w:tbl><w:tr>{CELL.replace('外', '内')}</w:tr></w:tbl></w:tc>{CELL}</w:tr></w:tbl>"
RESPONSE = ("http://a.cn", "<p>断路器".encode(), "text/html; charset=utf-8", "200 OK")
CASES = [
    Case("a .gz of lines, cut short", {"a.txt.gz": gzip.compress(LINES)[:20_000]}, MANY, [("truncated_file", 0)], at_least=500),
    Case("a .bz2 of lines, cut short", {"a.txt.bz2": bz2.compress(LINES)[:9_000]}, [], [("truncated_file", 1)]),
    Case(
        "a .zst of lines, cut short",
        {"a.txt.zst": PACKERS[".zst"](LINES * 3)[:-3]},
        MANY * 3,
        [("truncated_file", 0)],
        at_least=1000,
    ),
    Case(
        "a compressed JSON array, cut short",
        {f"a.json{e}": pack(array("一", "二"))[:-1] for e, pack in PACKERS.items()},
        # bzip2 and gzip end in a checksum, after the last text; Zstandard gives a block when it has it whole
        ["一", "二", "一", "二"],
        [("truncated_file", 8), ("truncated_file", 8), ("truncated_file", 1)],
    ),
    Case(
        "damaged bytes in the middle of a .gz",
        {"a.txt.gz": unframed(LINES)},
        MANY,
        [("truncated_file", 0)],
        at_least=2500,
    ),
    Case(
        "a .gz with a wrong checksum",
        {"a.txt.gz": flipped(gzip.compress(LINES), -8)},
        MANY,
        [("truncated_file", 0)],
        at_least=2500,
    ),
    Case(
        "garbage after the end of a .gz",
        {"a.txt.gz": gzip.compress("一\n二\n".encode()) + b"garbage"},
        ["一", "二"],
        [("truncated_file", 3)],
    ),
    Case("zeros after the end of a .gz", {"a.txt.gz": gzip.compress("一\n二\n".encode()) + b"\0" * 512}, ["一", "二"]),
    Case(
        "a .gz of two members",
        {"a.txt.gz": gzip.compress("一\n二".encode()) + gzip.compress("二\n三".encode())},
        ["一", "二二", "三"],
    ),
    Case("a .gz that is not compressed", {"a.txt.gz": "一\n二\n".encode()}, [], [("truncated_file", 1)]),
    Case(
        "a .gz, .bz2 or .zst of no bytes",
        {f"a.txt{e}": b"" for e in PACKERS},
        [],
        [("truncated_file", 1)] * 3,
    ),
    Case(
        "a JSON array cut inside an element",
        {"a.json": b'[{"text": "a"},\n{"text": "b'},
        ["a"],
        [("truncated_file", 2)],
    ),
    Case(
        "a JSON array cut between elements", {"a.json": b'[{"text": "a"},\n{"text": "b"},\n'}, ["a", "b"], [("truncated_file", 2)]
    ),
    Case(
        "a missing quote in a JSON array",
        {"a.json": b'[\n{"text": "a"},\n{"text": "b},\n{"text": "c"}\n]'},
        ["a", "c"],
        [("invalid_json", 3)],
    ),
    Case("a missing comma in a JSON array", {"a.json": b'[\n{"text": "a"}\n{"text": "b"},\n{"text": "c"}\n]'}, ["a", "b", "c"]),
    Case(
        "a wrong bracket in a JSON array",
        {"a.json": b'[\n{"text": "a"},\n{"text": ["b"},\n{"text": "c"}\n]'},
        ["a", "c"],
        [("invalid_json", 3)],
    ),
    Case(
        "a missing bracket in a JSON array",
        {"a.json": b'[\n{"text": "a"},\n{"text": "b", "x": {"y": 1},\n{"text": "c"},\n{"text": "d"}\n]'},
        ["a", "c", "d"],
        [("invalid_json", 3)],
    ),
    Case(
        "text after the end of a JSON array",
        {"a.json": b'[{"text": "a"}]\n[{"text": "b"}]'},
        ["a"],
        [("trailing_data", 2)],
    ),
    Case(
        "a JSON array of scalars",
        {"a.json": b'[1, "x", null, true, [1],\n{"text": "a"}]'},
        ["a"],
        [("not_an_object", 1)] * 5,
    ),
    Case(
        "one JSON object over several lines",
        {"a.json": b'{\n"text": "a"\n}\n'},
        ["a"],
    ),
    Case("one JSON object where an array is set", {"a.json": b'{"text": "a"}'}, [], [("invalid_json", 1)], 'format = "json"'),
    Case("an empty file", {"a.txt": b"", "b.txt": b"a\n", "c.json": b"", "d.csv": b"", "e.html": b""}, ["a"]),
    Case("blank lines only", {"a.txt": b"\n\r\n \t\n\n", "b.jsonl": b"\n \n", "c.csv": b"\n\n", "d.json": b" \n\n"}),
    Case(
        "a byte-order mark in UTF-8",
        {"a.txt": b"\xef\xbb\xbfa\n", "b.json": b"\xef\xbb\xbf" + array("b"), "c.csv": b"\xef\xbb\xbftext\nc\n"},
        ["a", "b", "c"],
    ),
    Case(
        "a byte-order mark within, where files were joined",
        {"a.jsonl": b"\xef\xbb\xbf" + jsonl("a") + b"\xef\xbb\xbf" + jsonl("b"), "b.txt": b"\xef\xbb\xbfc\n\xef\xbb\xbfd\n"},
        ["a", "b", "c", "d"],
    ),
    Case(
        "UTF-16, encoding auto",
        {"a.txt": "一\n二\n".encode("utf-16"), "b.json": array("三").decode().encode("utf-16")},
        ["一", "二", "三"],
        settings='encoding = "auto"',
    ),
    Case(
        "invalid UTF-8 in one line",
        {"a.txt": b"a\nb\xff\nc\n", "b.jsonl": b'{"text": "\xe4\xb8"}\n{"text": "d"}\n', "c.csv": b"text\n\xc0\nf\n"},
        ["a", "c", "d", "f"],
        [("invalid_encoding", 2), ("invalid_encoding", 1), ("invalid_encoding", 2)],
    ),
    Case("UTF-8 that ends inside a character", {"a.txt": "一\n二".encode()[:-1]}, ["一"], [("invalid_encoding", 2)]),
    Case(
        "GB18030 read as UTF-8",
        {"a.txt": "好\nplain\n坏\n".encode("gb18030")},
        ["plain"],
        [("invalid_encoding", 1), ("invalid_encoding", 3)],
    ),
    Case(
        "GBK where the config says gb2312, and its byte 80",
        {"a.txt": "朱镕基\n".encode("gbk"), "b.txt": "价格".encode("gbk") + b"\x805\n"},
        ["朱镕基", "价格€5"],
        settings='encoding = "gb2312"',
    ),
    Case(
        "GB18030 and Big5, encoding auto",
        {
            "a.txt": ((SIMPLIFIED + "\n") * 20).encode("gb18030"),
            "b.jsonl.gz": gzip.compress(jsonl(*[TRADITIONAL] * 20).decode().encode("big5hkscs")),
        },
        [SIMPLIFIED] * 20 + [TRADITIONAL] * 20,
        settings='encoding = "auto"',
    ),
    Case(
        "UTF-16 without its mark, encoding auto",
        {"a.txt": "断路器\n拒动\n".encode("utf-16-le"), "b.json": array("油温的记录" * 20).decode().encode("utf-16-be")},
        ["断路器", "拒动", "油温的记录" * 20],
        settings='encoding = "auto"',
    ),
    Case(
        "text that no encoding makes Chinese of, encoding auto",
        {"a.txt": ("変圧器は夏に油の温度が上がりやすいので\n" * 20).encode("shift_jis")},
        [],
        [("unknown_encoding", 1)],
        settings='encoding = "auto"',
    ),
    Case(
        "NUL bytes and control characters",
        {"a.txt": b"a\0b\n\x01\x1b\n", "b.csv": b"text,x\nc\0,1\n", "c.json": b'[{"text": "d\0"},\n{"text": "\\u0000e"}]'},
        ["a\0b", "\x01\x1b", "c\0", "\0e"],
        [("invalid_json", 1)],
    ),
    Case(
        "line ends of CR and LF",
        {"a.txt": b"a\r\n\r\nb\r\n", "b.csv": b'text,x\r\n"c\r\nd",1\r\n', "c.jsonl": jsonl("e").replace(b"\n", b"\r\n")},
        ["a", "b", "c\nd", "e"],
    ),
    Case(
        "line ends of CR only",
        {
            "a.txt": b"a\rb\r",
            "b.csv": b"text,x\rc,1\rd,2\r",
            "c.tsv": b"text\tx\re\t1\r",
            "d.jsonl": jsonl("f", "g").replace(b"\n", b"\r"),
            "e.json": array("h", "i").replace(b"\n", b"\r"),
        },
        ["a", "b", "c", "d", "e", "f", "g", "h", "i"],
    ),
    Case(
        "a text field that is null, missing or of another type",
        {
            "a.jsonl": b'{"text": null}\n{"txt": "a"}\n{"text": 3}\n{"text": {"b": "c"}}\n{"text": ["a", 1]}\n'
            b'{"text": ["d", "e"]}\n{"text": ""}\n'
        },
        ["d\ne", ""],
        [("null_field", 1), ("missing_field", 2), ("wrong_type", 3), ("wrong_type", 4), ("wrong_type", 5)],
    ),
    Case(
        "a nested field that is missing",
        {"a.jsonl": b'{"a": {"b": "x"}}\n{"a": {}}\n{"a": "b"}\n{"a": [{"b": "y"}, {"c": "z"}]}\n'},
        ["x", "y"],
        [("missing_field", 2), ("missing_field", 3)],
        'text = "a.b"',
    ),
    Case(
        "half a surrogate pair",
        {"a.jsonl": b'{"text": "\\ud800"}\n{"text": "\\udc00x"}\n{"text": "\\ud83d\\ude00"}\n', "b.txt": b"\xed\xa0\x80\n"},
        ["\U0001f600"],
        [("invalid_json", 1), ("invalid_json", 2), ("invalid_encoding", 1)],
    ),
    Case("a JSON key that stands twice", {"a.jsonl": b'{"text": "a", "text": "b"}\n'}, ["b"]),
    Case(
        "NaN and Infinity in JSON",
        {"a.jsonl": b'{"text": "a", "x": NaN}\n{"text": "b", "x": -Infinity}\n{"text": "c", "x": 1e999}\n{"text": "d"}\n'},
        ["d"],
        [("invalid_json", 1), ("invalid_json", 2), ("invalid_json", 3)],
    ),
    Case(
        "100,000 brackets",
        {
            "a.json": b'[{"text": "a"},\n' + b"[" * 100_000 + b"]" * 100_000 + b',\n{"text": "b"}]',
            "b.jsonl": b'{"text": ' * 100_000 + b"1" + b"}" * 100_000 + b'\n{"text": "c"}\n',
        },
        ["a", "b", "c"],
        [("invalid_json", 2), ("invalid_json", 1)],
    ),
    Case("a line of 10 MB", {"a.txt": LONG.encode() + b"\nb\n", "b.json": array(LONG, "d")}, [LONG, "b", LONG, "d"]),
    Case(
        "a line, element or document of 40 MB",
        {
            "a.txt": b"x" * 40_000_000 + b"\nb\n",
            "b.jsonl": b'{"text": "' + b"x" * 40_000_000 + b'"}\n' + jsonl("c"),
            "c.json": b'[{"text": "d"},\n{"text": "' + b"x" * 40_000_000 + b'"}]',
            "d.md": b"x" * 2_100_000,
        },
        ["b", "c", "d"],
        [("too_long", 1), ("too_long", 1), ("truncated_file", 2), ("too_long", 1)],
    ),
    Case(
        "a .zst that expands to more than 200 times its size",
        {"a.txt.zst": b"".join(PACKERS[".zst"](data) for data in ["一\n".encode(), *[b"\0" * (1 << 26)] * 20])},
        ["一"],
        [("truncated_file", 2)],
    ),
    Case(
        "HTML that a parser would take gigabytes for",
        {"a.html": "".join(f"<p><font color={i}></p>" for i in range(5000)).encode(), "b.html": b"<p>b"},
        ["b"],
        [("excessive_markup", 1)],
    ),
    Case(
        "a stray quote in CSV",
        {"a.csv": b'text,x\na,1\n"b,2\nc,3\n"d"e,4\nf,5\n'},
        ["a", "c", "f"],
        [("invalid_csv", 3), ("invalid_csv", 5)],
    ),
    Case("a quote never closed in the last line of CSV", {"a.csv": b'text,x\na,1\n"b,2\n'}, ["a"], [("invalid_csv", 3)]),
    Case(
        "too many or too few columns in CSV",
        {"a.csv": b"text,x\na,1\nb,2,3\nc\nd,4\n"},
        ["a", "d"],
        [("wrong_column_count", 3), ("wrong_column_count", 4)],
    ),
    Case("quoted line ends in CSV", {"a.csv": b'text,x\n"a\n\nb",1\n"c ""d""",2\n'}, ["a\n\nb", 'c "d"']),
    Case("an empty first line in CSV", {"a.csv": b"\ntext,x\na,1\n"}, ["a"]),
    Case("a header of empty names in CSV", {"a.csv": b",\na,1\nb,2\n"}, [], [("missing_field", 2), ("missing_field", 3)]),
    Case(
        "a quote never closed in the header of CSV",
        {"a.csv": b'"text,x\na,1\nb,2\n'},
        [],
        [("invalid_csv", 1), ("missing_field", 3)],
    ),
    Case("a name that stands twice in the header of CSV", {"a.csv": b"text,text\na,b\n"}, ["b"]),
    Case(
        "CSV with semicolons, tabs or a line sep=",
        {"a.csv": b"id;text\n1,5;a\n", "b.csv": b"sep=|\nid|text\n1|b\n", "c.csv": b"id\ttext\n1\tc\n"},
        ["a", "b", "c"],
    ),
    Case(
        "a quote within quotes of CSV written with a backslash",
        {"a.csv": b'id,text\n1,"say \\"a\\", b"\n', "b.csv": b'id,text\n1,"C:\\"\n'},
        ['say "a", b', "C:\\"],
    ),
    Case(
        "TSV without a header, with stray quotes",
        {"a.tsv": b'1\ta\n2\t"b\n"3"\tc"d\n4\n'},
        ["a", '"b', 'c"d'],
        [("wrong_column_count", 4)],
        'columns = ["x", "text"]',
    ),
    Case(
        "a Parquet file cut short", {"a.parquet": TWO_GROUPS[:-5], "b.parquet": TWO_GROUPS[:100]}, [], [("truncated_file", 1)] * 2
    ),
    Case(
        "a Parquet file with a damaged page",
        {"a.parquet": flipped(TWO_GROUPS, page_of(TWO_GROUPS, 1), 12)},
        ["一", "二"],
        [("unreadable_rows", 3)],
    ),
    Case(
        "a Parquet file with a page of unknown kind",
        # the byte is the page's type in its Thrift header; 1 is an index page, which readers skip
        {"a.parquet": TWO_GROUPS[: page_of(TWO_GROUPS, 1) + 1] + b"\x02" + TWO_GROUPS[page_of(TWO_GROUPS, 1) + 2 :]},
        ["一", "二"],
        [("unreadable_rows", 3)],
    ),
    Case(
        "a Parquet file that states too few rows of a row group",
        # in Thrift's compact form \x16 begins the next field, a 64-bit number, and \x04 is 2: the rows of the second group
        {"a.parquet": b"\x16\x02".join(TWO_GROUPS.rsplit(b"\x16\x04", 1))},
        ["一", "二", "三"],
        [("unreadable_rows", 4)],
    ),
    Case(
        "a Parquet file whose page fails its checksum",
        {"a.parquet": SUMMED.replace("二".encode(), "丁".encode())},
        [],
        [("unreadable_rows", 1)],
    ),
    Case("a file that is not Parquet", {"a.parquet": b"text\na\n", "b.parquet": b""}, [], [("truncated_file", 1)] * 2),
    Case(
        "a Parquet file without the text column",
        {
            "a.parquet": parquet(pa.table({"body": ["a", "b"]})),
            "b.parquet": parquet(pa.table({"text": pa.array([b"x", None], pa.binary())})),
        },
        [],
        [("missing_field", 1), ("missing_field", 2), ("wrong_type", 1), ("null_field", 2)],
    ),
    Case(
        "a Parquet string that is not UTF-8",
        {"a.parquet": parquet(pa.table({"text": binary_strings(b"a", b"\xff", b"c")}))},
        ["a", "c"],
        [("invalid_encoding", 2)],
    ),
    Case(
        "a Parquet date beyond the year 9999",
        {"a.parquet": parquet(pa.table({"text": ["a", "b"], "seen": pa.array([0, 1 << 62], pa.timestamp("us"))}))},
        ["a", "b"],
    ),
    Case(
        "a Parquet column in an unknown time zone",
        {"a.parquet": parquet(pa.table({"text": ["a", "b"], "seen": pa.array([0, 1], pa.timestamp("us", tz="Mars/Olympus"))}))},
        ["a", "b"],
    ),
    Case(
        "a WikiExtractor document without its end",
        {"a": b'<doc id="1" title="t">\nt\na\n<doc id="2">\nb\n</doc>\n<doc id="3">\nc\n'},
        ["b"],
        [("truncated_record", 1), ("truncated_file", 7)],
        'format = "wikidoc"',
    ),
    Case(
        "text outside WikiExtractor documents",
        {"a": b'stray\n<doc id="1">\na\n</doc>\n</doc>\n\nstray\n'},
        ["a"],
        [("outside_doc", 1), ("outside_doc", 5), ("outside_doc", 7)],
        'format = "wikidoc"',
    ),
    Case(
        "an id that stands twice with different texts",
        {
            "a.jsonl": b'{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}\n{"id": 1, "text": "a"}\n{"text": "c"}\n',
            "b.jsonl": b'{"id": "1", "text": "d"}\n',
        },
        ["a", "a", "c"],
        [("repeated_id", 2), ("repeated_id", 1)],
        'id = "id"',
    ),
    Case(
        "HTML full of unclosed tags",
        {"a.html": b"<html><body><p>a<div><table><tr><td>b<b><i><script>x", "b.html": b"<b>" * 20_000 + b"c", "c.html": b"<!-- d"},
        ["a\nb", "c", ""],
    ),
    Case("Markdown with invalid bytes", {"a.md": b"# a\n\nb\xff\n\nc\n", "b.md": b"d\n"}, ["d"], [("invalid_encoding", 1)]),
    Case(
        "file names with brackets and spaces",
        {"a [1].txt": b"a\n", "b*{2} ?.jsonl": jsonl("b"), "文 件.TXT.GZ": gzip.compress(b"c\n")},
        ["a", "b", "c"],
    ),
    Case(
        "a file of another kind",
        {"a.psd": b"8BPS\0\1" + b"\0" * 50, "b.txt": b"\xfd7zXZ\0\0\x04", "c": bytes(range(256)), "d.jpg": "断路器\n".encode()},
        ["断路器"],
        [("unknown_format", 1)] * 3,
    ),
    Case(
        "a file whose name says another format",
        {"a.txt": samples.word("甲"), "b.docx": PDF, "c.doc": rb"{\rtf1 c}", "d": gzip.compress(b"d\n")},
        ["甲", "断路器", "c", "d"],
    ),
    Case(
        "a Word, PowerPoint, Excel, EPUB, PDF or RTF file cut short",
        {
            "a.docx": samples.word("甲")[:-9],
            "b.pptx": samples.slides("乙")[:-9],
            "c.xlsx": samples.workbook([["丙"]])[:-9],
            "d.epub": samples.book("丁")[:-9],
            "e.pdf": PDF[:300],
            "f.rtf": rb"{\rtf1 f",
        },
        [],
        [("damaged_file", 1)] * 6,
    ),
    Case(
        "a Word table inside a cell, or in content controls",
        {
            "a.docx": samples.word_of(TABLE_IN_CELL),
            "b.docx": samples.word_of(f"<w:sdt><w:sdtContent>{TABLE_IN_CELL}</w:sdtContent></w:sdt>"),
        },
        ["内 | 外"] * 2,
    ),
    Case(
        "hyphens, tabs and symbols that Word writes as elements",
        {
            "a.docx": samples.word_of(
                "<w:p><w:r><w:t>C</w:t><w:noBreakHyphen/><w:t>反</w:t><w:softHyphen/><w:t>应</w:t><w:ptab/>"
                '<w:sym w:font="Arial" w:char="03A9"/><w:sym w:font="Wingdings" w:char="F0E0"/></w:r></w:p>'
            )
        },
        ["C-反应\tΩ□"],
    ),
    Case("a PDF of images of pages", {"a.pdf": samples.pdf(Spacer(1, 1))}, [], [("no_text_layer", 1)]),
    Case(
        "a PDF with a password",
        {"a.pdf": samples.pdf(Paragraph("a"), encrypt=StandardEncryption("user", "owner"))},
        [],
        [("encrypted_file", 1)],
    ),
    Case("a document that its parser cannot bear", {"a.tex": b"{" * 5000, "b.tex": b"b"}, ["b"], [("excessive_file", 1)]),
    Case(
        "a sheet without the columns of the text",
        {"a.xlsx": samples.workbook([["问", "答"], ["一", "二"]], [["说明"], ["三"]])},
        ["一\n二"],
        [("missing_field", 2)],
        'text = ["问", "答"]',
    ),
    Case(
        "cells of a sheet that hold errors, look like them, or hold escapes such as `_x000D_`",
        {"a.xlsx": samples.workbook([["#N/A", "#断路器!", "甲_x000D_\n乙"]])},
        ["#断路器! | 甲\n乙"],
    ),
    Case("subtitles with invalid bytes", {"a.srt": b"1\n00:00:01,000 --> 00:00:02,000\n\xff\n"}, [], [("invalid_encoding", 1)]),
    Case(
        "blank lines, numbers and braces within a cue of subtitles",
        {"a.srt": "1\n00:01,0 --> 00:02,0\n{\\an8}集合\n\n是{甲}\n\n2\n00:03,0 --> 00:04,0\n200\n".encode()},
        ["集合是{甲}\n200"],
    ),
    Case(
        "a dump of a wiki cut short",
        {"a.xml": samples.wiki(samples.page("甲", "一"), samples.page("乙", "二"))[:-60]},
        ["一"],
        [("truncated_file", 3)],
    ),
    Case(
        "a dump of a wiki with entities of its own",
        {"a.xml": b"<!DOCTYPE a>" + samples.wiki(samples.page("甲", "一"))},
        [],
        [("truncated_file", 1)],
        'format = "mediawiki"',
    ),
    Case(
        "redirects and talk in a dump of a wiki",
        {"a.xml": samples.wiki(samples.page("甲", "", "<redirect/>"), samples.page("乙", "二", ns=1), samples.page("丙", "三"))},
        ["三"],
        [("redirect", 2), ("not_an_article", 4)],
    ),
    Case(
        "templates, links and rules of conversion that stand in a sentence of a wiki",
        {
            "a.xml": samples.wiki(
                samples.page("甲", "-{H|zh-cn:博客}-{{lang-en|breaker}}{{formatnum:12}}{{ruby|断|duan}}[[:分类:电]]")
            )
        },
        ["breaker12断分类:电"],
    ),
    Case(
        "a WARC file cut short",
        {
            "a.warc.gz": samples.web_archive(RESPONSE, RESPONSE)[:-20],
            "b.warc": samples.web_archive(RESPONSE, RESPONSE, gzip=False)[:-9],
        },
        ["断路器"] * 2,
        [("truncated_file", 2)] * 2,
    ),
    Case(
        "images and errors in a WARC file",
        {
            "a.warc": samples.web_archive(
                RESPONSE,
                ("http://a.cn/u", b"\x89PNG", "image/png", "200 OK"),
                ("http://a.cn/v", b"x", "text/html", "404 Not Found"),
                gzip=False,
            )
        },
        ["断路器"],
        [("unknown_format", 2), ("error_page", 3)],
    ),
    Case(
        "a response in a WARC file that is packed in an unknown way",
        {
            "a.warc": samples.web_archive(RESPONSE, gzip=False, packing="br"),
            "b.warc": samples.web_archive(
                (RESPONSE[0], zstandard.compress(RESPONSE[1]), *RESPONSE[2:]), gzip=False, packing="zstd"
            ),
        },
        ["断路器"],
        [("unknown_format", 1)],
    ),
    Case(
        "a document that includes another file",
        {"a.adoc": b"a\n\ninclude::/etc/hostname[]\n", "b.tex": b"b\\input{/etc/hostname}"},
        ["a", "b"],
    ),
    Case("a PO file that holds the name of another file", {"a.po": str(PAGE).encode()}, [], [("damaged_file", 1)]),
    Case(
        "an archive cut short",
        {"a.tar": samples.tarred({"x.txt": b"a\n", "y.txt": b"b\n"})[:1300], "b.zip": samples.zipped({"x.txt": b"a\n"})[:-9]},
        ["a"],
        [("truncated_file", 1)] * 2,
    ),
    Case(
        "an archive in an archive",
        {
            "a.zip": samples.zipped(
                {
                    "b.zip": samples.zipped({"x.txt": b"x"}),
                    "c.tgz": samples.tarred({"x.txt": b"x"}, "w:gz"),
                    "d.txt.gz": gzip.compress(b"d"),
                }
            )
        },
        ["d"],
        [("nested_archive", 1)] * 2,
    ),
    Case(
        "members of an archive that are damaged, have a password or are of no known kind",
        {
            "a.zip": samples.zipped({"a.docx": samples.word("甲")[:-9], "b.psd": b"8BPS\0\1\0\0", "c.txt": b"c"}),
            "b.zip": samples.with_password(samples.zipped({"a.txt": b"a", "b.txt": b"b"})),
        },
        ["c", "b"],
        [("damaged_file", 1), ("unknown_format", 1), ("encrypted_file", 1)],
    ),
    Case("names in an archive that lead out of it", {"a.zip": samples.zipped({"../../a.txt": b"a", "/b.txt": b"b"})}, ["a", "b"]),
    Case("links in a tar file", {"a.tar": samples.linked("/etc/hostname")}, [], [("not_a_file", 1)]),
    Case("a member that claims to expand to more than a gigabyte", {"a.tar": samples.sparse(1 << 33)}, [], [("truncated_file", 1)]),
]


@dataclass
class Outcome:
    """What came of one corpus, in the order of its files and records."""

    kept: list[tuple[str, int, str]] = field(default_factory=list)
    rejects: list[tuple[str, int, str, int]] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def outcomes(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All cases through one call of ingest: the corpus is the number of the case."""
    base = tmp_path_factory.mktemp("reliability")
    sections = []
    for number, case in enumerate(CASES):
        folder = base / f"{number:02}"
        folder.mkdir()
        for name, data in case.files.items():
            (folder / name).write_bytes(data)
        paths = [f"{number:02}/{name}" for name in case.files]  # by name: a name is no glob where such a file exists
        sections.append(f'[[corpus]]\nname = "{number:02}"\nrole = "domain"\npaths = {json.dumps(paths)}\n{case.settings}\n')
    (base / "config.toml").write_text("\n".join(sections), encoding="utf-8")
    config = configuration.load(base / "config.toml")
    kept, rejects, files = ingest(spark, corpora.find(config), config=config)
    found: dict[str, Outcome] = defaultdict(Outcome)
    for r in kept.collect():
        found[r.corpus].kept.append((r.source.file, r.source.record, r.text))
    for r in rejects.collect():
        found[r.corpus].rejects.append((r.source.file, r.source.record, r.reason, r.source.line))
    for r in files.collect():
        assert r.file not in found[r.corpus].files
        found[r.corpus].files[r.file] = r
    return {CASES[int(name)].name: outcome for name, outcome in found.items()}


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_what_comes_of(case: Case, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[case.name]
    kept = [text for _, _, text in sorted(outcome.kept)]
    rejects = [(reason, line) for _, _, reason, line in sorted(outcome.rejects)]
    if case.at_least is None:
        assert [k[:100] for k in kept] == [k[:100] for k in case.kept] and kept == case.kept  # the first is fit to be shown
        assert rejects == case.rejects
    else:
        assert case.at_least <= len(kept) <= len(case.kept)
        assert kept == case.kept[: len(kept)]
        assert rejects == [("truncated_file", len(kept) + 1)]


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_rows_in_are_rows_kept_and_rows_rejected(case: Case, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[case.name]
    given = {f"{CASES.index(case):02}/{name}": data for name, data in case.files.items()}
    members = {name for name in outcome.files if name not in given}
    assert set(outcome.files) - members == set(given)
    assert all(name.startswith(tuple(f"{archive}/" for archive in given)) for name in members)
    for name, row in outcome.files.items():
        kept = [record for file, record, _ in outcome.kept if file == name]
        rejects = [(record, reason) for file, record, reason, _ in outcome.rejects if file == name]
        assert row.records == len(kept) + len(rejects)
        assert sorted(kept + [record for record, _ in rejects]) == list(range(1, row.records + 1))
        assert row.unreadable == sum(reason != "repeated_id" for _, reason in rejects)
        assert row.bytes == (None if name in members else len(given[name]))


def test_the_page_tells_of_every_kind() -> None:
    rows = re.findall(r"^\| (.*?) \| .*? \|$", PAGE.read_text(encoding="utf-8").split("\n## Faults")[0], re.M)
    assert rows[:2] == ["input", "---"]
    assert rows[2:] == [c.name for c in CASES] and len(set(rows)) == len(rows)


def read(data: bytes, name: str) -> list[Record | Broken]:
    corpus = Corpus(name="c", role="domain", paths=("x",), format="wikidoc" if name.startswith("wiki") else "auto")
    return list(records.read(io.BytesIO(data), name, corpus, "utf-8"))


def check_numbers(found: list[Record | Broken]) -> None:
    assert [r.number for r in found] == list(range(1, len(found) + 1))
    assert all(r.line >= 1 for r in found)


TEXTS = ["断路器", "高压，]}\"\\'", "两\n行", "<doc>\t"]
WIKI = '<doc id="1" title="题">\n题\n一\n</doc>\n<doc id="2">\n二\n\n</doc>\n'.encode()
WHOLE: dict[str, bytes] = {
    "a.json": array(*TEXTS),
    "a.jsonl": jsonl(*TEXTS),
    "a.csv": 'text,x\n"断路器",1\n"两\n行 ""x""",2\n三,3\n'.encode(),
    "a.tsv": 'text\tx\n断路器\t1\n"两\t2\n'.encode(),
    "a.txt": "一\n\n 二\r\n三".encode(),
    "wiki_00": WIKI,
    "a.md": "# 题\n\n<p>一</p>\n\n* **二**\n\n| a | b |\n|---|---|\n| c | d |\n".encode(),
    "a.html": "<html><head><script>x</script></head><body><p>一<p>二<!-- x --></body></html>\n".encode(),
    "a.parquet": parquet(pa.table({"text": TEXTS}), row_group_size=2),
}
WHOLE |= {
    f"{name}{e}": pack(WHOLE[name]) for name in ("a.json", "a.txt", "a.csv", "wiki_00", "a.html") for e, pack in PACKERS.items()
}
WHOLE["a.parquet.gz"] = gzip.compress(WHOLE["a.parquet"])
CONTAINERS = (".json", ".parquet", *PACKERS)


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_file_cut_at_any_byte_never_looks_whole(name: str) -> None:
    whole = WHOLE[name]
    assert all(isinstance(r, Record) for r in read(whole, name))
    for cut in range(1, len(whole)):
        found = read(whole[:cut], name)
        check_numbers(found)
        open_doc = name == "wiki_00" and whole[:cut].count(b'">\n') > whole[:cut].count(b"</doc>")
        if name.endswith(CONTAINERS) or open_doc:
            assert isinstance(found[-1], Broken), cut


ALPHABET = list('[]{}",:\\ \n\r\tab1高<>/=|#*`&;!()-_\0\ufeff\u2028') + [
    "<doc id='1'>\n",
    "</doc>",
    "<script>",
    "<!--",
    "```",
    "&#xD800;",
]
BYTES = st.binary(max_size=200) | st.lists(st.sampled_from(ALPHABET), max_size=60).map(lambda parts: "".join(parts).encode())


@settings(max_examples=600, deadline=None)
@given(BYTES, st.sampled_from(list(WHOLE)))
def test_any_bytes_are_read_or_told_of(data: bytes, name: str) -> None:
    check_numbers(read(data, name))
    for extension, pack in PACKERS.items():
        if name.endswith(extension):
            check_numbers(read(pack(data), name))


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(st.data())
def test_damage_anywhere_is_read_or_told_of(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(WHOLE)))
    whole = bytearray(WHOLE[name])
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4)):
        whole[at] = data.draw(st.integers(0, 255))
    found = read(bytes(whole), name)
    check_numbers(found)
    if name == "a.txt.gz":  # the checksum tells: of the bytes that mean nothing, only those of the header may change
        assert found == read(WHOLE[name], name) or isinstance(found[-1], Broken)

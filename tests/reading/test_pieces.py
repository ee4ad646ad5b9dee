"""Files in pieces are read as they are as a whole: the same records and faults, with the same numbers and lines."""

import io
import json
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.config import Corpus
from wajue.reading import encodings, extents, json_array, pieces, records
from wajue.reading.corpora import CorpusFile
from wajue.reading.formats.reader import Outcome
from wajue.reading.pieces import Piece

MARK = b"\xef\xbb\xbf"
OBJECTS = st.sampled_from(
    [
        '{"text": "断路器"}',
        '{"text": "\ufeff断\ufeff"}',
        '\ufeff{"text": "路"}',
        '{"text": "一, 二], {三}"}',
        '{"text": "\\\\\\"", "n": [1, {"a": []}]}',
        '{"text": "未完',
        '{"text": "少一个括号"',
        '{"text": 1}}',
        ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
        "7",
        "",
        "\u3000",
        '{\n  "text": "几行"\n}',
        "]",
    ]
)
BETWEEN = st.sampled_from([",", ", ", ",\n", "\n", ",\r\n", ",\n\n  "])
LINES = st.sampled_from(
    [
        '{"text": "断路器"}',
        '{"text": "未完',
        "",
        "  \t",
        "\u3000",
        "一行",
        "\x85",
        "[",
        "]",
        "{",
        "一\ufeff",
        " \ufeff",
        '{"a": 1}\ufeff{"a": 2}',
        '{"a": 1}{"a": 2}',
        "\r",
    ]
)
ENDS_OF_ARRAYS = st.sampled_from(["]", "", ",]", "\n]\n", "] []"])


def corpus(**settings: str) -> Corpus:
    return Corpus.model_validate({"name": "c", "role": "domain", "paths": ("*",), **settings})


def divided(path: Path, data: bytes, of: Corpus, block: int, least: int = 1) -> list[Piece]:
    path.write_bytes(data)
    with mock.patch.object(pieces, "BLOCK", block), mock.patch.object(json_array, "BLOCK", block):
        return pieces.pieces(CorpusFile("c", path.name, str(path), len(data), 0, "utf-8"), of, least)


def whole(name: str, data: bytes, of: Corpus) -> list[Outcome]:
    return list(records.read(io.BytesIO(data), name, of, "utf-8"))


def in_pieces(name: str, data: bytes, of: Corpus, parts: list[Piece]) -> list[Outcome]:
    assert [p.begin for p in parts[1:]] == [p.end for p in parts[:-1]] and (parts[0].begin, parts[-1].end) == (0, len(data))
    outcomes: list[Outcome] = []
    for begin, end, extent, format_ in parts:
        for part in records.parts(io.BytesIO(data[begin:end]), name, of, "utf-8", extent, format_):
            for run in part.runs:
                outcomes += run if isinstance(run, list) else [run]
    return outcomes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces")


@given(
    st.lists(st.tuples(OBJECTS, BETWEEN), max_size=12), ENDS_OF_ARRAYS, st.sampled_from([b"", MARK, b"\n \n"]), st.integers(3, 40)
)
def test_arrays(folder: Path, objects: list[tuple[str, str]], end: str, head: bytes, block: int) -> None:
    data = head + ("[" + "".join(map("".join, objects)) + end).encode()
    parts = divided(folder / "x.json", data, corpus(), block)
    assert in_pieces("x.json", data, corpus(), parts) == whole("x.json", data, corpus())


@given(
    st.lists(LINES, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["x.jsonl", "x.json", "x.txt"]),
    st.sampled_from([b"", MARK]),
    st.integers(3, 40),
)
def test_lines(folder: Path, lines: list[str], line_end: str, name: str, head: bytes, block: int) -> None:
    data = head + line_end.join(lines).encode()
    parts = divided(folder / name, data, corpus(), block)
    assert in_pieces(name, data, corpus(), parts) == whole(name, data, corpus())


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.txt"])
def test_large_files_are_divided(tmp_path: Path, name: str) -> None:
    objects = [json.dumps({"text": f"第{n}个断路器"}, ensure_ascii=False) for n in range(2000)]
    data = f"[{', '.join(objects)}]".encode() if name == "x.json" else "\n".join(objects).encode()
    parts = divided(tmp_path / name, data, corpus(), block=1000, least=10_000)
    assert len(parts) >= len(data) // 11_000 and min(p.end - p.begin for p in parts[:-1]) >= 10_000
    assert in_pieces(name, data, corpus(), parts) == whole(name, data, corpus())


@pytest.mark.parametrize(
    ("name", "data", "settings"),
    [
        ("x.txt", "一行\n".encode() * 50 + MARK + b"\n", {}),  # a byte order mark stands for a line end
        ("x.txt", "一行\r".encode() * 50, {}),
        ("x.txt", "一行\n".encode() * 50, {"unit": "file"}),
        ("x.txt", "一行\n".encode() * 50, {"unwrap": "always"}),
        ("x.md", "一行\n".encode() * 50, {}),
        ("x.jsonl", b'{"text": "a"}\n' * 50 + "\u3000\n".encode(), {}),  # blank, as the reader sees it
        ("x.json", b'{"text": "a"}\n' * 50, {"format": "json"}),  # no array
        ("x.json", b'{\n"text": "a"}\n' * 50, {}),
        ("x.json", b'[{"text": "' + b"a" * 400 + b'"},' + b'{"text": "a"},' * 50, {}),  # an element that is too long
        ("x.jsonl.gz", b"\x1f\x8b\x08" + b"\n" * 50, {}),
        ("x.psd", b"8BPS\0\1\0\0\n" * 50, {}),
    ],
)
def test_what_is_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, settings: dict[str, str]
) -> None:
    monkeypatch.setattr(json_array, "_LONGEST", 300)
    assert divided(tmp_path / name, data, corpus(**settings), block=100) == [Piece(0, len(data))]


def test_other_encodings_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("一行\n".encode("gb18030") * 50)
    assert pieces.pieces(CorpusFile("c", "x.txt", str(path), 250, 0, "gb18030"), corpus(), 1) == [Piece(0, 250)]
    assert pieces.pieces(CorpusFile("c", "x.txt", str(path), 250, 0, encodings.UNKNOWN), corpus(), 1) == [Piece(0, 250)]
    path.unlink()
    assert pieces.pieces(CorpusFile("c", "x.txt", str(path), 250, 0, "utf-8"), corpus(), 1) == [Piece(0, 250)]


def test_why_a_file_is_not_divided_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    divided(tmp_path / "x.txt", "一行\n".encode() * 50, corpus(), block=100)
    divided(tmp_path / "x.txt", "一行\n".encode() * 50, corpus(unit="file"), block=100)
    assert caplog.messages == ["x.txt is read in 4 pieces", "x.txt is read by one task: text: its records do not end with lines"]


def test_marks_that_are_characters_of_a_text(tmp_path: Path) -> None:
    data = ("[" + '{"text": "一 \ufeff行"},\n' * 50).encode()
    assert len(divided(tmp_path / "x.json", data, corpus(), block=100)) > 10


def test_a_section_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")
    with open(path, "rb") as stream:
        assert extents.Section(stream, 2, 7).read() == b"23456"
        to_the_end = extents.Section(stream, 4, None)
        assert (to_the_end.read(2), to_the_end.tell(), to_the_end.seek(1), to_the_end.read()) == (b"45", 2, 1, b"56789")

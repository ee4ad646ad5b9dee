import gzip
import io
import tarfile
import zipfile
from typing import Any

import pytest

from tests.reading.read import read, told
from tests.reading.samples import sparse, tarred, with_password, word, zipped
from wajue.config import Corpus
from wajue.reading import archives, decoding, records
from wajue.reading.formats.reader import Broken

MEMBERS = {
    "手册/a.txt": "断路器\n拒动\n".encode(),
    "b.csv": "text,x\n主变,1\n".encode(),
    "c.docx": word("漏油"),
    "d.txt.gz": gzip.compress("电网\n".encode()),
    "../../etc/e.txt": "越界\n".encode(),
    "f.png": b"\x89PNG\r\n\x1a\n",
    "g.zip": zipped({"x.txt": b"x"}),
    "h.tgz": tarred({"x.txt": b"x"}, "w:gz"),
    "empty.txt": b"",
}
EXPECTED = [
    ("手册/a.txt", "text", [{"text": "断路器"}, {"text": "拒动"}]),
    ("b.csv", "csv", [{"text": "主变", "x": "1"}]),
    ("c.docx", "docx", ["漏油"]),
    ("d.txt.gz", "text", [{"text": "电网"}]),
    ("../../etc/e.txt", "text", [{"text": "越界"}]),
    ("f.png", None, ["unknown_format"]),
    ("g.zip", "zip", ["nested_archive"]),
    ("h.tgz", "tar", ["nested_archive"]),
    ("empty.txt", "text", []),
]


def parts(data: bytes, name: str, **settings: Any) -> list[tuple[str, str | None, list[Any]]]:
    """(name within the archive, format, what it holds); the archive itself comes last."""
    corpus = Corpus(name="c", role="domain", paths=("x",), **settings)
    made = []
    for part in records.parts(io.BytesIO(data), name, corpus, "utf-8"):
        outcomes = [o for run in part.runs for o in (run if isinstance(run, list) else [run])]
        assert [o.number for o in outcomes] == list(range(1, len(outcomes) + 1))
        shown = [o["text"] if isinstance(o, dict) and "title" in o else o for o in told(outcomes)]
        made.append((part.name.removeprefix(f"{name}/"), part.format, shown))
    return made


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(MEMBERS)),
        ("a.zip", zipped(MEMBERS, zipfile.ZIP_STORED)),
        ("a.tar", tarred(MEMBERS)),
        ("a.tar.gz", tarred(MEMBERS, "w:gz")),
        ("a.tgz", tarred(MEMBERS, "w:gz")),
        ("a.tar.bz2", tarred(MEMBERS, "w:bz2")),
        ("a.zip.gz", gzip.compress(zipped(MEMBERS))),
    ],
)
def test_each_member_is_a_file(name: str, data: bytes) -> None:
    kind = "zip" if "zip" in name else "tar"
    assert parts(data, name) == [*EXPECTED, (name, kind, [])]


def test_records_of_all_members_are_numbered_through() -> None:
    found = read(zipped(MEMBERS), "a.zip")
    assert [r.number for r in found] == list(range(1, len(found) + 1)) and len(found) == 9


def test_a_name_that_stands_twice() -> None:
    data = zipped({"a.txt": b"a", "b.txt": b"b"}).replace(b"b.txt", b"a.txt")
    assert [(name, shown) for name, _, shown in parts(data, "a.zip")] == [
        ("a.txt", [{"text": "a"}]),
        ("a.txt (2)", [{"text": "b"}]),
        ("a.zip", []),
    ]


def test_names_by_chinese_windows() -> None:
    data = zipped({"aaaaaa.txt": b"x"}).replace(b"aaaaaa", "断路器".encode("gbk"))
    assert parts(data, "a.zip")[0][0] == "断路器.txt"


def test_each_member_has_an_encoding() -> None:
    members = {"a.txt": "患者高血压怎么办，应该吃什么药".encode("gb18030") * 20, "b.txt": "断路器".encode()}
    corpus = Corpus(name="c", role="domain", paths=("x",), encoding="auto")
    found = [(part.encoding, list(part.runs)) for part in records.parts(io.BytesIO(zipped(members)), "a.zip", corpus, "utf-8")]
    assert [encoding for encoding, _ in found[:2]] == ["gb18030", "utf-8"]
    assert not any(isinstance(run, Broken) for _, runs in found for run in runs)


def test_a_member_with_a_password_costs_itself() -> None:
    data = with_password(zipped({"a.txt": b"a", "b.txt": b"b"}))
    assert parts(data, "a.zip")[:2] == [("a.txt", None, ["encrypted_file"]), ("b.txt", "text", [{"text": "b"}])]


def test_damage_in_a_member_costs_that_member() -> None:
    data = zipped({"a.txt": b"first\n" * 9, "b.txt": b"second\n"}, zipfile.ZIP_STORED).replace(
        b"first\nfirst\n", b"first\nFirst\n", 1
    )
    [first, second, _] = parts(data, "a.zip")
    assert first[2][-1] == "truncated_file" and second == ("b.txt", "text", [{"text": "second"}])


def test_links_and_devices_are_no_files() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, kind in zip("wxyz", (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE), strict=True):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert parts(stream.getvalue(), "a.tar") == [(name, None, ["not_a_file"]) for name in "wxy"] + [("a.tar", "tar", [])]


def test_an_archive_that_ends_too_soon() -> None:
    data = tarred({"a.txt": b"a\n", "b.txt": b"b\n"})
    assert parts(data[:1300], "a.tar") == [("a.txt", "text", [{"text": "a"}]), ("a.tar", "tar", ["truncated_file"])], (
        "within a header"
    )
    assert parts(data[:1024], "a.tar") == [("a.txt", "text", [{"text": "a"}]), ("a.tar", "tar", ["truncated_file"])], "between two"
    assert parts(zipped({"a.txt": b"a"})[:-5], "a.zip") == [("a.zip", "zip", ["truncated_file"])]
    packed = tarred({f"{i}.txt": str(hash(str(i))).encode() for i in range(200)}, "w:gz")
    found = parts(packed[:-300], "a.tar.gz")
    assert len(found) > 2 and found[-1] == ("a.tar.gz", "tar", ["truncated_file"])


def test_what_expands_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_EXPANDED", 1_000_000)
    zeros = b"a\n" * 1_000_000
    assert parts(zipped({"a.txt": zeros}), "a.zip") == [("a.zip", "zip", ["truncated_file"])], "by what it states"
    assert parts(tarred({"a.txt": zeros}, "w:gz"), "a.tgz")[-1] == ("a.tgz", "tar", ["truncated_file"])
    assert parts(sparse(1 << 33), "a.tar")[-1][2] == ["truncated_file"]


def test_a_header_of_any_length_is_refused() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.pax_headers = {"comment": "x" * 2_000_000}
        archive.addfile(info)
    assert parts(stream.getvalue(), "a.tar") == [("a.tar", "tar", ["truncated_file"])]


def test_members_without_end_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    data = {f"{i}.txt": b"a" for i in range(3)}
    for made, name in ((zipped(data), "a.zip"), (tarred(data), "a.tar")):
        assert [shown for _, _, shown in parts(made, name)] == [[{"text": "a"}]] * 2 + [["truncated_file"]]
    monkeypatch.setattr(archives, "_MOST_DIRECTORY", 100)
    assert parts(zipped(data), "a.zip") == [("a.zip", None, ["truncated_file"])]


def test_a_corpus_of_archives_may_name_the_format_of_their_files() -> None:
    data = zipped({"a.data": "text,x\n断路器,1\n".encode()})
    assert parts(data, "a.zip", format="csv")[0] == ("a.data", "csv", [{"text": "断路器", "x": "1"}])

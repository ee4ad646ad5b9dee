"""Files whose libraries are not installed: an error before the run where that can be seen, else a reject."""

from pathlib import Path

import pytest

from tests.reading import samples
from tests.reading.read import read
from wajue.config import Corpus
from wajue.errors import ConfigError
from wajue.reading import corpora, formats
from wajue.reading.formats.reader import Broken

WORD = samples.word("断路器")


@pytest.fixture(autouse=True)
def without_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    formats.missing_extra.cache_clear()
    yield  # type: ignore[misc]
    formats.missing_extra.cache_clear()


def corpus(**settings: str) -> Corpus:
    return Corpus(name="manuals", role="domain", paths=("**/*",), **settings)


def test_a_mixed_folder_is_refused_before_the_run(tmp_path: Path) -> None:
    for name, data in {"a.txt": b"a", "b.docx": WORD, "c.pdf": b"%PDF"}.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ConfigError) as error:
        corpora.local_files(corpus(), tmp_path)
    assert str(error.value) == (
        "corpus 'manuals': 2 files, such as 'b.docx', need libraries that are not installed: "
        "pip install 'wajue[documents]', or leave these files out of [[corpus]] paths"
    )
    with pytest.raises(ConfigError, match=r"3 files, such as 'a\.txt'"):
        corpora.local_files(corpus(format="pdf"), tmp_path)


def test_other_formats_need_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"a")
    assert [file.name for file in corpora.local_files(corpus(), tmp_path)] == ["a.md"]


def test_what_cannot_be_seen_before_is_rejected_by_itself() -> None:
    [first, second] = read(samples.zipped({"a.docx": WORD, "b.txt": b"b"}), "a.zip")
    assert isinstance(first, Broken) and not isinstance(second, Broken)
    assert (first.reason, first.detail) == ("missing_library", "docx files need more libraries: pip install 'wajue[documents]'")

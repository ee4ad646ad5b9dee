"""The package as a library: what it offers, what it costs to import, and what it says when something is missing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import wajue
from tests import tiny
from wajue.errors import WajueError

LEXICON = [{"word": w, "count": 9, "log_prob": p} for w, p in (("断路器", -3.0), ("断", -9.0), ("路", -9.0), ("器", -9.0))]
WORDS = [{"word": w, "count": 5, "vector": v} for w, v in (("断路器", [1.0, 0.0]), ("开关", [1.0, 1.0]))]


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import wajue, sys; dir(wajue); print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyspark", "numba", "numpy", "pyarrow", "pandas", "duckdb", "jieba", "gensim", "rich"} & set(loaded)


def test_every_name_it_offers_is_there() -> None:
    assert set(wajue.__all__) <= set(dir(wajue))
    for name in wajue.__all__:
        assert getattr(wajue, name).__name__ == name
    with pytest.raises(AttributeError, match="it offers mine, Workspace"):
        wajue.nothing  # noqa: B018
    source = Path(str(wajue.__file__)).read_text(encoding="utf-8")  # type checkers are told the same
    told = re.findall(r"^    from wajue\.([\w.]+) import (\w+) as \2$", source, re.M)
    assert {name: place for place, name in told} == wajue._MODULES


def test_a_workspace_opened(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", lexicon=LEXICON, sgns_words=WORDS)
    assert wajue.read(workspace, "lexicon", ["word"]).num_rows == 4
    assert wajue.select(workspace, "SELECT max(count) AS n FROM sgns_words").to_pylist() == [{"n": 5}]
    assert wajue.load_vectors(workspace).most_similar("断路器") == [("开关", pytest.approx(0.7071, abs=1e-4))]
    segmenter = wajue.load_segmenter(workspace)
    assert segmenter.cut("斷路器 断路器") == ["斷路器", "断路器"]
    assert segmenter.cut("") == segmenter.cut(" \n") == []


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    workspace = tiny.workspace(
        tmp_path / "w", {"tokens": {"segment": {"method": "whitespace"}}}, tokens=[], sgns_words=[], jose_words=WORDS
    )
    for said, open_it in (
        ("no vector: no word reached", lambda: wajue.load_vectors(workspace)),
        ("no table 'jose_documents'", lambda: wajue.load_vectors(workspace, "jose", documents=True)),
        ("no document vectors of 'sgns'", lambda: wajue.load_vectors(workspace, "sgns", documents=True)),
        ("no vectors of 'glove'", lambda: wajue.load_vectors(workspace, "glove")),
        ("no lexicon to cut text by", lambda: wajue.load_segmenter(workspace)),
        ("no config file", lambda: wajue.mine(tmp_path / "c.toml")),
        ("no workspace", lambda: wajue.read(wajue.Workspace(str(tmp_path / "x")), "terms")),
    ):
        with pytest.raises(WajueError, match=said):
            open_it()

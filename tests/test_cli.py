"""The command from outside: exit statuses, and one message for each thing that can be wrong."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from tests.command import told, wajue
from wajue.schemas import FORMAT_VERSION, TABLES
from wajue.store import parquet
from wajue.store.workspace import Workspace

CORPUS = '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{}"\n'


@pytest.mark.parametrize(
    ("config", "status", "said"),
    [
        (None, 2, "no config file"),
        ("", 2, "no corpus at all"),
        (CORPUS.format("nothing.txt"), 2, "does not exist"),
        (CORPUS.format("*.nothing"), 2, "glob matches nothing"),
        (CORPUS.format("empty"), 2, "no file in"),
        (CORPUS.format("a.txt") * 2, 2, "two corpora are named 'a'"),
        (CORPUS.format("a.txt") + "[sgns]\ndimm = 3\n", 2, "did you mean 'dim'"),
        (CORPUS.format("a.txt") + '[sgns]\ndim = "3"\n', 2, "[sgns] dim"),
        ('workspace = "a.txt"\n' + CORPUS.format("a.txt"), 1, "workspace"),
    ],
)
def test_what_is_wrong_before_anything_runs(tmp_path: Path, config: str | None, status: int, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("一行字\n", encoding="utf-8")
    if config is not None:
        (tmp_path / "c.toml").write_text(config, encoding="utf-8")
    result = wajue("run", "c.toml", folder=tmp_path)
    assert result.returncode == status
    assert said in told(result)


def test_the_version_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wajue", "--version"]  # in a process of its own, as a user has it
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0 and re.fullmatch(r"wajue \d+\.\d+\.\d+\S*\n", result.stdout) and result.stderr == ""


def test_the_command_alone_shows_its_help(tmp_path: Path) -> None:
    result = wajue(folder=tmp_path)
    assert result.returncode == 2 and result.stdout == "" and result.stderr.startswith("Usage: ")


def test_a_dry_run_says_what_would_run_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一行字\n" * 1000, encoding="utf-8")
    (tmp_path / "c.toml").write_text(CORPUS.format("a.txt"), encoding="utf-8")
    result = wajue("run", "c.toml", "--dry-run", "--until", "segment", folder=tmp_path)
    assert result.returncode == 0 and result.stderr == ""
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "a domain 1 10 KB" in lines
    assert [line.split()[:2] for line in lines[3:9]][1:] == [
        [s, "yes"] for s in ("ingest", "clean", "dedup", "ngrams", "new_words")
    ]
    assert any(line.startswith("terms no left out: no corpus has role") for line in lines)
    assert lines[-1].startswith("6 steps would run, none of which has run here") and "of disk" in lines[-1]
    assert not (tmp_path / "out").exists()
    result = wajue("steps", "c.toml", "--format", "json", folder=tmp_path)
    states = {row["step"]: row["state"] for row in json.loads(result.stdout)}
    assert states["ingest"] == "missing" and states["contrast"] == "left out"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("run", "c.toml", "--from", "nothing"), 2, "nothing"),
        (("run",), 2, "CONFIG"),
        (("fly",), 2, "fly"),
        (("run", "nothing.toml", "--log", "json"), 2, '"message": "there is no config file nothing.toml"'),
        (("run", "c.toml", "--from", "terms", "--until", "clean"), 2, "comes after"),
        (("run", "c.toml", "--device", "cuda"), 1, "--device cpu"),
        (("query", "nowhere", "SELECT 1"), 1, "no workspace nowhere"),
        (("query", ".", "SELECT 1"), 1, "not a workspace"),
        (("segment", "nowhere"), 1, "no workspace"),
        (("similar", "nowhere", "断路器"), 1, "no workspace"),
        (("report", "nowhere"), 1, "no workspace nowhere"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    (tmp_path / "a.txt").write_text("一行字\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text(CORPUS.format("a.txt"), encoding="utf-8")
    result = wajue(*arguments, folder=tmp_path)
    assert result.returncode == status
    assert said in told(result)


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    """A workspace with a lexicon and nothing else."""
    words = {"断路器": -8.0, "断": -7.0, "路": -7.0, "器": -7.0, "的": -3.0}
    n = len(words)
    columns = {
        "word": list(words),
        "log_prob": list(words.values()),
        "count": [9] * n,
        "used": [9] * n,
        "domain_count": [9] * n,
        "general_count": [0] * n,
        "is_new": [True] * n,
        "is_latin": [False] * n,
        "role": ["domain"] * n,
        "example": [None] * n,
        "general_example": [None] * n,
    }
    floats = {c.name: [1.0] * n for c in TABLES["lexicon"].columns if c.type == pa.float64() and c.name != "log_prob"}
    workspace = Workspace(str(tmp_path / "w"))
    workspace.prepare()
    parquet.write(pa.table(columns | floats, schema=TABLES["lexicon"].schema), workspace, "lexicon")
    workspace.finish({"lexicon": {"format_version": FORMAT_VERSION}})
    workspace.close()
    return tmp_path


def test_segment_gives_a_line_for_each_line(lexicon: Path) -> None:
    result = wajue("segment", "w", folder=lexicon, text="断路器的\n\n斷路器，A1\r\n完")
    assert (result.returncode, result.stdout) == (0, "断路器 的\n\n斷路器 ， A1\n完\n")
    (lexicon / "a.txt").write_bytes("断路器\n".encode() + b"\xff\n")
    result = wajue("segment", "w", "a.txt", folder=lexicon)
    assert result.returncode == 1 and "a.txt, line 2: not valid UTF-8" in result.stderr


def test_what_others_import_for_nothing_keeps_no_text_waiting(lexicon: Path) -> None:
    (lexicon / "a.txt").write_text("断路器\n", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "wajue", "segment", "w", "a.txt"],
        capture_output=True,
        text=True,
        check=True,
        cwd=lexicon,
    )
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if line.startswith("import time:")}
    assert "pyarrow.lib" in imported and not imported & {"pandas.core.frame", "scipy.linalg._fblas", "pyspark.sql"}
    assert "leaked" not in result.stderr


def test_query_prints_results_to_stdout_alone(lexicon: Path) -> None:
    result = wajue(
        "query", "w", "SELECT word, is_new FROM lexicon WHERE count = 9 ORDER BY word LIMIT 1", "--format", "csv", folder=lexicon
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "word,is_new\n器,true\n", "")
    result = wajue("query", "w", "SELECT count(*) AS n FROM rejects", "--format", "json", folder=lexicon)
    assert result.returncode == 0 and '"n": 0' in result.stdout
    result = wajue("query", "w", "SELECT * FROM terms", "--format", "csv", folder=lexicon)
    assert result.returncode == 0 and "terms has not been written yet" in result.stderr
    result = wajue("query", "w", "SELEC 1", folder=lexicon)
    assert result.returncode == 1 and "query failed" in told(result)
    result = wajue("query", "w", folder=lexicon, text="SELECT 41 + 1 AS answer;\n.quit\n")
    assert result.returncode == 0 and "42" in result.stdout + result.stderr


def test_a_reader_that_leaves_and_ctrl_c_end_a_query_quietly(lexicon: Path) -> None:
    endless = [sys.executable, "-m", "wajue", "query", "w", "FROM range(10_000_000_000)", "--format", "csv"]
    for stop, status in ((lambda p: p.stdout.close(), 0), (lambda p: p.send_signal(signal.SIGINT), 130)):
        with subprocess.Popen(endless, cwd=lexicon, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stdout.readline() == "range\n"
            stop(process)
            if status:
                process.stdout.close()
            said = process.stderr.read() if process.stderr else ""
            assert process.wait(60) == status and len(said.splitlines()) == bool(status), said


def test_report_prints_the_path_of_the_page_alone(lexicon: Path) -> None:
    result = wajue("report", "w", folder=lexicon)
    assert (result.returncode, result.stdout, result.stderr) == (0, "w/report.html\n", "")
    assert (lexicon / "w" / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_an_unknown_table_is_not_yet_there(lexicon: Path) -> None:
    result = wajue("similar", "w", "断路器", folder=lexicon)
    assert result.returncode == 1 and "no table 'sgns_words' yet; wajue run CONFIG --until sgns" in told(result)


def test_explain_says_what_it_needs(lexicon: Path) -> None:
    result = wajue("explain", "w", "断路器", folder=lexicon)
    assert result.returncode == 1 and "ngrams" in told(result)


def test_export_says_where_it_wrote_and_what_is_missing(lexicon: Path) -> None:
    result = wajue("export", "w", "--to", "ik", "a/b.txt", folder=lexicon)
    assert (result.returncode, result.stdout) == (0, "a/b.txt\n") and "ik: 0 words" in result.stderr
    assert "5 new words of a score below 8" in result.stderr
    result = wajue("export", "w", "--to", "csv", "terms.csv", folder=lexicon)
    assert result.returncode == 1 and "--until terms" in told(result)
    result = wajue("export", "w", "--to", "pdf", "terms.pdf", folder=lexicon)
    assert result.returncode == 2 and "tbx" in told(result)


def test_export_shows_what_a_dictionary_changes(lexicon: Path) -> None:
    (lexicon / "text.txt").write_text("断路器跳闸。\n手机。\n", encoding="utf-8")
    checked = ("--check", "text.txt", "--min-score", "-9", "--format", "csv")
    result = wajue("export", "w", "--to", "jieba", "d.txt", *checked, folder=lexicon)
    assert result.stdout == "source,cut_apart,changed,before,after,because_of\n"  # jieba has 断路器
    assert "2 of 2 sentences are cut as before; 0 words of jieba's are cut apart" in result.stderr
    result = wajue("export", "w", "--to", "ik", "d.txt", *checked, folder=lexicon)
    assert result.returncode == 1 and "--check cuts text with jieba: give it with --to jieba" in told(result)

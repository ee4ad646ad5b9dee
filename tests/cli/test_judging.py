"""`wajue judge` from outside: what it says first, what it keeps, how it goes on, and that nobody's verdicts become anybody else's."""

import io
import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import typer

from tests import workspaces
from tests.command import told, wajue
from tests.results.review.stub import Answer, judging, stub
from wajue import config as configuration
from wajue import verdict_files
from wajue.cli import judging as cli_judging
from wajue.results.review import chat
from wajue.store.workspace import Workspace

YES = judging(lambda word: "yes" if word.startswith("主") else "no")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("WAJUE_API_KEY", raising=False)
    monkeypatch.setattr(chat, "_FIRST_WAIT", 0.0)
    return workspaces.write(tmp_path / "w", workspaces.tables())


def judge(folder: Path, address: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return wajue(
        "judge", "w", "--endpoint", address, "--model", "通义/qwen", "--top", "6", "--per-request", "2", *options, folder=folder
    )


def given(folder: Path) -> list[verdict_files.Verdict]:
    return [s.verdict for s in verdict_files.read(folder / "w" / "verdicts.csv")]


def test_verdicts_are_kept_with_model_and_prompt(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAJUE_API_KEY", "s3cret")
    with stub(YES) as served:
        done = judge(tmp_path, served.address, "--field", "电力", "--yes")
        assert done.returncode == 0 and done.stdout == "", done.stderr
        address = f"{served.address}/chat/completions"
        assert f"6 terms, with up to 3 sentences each, go to the model 通义/qwen at {address}: 3 requests, about " in done.stderr
        assert [c["candidate"] for c in served.candidates(0)] == workspaces.NAMES[:2]
        assert all(c["candidate"] in sentence for c in served.candidates(0) for sentence in c["sentences"])
        assert served.requests[0][1]["authorization"] == "Bearer s3cret"
    verdicts = given(tmp_path)
    assert [(v.word, v.verdict) for v in verdicts] == [(w, "accept") for w in workspaces.NAMES[:6]]
    [prompt_file] = (tmp_path / "w" / "judge_prompts").iterdir()
    assert {v.reviewer for v in verdicts} == {"model:通义/qwen"}
    assert {v.note for v in verdicts} == {f"prompt {prompt_file.stem}, {address}"}
    assert "The field: 电力" in prompt_file.read_text(encoding="utf-8")
    table = wajue("query", "w", "SELECT DISTINCT reviewer, verdict FROM verdicts", "--format", "csv", folder=tmp_path)
    assert table.stdout == "reviewer,verdict\nmodel:通义/qwen,accept\n"
    files = [p.read_bytes() for p in (tmp_path / "w").rglob("*") if p.is_file()]
    assert not any(b"s3cret" in content for content in files) and "s3cret" not in done.stderr


def test_nothing_is_sent_before_the_user_agrees(tmp_path: Path, workspace: Workspace) -> None:
    with stub(YES) as served:
        refused = judge(tmp_path, served.address)
        assert refused.returncode == 2 and "nothing was sent: say --yes" in refused.stderr and "3 requests" in refused.stderr
        assert served.requests == [] and not (tmp_path / "w" / "verdicts.csv").exists()


def test_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\ny\n"))
    with pytest.raises(typer.Abort):
        cli_judging._must_agree(False)
    cli_judging._must_agree(False)


def test_it_goes_on_where_it_stopped(tmp_path: Path, workspace: Workspace) -> None:
    with stub(YES, Answer(b'{"error": "model went away"}', 404)) as served:
        stopped = judge(tmp_path, served.address, "--yes", "--format", "json")
    assert stopped.returncode == 1
    assert [row["word"] for row in json.loads(stopped.stdout)] == workspaces.NAMES[2:6]
    assert "404 Not Found: model went away" in json.loads(stopped.stdout)[0]["reason"]
    assert [v.word for v in given(tmp_path)] == workspaces.NAMES[:2]
    with stub(YES) as served:
        done = judge(tmp_path, served.address, "--yes")
        assert done.returncode == 0 and "2 of them 通义/qwen has judged by this prompt before" in done.stderr
        assert [c["candidate"] for i in range(2) for c in served.candidates(i)] == workspaces.NAMES[2:6]
        again = judge(tmp_path, served.address, "--yes")
        assert again.returncode == 0 and len(served.requests) == 2 and "0 requests" in again.stderr
    assert [v.word for v in given(tmp_path)] == workspaces.NAMES[:6]


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_judged(tmp_path: Path, workspace: Workspace) -> None:
    ever, asked = threading.Event(), threading.Event()

    def slow(_: dict[str, Any]) -> Answer:
        asked.set()
        return Answer("", waits_for=ever)

    with stub(YES, slow) as served:
        command = [sys.executable, "-m", "wajue", "judge", "w", "--endpoint", served.address, "--model", "m", "--per-request", "2"]
        with subprocess.Popen([*command, "--yes"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            assert asked.wait(120)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            said = process.stderr.read()
        ever.set()
    assert process.returncode == 130 and "what was judged is kept; the same command goes on" in said and "Traceback" not in said
    assert [v.word for v in given(tmp_path)] == workspaces.NAMES[:2]


def test_what_cannot_be_reached_is_told_in_one_list(tmp_path: Path, workspace: Workspace) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    failed = judge(tmp_path, address, "--yes", "--format", "csv")
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    header, *lines = failed.stdout.splitlines()
    assert header == "word,reason" and len(lines) == 6 and "the server cannot be reached" in lines[0]
    assert (
        "words without a verdict: 6; the same command asks about them again" in failed.stderr
        and not (tmp_path / "w" / "verdicts.csv").exists()
    )


def test_new_words_are_judged_too(tmp_path: Path, workspace: Workspace) -> None:
    with stub(YES) as served:
        assert judge(tmp_path, served.address, "--new-words", "--yes").returncode == 0
        assert "compile a dictionary" in served.requests[0][0]["messages"][0]["content"]
    assert {v.kind for v in given(tmp_path)} == {"new_word"}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("judge", "nowhere", "--endpoint", "http://127.0.0.1", "--model", "m"), 1, "there is no workspace"),
        (("judge", "w", "--endpoint", "127.0.0.1", "--model", "m"), 2, "is no address of a server"),
        (("judge", "w", "--endpoint", "http://127.0.0.1", "--model", " "), 2, "--model is the name of a model"),
        (("review", "w", "--who", "model:m"), 2, "names that begin with model: are those of models"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, workspace: Workspace, arguments: tuple[str, ...], status: int, said: str) -> None:
    result = wajue(*arguments, folder=tmp_path)
    assert result.returncode == status and said in told(result)


def test_without_httpx_it_says_what_to_install(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "pip install 'wajue[judge]'" in told(judge(tmp_path, "http://127.0.0.1", "--yes"))


def test_a_models_verdicts_count_only_where_it_is_named(tmp_path: Path, workspace: Workspace) -> None:
    first, second, third = workspaces.NAMES[:3]
    people = (
        f"word,kind,verdict,variant_of,reviewer,time,note\n{first},term,reject,,ann,2026-11-28T10:00,\n{third},term,later,,ann,,\n"
    )
    (tmp_path / "w" / "verdicts.csv").write_text(people, encoding="utf-8")
    with stub(YES) as served:
        done = judge(tmp_path, served.address, "--yes")
    assert "people and the model: 1 and 6 words decided, 1 by both: 0% agreed" in done.stderr

    def term_verdicts(settings: str) -> tuple[list[str], list[str]]:
        (tmp_path / "a.txt").write_text("一行字\n", encoding="utf-8")
        corpus = '[[corpus]]\nname = "a"\nrole = "domain"\npaths = "a.txt"\n'
        (tmp_path / "c.toml").write_text(f'{corpus}[terms]\nverdicts = "w/verdicts.csv"\n{settings}', encoding="utf-8")
        return configuration.load(tmp_path / "c.toml").term_verdicts

    assert term_verdicts("") == ([], [first])
    accepted, rejected = term_verdicts('judges = "model:通义/qwen"')
    assert rejected == [first] and accepted == workspaces.NAMES[1:6], "what a person decided stays, and what one put off does not"
    accepted, rejected = term_verdicts(f'judges = "model:通义/qwen"\nreject = "{second}"')
    assert rejected == [second, first] and second not in accepted, "a list of the config goes before a model, too"
    with pytest.raises(
        configuration.ConfigError, match="no verdict on a term is of the judge 'model:qwen'; did you mean 'model:通义/qwen'"
    ):
        term_verdicts('judges = "model:qwen"')


def test_merging_leaves_models_out_of_the_agreement_of_people(tmp_path: Path, workspace: Workspace) -> None:
    first, second = workspaces.NAMES[:2]
    ours = f"word,verdict,reviewer\n{first},accept,ann\n{second},reject,model:m\n"
    theirs = f"word,verdict,reviewer\n{first},accept,bo\n{second},accept,bo\n{first},reject,model:n\n"
    (tmp_path / "w" / "verdicts.csv").write_text(ours, encoding="utf-8")
    (tmp_path / "theirs.csv").write_text(theirs, encoding="utf-8")
    merged = wajue("review", "w", "--merge", "theirs.csv", folder=tmp_path)
    assert "terms: 1 decided before, 2 in the file, 1 by both: 100% agreed, 0 conflicts" in merged.stdout
    assert len(given(tmp_path)) == 5
    again = wajue("review", "w", "--merge", "theirs.csv", folder=tmp_path)
    assert again.stdout == merged.stdout and "0 new lines" in again.stderr and len(given(tmp_path)) == 5
    (tmp_path / "far.csv").write_text("word,verdict\n无此词,accept\n", encoding="utf-8")
    far = wajue("review", "w", "--merge", "far.csv", folder=tmp_path)
    assert "verdicts on 1 words that are in no list here: 无此词" in far.stderr and "our_reviewer" not in far.stdout

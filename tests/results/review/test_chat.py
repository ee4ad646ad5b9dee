"""A server's failures are told in words, and asked again where they may pass; its key is never shown."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.results.review.stub import Answer, stub
from wajue.errors import ConfigError
from wajue.results.review import chat

HELLO = [{"role": "user", "content": "断路器"}]
FINE = Answer("是的")
Ask = Callable[..., tuple[chat.Reply | chat.NoAnswer, list[float], int]]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield


def ask(*answers: Answer, key: str = "", timeout: float = 10.0) -> tuple[chat.Reply | chat.NoAnswer, list[float], int]:
    """(what came of it, how long it waited between tries, how many requests there were)."""
    waits: list[float] = []
    with stub(*answers) as served, chat.Server(chat.address(served.address), "m", key, timeout, waits.append) as server:
        try:
            reply: chat.Reply | chat.NoAnswer = server.ask(HELLO)
        except chat.NoAnswer as failure:
            reply = failure
        return reply, waits, len(served.requests)


def test_a_question_and_its_answer() -> None:
    with stub(FINE) as served, chat.Server(chat.address(served.address), "某模型", "s3cret") as server:
        assert server.ask(HELLO) == ("是的", 100, 10)
        [(asked, headers)] = served.requests
    assert asked == {"model": "某模型", "messages": HELLO, "temperature": 0, "stream": False, "path": "/v1/chat/completions"}
    assert headers["authorization"] == "Bearer s3cret"


def test_without_a_key_none_is_sent() -> None:
    with stub(FINE) as served, chat.Server(chat.address(served.address), "m") as server:
        server.ask(HELLO)
        assert "authorization" not in served.requests[0][1]


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/chat/completions"),
        ("https://x.example/api/v3", "https://x.example/api/v3/chat/completions"),
        ("https://x.example/v1/chat/completions", "https://x.example/v1/chat/completions"),
        ("https://x.example/a?api-version=1", "https://x.example/a/chat/completions?api-version=1"),
    ],
)
def test_addresses(endpoint: str, address: str) -> None:
    assert str(chat.address(endpoint)) == address


@pytest.mark.parametrize("endpoint", ["", "127.0.0.1:8000", "ftp://x.example", "file:///etc/passwd", "http://", "模型"])
def test_what_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="is no address of a server"):
        chat.address(endpoint)


def test_a_key_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigError, match="a key goes into a variable") as raised:
        chat.address("http://user:s3cret@127.0.0.1/v1")
    assert "s3cret" not in str(raised.value)
    with pytest.raises(ConfigError, match="no header may") as raised:
        chat.Server(chat.address("http://127.0.0.1"), "m", "s3cret\r\nX: y")
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "passing",
    [Answer(b"", 500), Answer(b"<html>bad gateway</html>", 502), Answer(b"not JSON"), Answer(b'{"choices": []}'), Answer(b"[1]")],
)
def test_what_may_pass_is_asked_again_after_longer_and_longer_waits(passing: Answer) -> None:
    assert ask(passing, passing, FINE) == (("是的", 100, 10), [1, 2], 3)
    failure, waits, requests = ask(passing)
    assert isinstance(failure, chat.NoAnswer) and failure.reason.endswith(", 5 times") and not failure.ends
    assert waits == [1, 2, 4, 8] and requests == chat.TRIES


def test_a_limit_of_requests_says_how_long_to_wait() -> None:
    def limited(after: str) -> Answer:
        return Answer(b'{"error": {"message": "slow down"}}', 429, {"Retry-After": after})

    assert ask(limited("7"), limited("soon"), FINE) == (("是的", 100, 10), [7, 2], 3)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    _, [wait], _ = ask(limited(date), FINE)
    assert 0 < wait <= 90
    failure, waits, requests = ask(limited("3600"))
    assert str(failure) == (
        "the server says 429 Too Many Requests: slow down; it wants 3600 seconds until the next request"
    ) and isinstance(failure, chat.NoAnswer)
    assert failure.ends and waits == [] and requests == 1


@pytest.mark.parametrize(
    ("answer", "reason", "ends"),
    [
        (Answer(b'{"error": {"message": "The model m does not exist"}}', 404), "404 Not Found: The model m does not exist", True),
        (Answer('{"error": "模型不存在"}'.encode(), 404), "模型不存在", True),
        (Answer(b'{"error": {"message": "wrong key s3cret"}}', 401), r"401 Unauthorized: wrong key \*\*\*$", True),
        (Answer(b"", 307, {"Location": "http://127.0.0.1:1/"}), "307 Temporary Redirect$", True),
        (Answer(b'{"detail": "too\x1b[31m long"}', 400), "400 Bad Request", False),
        (Answer(b"x" * 10_000_001), "more than 10,000,000 bytes", False),
    ],
)
def test_what_does_not_pass_is_not_asked_again(answer: Answer, reason: str, ends: bool) -> None:
    failure, waits, requests = ask(answer, key="s3cret")
    with pytest.raises(chat.NoAnswer, match=reason):
        raise failure if isinstance(failure, chat.NoAnswer) else AssertionError
    assert (failure.ends, waits, requests) == (ends, [], 1) and "\x1b" not in failure.reason


def test_a_server_that_takes_too_long() -> None:
    never = threading.Event()
    failure, waits, requests = ask(Answer("是的", waits_for=never), timeout=0.05)
    never.set()
    assert str(failure) == "the server did not answer in time, 5 times" and requests == chat.TRIES and len(waits) == 4


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    with chat.Server(chat.address(f"http://127.0.0.1:{port}"), "m", wait=lambda _: None) as server:
        with pytest.raises(chat.NoAnswer, match=r"the server cannot be reached .*Connection refused") as raised:
            server.ask(HELLO)
        assert raised.value.ends

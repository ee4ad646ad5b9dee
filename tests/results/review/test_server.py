"""The server answers its own page alone, and says what is wrong in words."""

import socket
from typing import Any

import pytest
from starlette.testclient import TestClient

from wajue.errors import WajueError
from wajue.results.review import server
from wajue.results.review.answers import Filters

ORIGIN = "http://127.0.0.1:8000"


class Fake:
    """A review that keeps what it was told."""

    def __init__(self) -> None:
        self.given: list[tuple[Any, ...]] = []

    def shown(self, filters: Filters, first: int = 0) -> dict[str, Any]:
        return {"state": filters.state, "least": filters.least if filters.least > -1e9 else None, "first": first}

    def answer(self, words: list[str], verdict: str, variant_of: str) -> None:
        if "无" in words:
            raise WajueError("'无' is not in this list; there are 无功")
        self.given.append((words, verdict, variant_of))

    def undo(self) -> list[str]:
        return ["断路器"]

    def row(self, word: str) -> dict[str, Any]:
        return {"word": word}


@pytest.fixture
def review() -> Fake:
    return Fake()


@pytest.fixture
def client(review: Fake) -> TestClient:
    return TestClient(server.app(review, "<p>page", "default-src 'none'", 8000, "s3cret"), base_url=ORIGIN)  # type: ignore[arg-type]


ANSWER = {"words": ["断路器"], "verdict": "accept", "filters": {"state": "later", "least": "2.5"}}


def test_the_page_answers_and_undo(client: TestClient, review: Fake) -> None:
    page = client.get("/s3cret/")
    assert page.text == "<p>page" and page.headers["content-security-policy"] == "default-src 'none'"
    for name, value in server.HEADERS.items():
        assert page.headers[name] == value
    assert client.post("/s3cret/answer", json=ANSWER, headers={"Origin": ORIGIN}).json() == {
        "state": "later",
        "least": 2.5,
        "first": 0,
    }
    assert review.given == [(["断路器"], "accept", "")]
    assert client.post("/s3cret/undo", json={}, headers={"Origin": ORIGIN}).json()["undone"] == ["断路器"]
    assert client.get("/s3cret/rows", params={"first": "50"}).json()["first"] == 50
    assert client.get("/s3cret/word", params={"word": "甲"}).json() == {"row": {"word": "甲"}}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/s3cret/answer", {"Host": "evil.example:8000", "Origin": ORIGIN}),
        ("/s3cret/answer", {"Host": "127.0.0.1:8001", "Origin": ORIGIN}),
        ("/s3cret/answer", {"Origin": "http://evil.example"}),
        ("/s3cret/answer", {"Origin": "null"}),
        ("/s3cret/answer", {"Origin": "http://127.0.0.1:8001"}),
        ("/s3cret/answer", {"Origin": "http://localhost:8000"}),
        ("/s3cret/answer", {}),
        ("/s3cret/answer", {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}),
        ("/s3cre/answer", {"Origin": ORIGIN}),
        ("/answer", {"Origin": ORIGIN}),
    ],
)
def test_nobody_else_answers(client: TestClient, review: Fake, path: str, headers: dict[str, str]) -> None:
    said = client.post(path, json=ANSWER, headers=headers)
    assert said.status_code == 403 and review.given == []
    assert not [name for name in said.headers if name.startswith("access-control")]
    assert client.options(path, headers={**headers, "Access-Control-Request-Method": "POST"}).status_code in (403, 405)


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b'{"words": ["a"], "verdict": "accept"}', "text/plain", "an answer is JSON"),
        (b"{", "application/json", "an answer is JSON"),
        (b"[1]", "application/json", "a JSON object"),
        (b'{"words": "a", "verdict": "accept"}', "application/json", "names words and a verdict"),
        (b'{"words": [], "verdict": "accept"}', "application/json", "names words and a verdict"),
        (b'{"words": ["a"], "verdict": 1}', "application/json", "names words and a verdict"),
        (b" " * 1_000_001, "application/json", "too many words at once"),
        ('{"words": ["无"], "verdict": "accept"}'.encode(), "application/json", "there are 无功"),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, review: Fake, content: bytes, kind: str, said: str) -> None:
    answer = client.post("/s3cret/answer", content=content, headers={"Origin": ORIGIN, "Content-Type": kind})
    assert answer.status_code == 400 and said in answer.json()["error"] and review.given == []


@pytest.mark.parametrize("asked", [{"least": "much"}, {"state": "nowhere"}, {"order": "random"}, {"first": "-1"}])
def test_filters_that_are_none_are_refused(client: TestClient, asked: dict[str, str]) -> None:
    assert client.get("/s3cret/rows", params=asked).status_code == 400


def test_a_taken_port_is_told_and_a_free_one_is_on_loopback() -> None:
    with server.bound(0) as first:
        host, port = first.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(WajueError, match=f"port {port} cannot be had: Address already in use; without --port"):
            server.bound(port)
    assert first.family == socket.AF_INET


def test_tokens_are_long_and_differ() -> None:
    assert len({server.token() for _ in range(100)}) == 100 and len(server.token()) >= 32

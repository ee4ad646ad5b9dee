"""A server on loopback that answers as a test tells it to, with OpenAI's chat completions or with anything else."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What the server says to one request. content: a completion's text, or the whole body if it is bytes."""

    content: str | bytes
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    waits_for: threading.Event | None = None


class Stub(NamedTuple):
    """address: of the server; requests: what it was asked, with its headers."""

    address: str
    requests: list[tuple[dict[str, Any], dict[str, str]]]

    def candidates(self, request: int) -> list[dict[str, Any]]:
        """What one request asked about."""
        return [json.loads(line) for line in self.requests[request][0]["messages"][1]["content"].splitlines()]


def judging(verdict_of: Callable[[str], str]) -> Callable[[dict[str, Any]], Answer]:
    """Answers each candidate, as a well-behaved model does."""

    def answer(asked: dict[str, Any]) -> Answer:
        words = [json.loads(line)["candidate"] for line in asked["messages"][1]["content"].splitlines()]
        return Answer(json.dumps({word: verdict_of(word) for word in words}, ensure_ascii=False))

    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that did not wait for its answer is no error."""


@contextmanager
def stub(*answers: Callable[[dict[str, Any]], Answer] | Answer) -> Iterator[Stub]:
    """A server that gives one answer after the other, the last one again and again."""
    requests: list[tuple[dict[str, Any], dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append((asked | {"path": self.path}, {k.lower(): v for k, v in self.headers.items()}))
            given = answers[min(len(requests), len(answers)) - 1]
            answer = given if isinstance(given, Answer) else given(asked)
            if answer.waits_for is not None:
                answer.waits_for.wait(30)
            content = answer.content
            if isinstance(content, str):
                usage = {"prompt_tokens": 100, "completion_tokens": 10}
                content = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}], "usage": usage}).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Stub(f"http://127.0.0.1:{server.server_port}/v1", requests)
        finally:
            server.shutdown()
            thread.join()

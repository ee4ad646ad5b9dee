"""A server that answers as OpenAI's chat completions do. In: messages. Out: what its model says, or why it says nothing.

vLLM, Ollama, llama.cpp, LM Studio and most hosted models speak this interface. What may pass, such as a busy server, a limit of
requests or a broken connection, is asked again some times, after as long as the server says. Nothing else of this package sends
anything to another machine.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx

from wajue.console import one_line
from wajue.errors import ConfigError

log = logging.getLogger(__name__)

TRIES = 5  # of one request
LONGEST_WAIT = 120.0  # seconds between two of them; a server that wants more is left
_FIRST_WAIT = 1.0  # seconds, twice as long each time, where the server does not say
_MOST_BYTES = 10_000_000  # of an answer
_SHOWN = 200  # characters of what a server says of an error
_PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_OF_ALL_REQUESTS = {401, 403, 404, 405}  # statuses that the next request would have too
_COMPLETIONS = "/chat/completions"


class NoAnswer(Exception):
    """Why a request came to nothing. ends: the next one would, too."""

    def __init__(self, reason: str, *, ends: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.ends = reason, ends


class Reply(NamedTuple):
    """What the model said, and the tokens that the server counted: 0 where it does not count."""

    text: str
    tokens_in: int
    tokens_out: int


def address(endpoint: str) -> httpx.URL:
    """Where requests go. endpoint: a server, its /v1, or the whole address. Raises ConfigError if it is none."""
    try:
        url = httpx.URL(endpoint)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError(f"--endpoint {one_line(endpoint)!r} is no address of a server; e.g. http://127.0.0.1:8000/v1")
    if url.userinfo:
        raise ConfigError("--endpoint holds a user or password; a key goes into a variable of the environment, see --key-variable")
    path = url.path.rstrip("/")
    return url if path.endswith(_COMPLETIONS) else url.copy_with(path=(path or "/v1") + _COMPLETIONS)


class Server:
    """One model of a server."""

    def __init__(
        self, url: httpx.URL, model: str, key: str = "", timeout: float = 120.0, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """key: sent as a bearer token, never shown. timeout: seconds without a byte. wait: for so many seconds."""
        if not (key.isascii() and key.isprintable()):
            raise ConfigError("the key of the server holds what no header may; see --key-variable")
        self.url, self.model, self._key, self._wait = url, model, key, wait
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=timeout)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, messages: list[dict[str, str]]) -> Reply:
        """What the model says to these messages. Raises NoAnswer, after `TRIES` where the failure may pass."""
        content = {"model": self.model, "messages": messages, "temperature": 0, "stream": False}
        for again in range(TRIES):
            try:
                return self._reply(content)
            except _Passing as failure:
                if again == TRIES - 1:
                    raise NoAnswer(f"{failure.reason}, {TRIES} times", ends=failure.ends) from None
                wait = _FIRST_WAIT * 2**again if failure.wait is None else failure.wait
                if wait > LONGEST_WAIT:
                    raise NoAnswer(f"{failure.reason}; it wants {wait:.0f} seconds until the next request", ends=True) from None
                log.info("%s; again in %.0f s", failure.reason, wait)
                self._wait(wait)
        raise AssertionError

    def _reply(self, content: dict[str, Any]) -> Reply:
        """Ask once. Raises NoAnswer, of its kind _Passing where the failure may pass."""
        try:
            with self._client.stream("POST", self.url, json=content) as response:
                body = _body(response)
        except httpx.ConnectError as error:
            raise _Passing(f"the server cannot be reached ({_said(error)})", ends=True) from None
        except httpx.TimeoutException:
            raise _Passing("the server did not answer in time") from None
        except httpx.HTTPError as error:
            raise _Passing(f"the connection broke ({_said(error)})") from None
        if response.status_code != httpx.codes.OK:
            raise self._failure(response, body)
        return _parsed(body)

    def _failure(self, response: httpx.Response, body: bytes) -> NoAnswer:
        status = response.status_code
        said = _message(body).replace(self._key, "***") if self._key else _message(body)
        reason = f"the server says {status} {response.reason_phrase}" + (f": {said}" if said else "")
        if status in _PASSING:
            return _Passing(reason, wait=_retry_after(response.headers.get("retry-after", "")))
        return NoAnswer(reason, ends=status in _OF_ALL_REQUESTS or response.is_redirect)


class _Passing(NoAnswer):
    """A failure that may pass. wait: seconds that the server wants, or None."""

    def __init__(self, reason: str, *, ends: bool = False, wait: float | None = None) -> None:
        super().__init__(reason, ends=ends)
        self.wait = wait


def _said(error: Exception) -> str:
    return one_line(str(error))[:_SHOWN] or type(error).__name__


def _body(response: httpx.Response) -> bytes:
    """Raises NoAnswer if it is longer than any answer."""
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            raise NoAnswer(f"the server answers with more than {_MOST_BYTES:,} bytes")
    return bytes(body)


def _message(body: bytes) -> str:
    """What a server says of an error: the message in its JSON, or the beginning of its text."""
    text = body.decode("utf-8", "replace")
    try:
        said = json.loads(text)
        said = said.get("error", said) if isinstance(said, dict) else said
        said = said.get("message", said) if isinstance(said, dict) else said
    except (ValueError, RecursionError):
        said = text
    return one_line(" ".join(str(said).split()))[:_SHOWN]


def _retry_after(value: str) -> float | None:
    """Seconds of a header Retry-After, which has seconds or a date; None if it is neither."""
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _parsed(body: bytes) -> Reply:
    """Raises NoAnswer if it is no completion."""
    try:
        answer = json.loads(body)
        text = answer["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, LookupError, TypeError):
        text = None
    if not isinstance(text, str):
        raise _Passing("the server's answer is no chat completion")
    usage = answer.get("usage") or {}
    counted = [usage.get(name, 0) if isinstance(usage, dict) else 0 for name in ("prompt_tokens", "completion_tokens")]
    return Reply(text, *(n if isinstance(n, int) else 0 for n in counted))

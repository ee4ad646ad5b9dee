"""The server behind the page of a review. In: a `Review` and a page. Out: answers of a server on loopback, for one browser.

Nothing but the page itself may ask: the address holds a random token, every request must name this host (which a page of another
host that resolves to 127.0.0.1 does not) and, where the browser says where it comes from, this origin. No header lets another
origin read an answer. Requests are done one after the other.
"""

import json
import secrets
import socket
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from wajue.errors import WajueError
from wajue.results.review.answers import ORDERS, STATES, Filters, Review

HOST = "127.0.0.1"
_MOST_BYTES = 1_000_000  # of an answer; a thousand words take some 30 kB
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def bound(port: int) -> socket.socket:
    """A socket on loopback; port 0: a free one. Raises WajueError if the port is taken, or not ours to take."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise WajueError(f"port {port} cannot be had: {error.strerror}; without --port a free one is chosen") from None
    return listening


def token() -> str:
    """A part of the address that nobody guesses."""
    return secrets.token_urlsafe(24)


def serve(review: Review, page: str, policy: str, listening: socket.socket, secret: str) -> None:
    """Answer until the process is told to stop."""
    served = app(review, page, policy, listening.getsockname()[1], secret)
    settings = uvicorn.Config(
        served, log_level="error", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )
    uvicorn.Server(settings).run(sockets=[listening])


def app(review: Review, page: str, policy: str, port: int, secret: str) -> Starlette:
    """The application; page: its HTML; policy: its content security policy; secret: the first part of every path."""

    async def show_page(_: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    async def show(request: Request) -> Response:
        return JSONResponse(_shown(review, dict(request.query_params)))

    async def answer(request: Request) -> Response:
        asked = await _asked(request)
        words, verdict, variant_of = asked.get("words"), asked.get("verdict"), asked.get("variant_of", "")
        if not (isinstance(words, list) and words and all(isinstance(w, str) for w in words)):
            raise WajueError("an answer names words and a verdict")
        if not (isinstance(verdict, str) and isinstance(variant_of, str)):
            raise WajueError("an answer names words and a verdict")
        review.answer(words, verdict, variant_of)
        return JSONResponse(_shown(review, asked.get("filters")))

    async def undo(request: Request) -> Response:
        asked = await _asked(request)
        undone = review.undo()
        return JSONResponse(_shown(review, asked.get("filters")) | {"undone": undone})

    async def find(request: Request) -> Response:
        return JSONResponse({"row": review.row(request.query_params.get("word", ""))})

    routes = [
        Route(f"/{secret}/", show_page),
        Route(f"/{secret}/rows", show),
        Route(f"/{secret}/word", find),
        Route(f"/{secret}/answer", answer, methods=["POST"]),
        Route(f"/{secret}/undo", undo, methods=["POST"]),
    ]
    guard = Middleware(_Guard, hosts={f"{HOST}:{port}", f"localhost:{port}"}, secret=secret)
    return Starlette(routes=routes, middleware=[guard], exception_handlers={WajueError: _refused})


class _Guard(BaseHTTPMiddleware):
    """Turns away whatever is not the page itself."""

    def __init__(self, app: Any, hosts: set[str], secret: str) -> None:
        super().__init__(app)
        self._hosts, self._secret = hosts, secret

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        fault = self._fault(request)
        response = PlainTextResponse(fault, 403) if fault else await call_next(request)
        response.headers.update(HEADERS)
        return response

    def _fault(self, request: Request) -> str:
        """What is wrong with a request, or ""."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if host not in self._hosts:
            return "this host is not served"
        if not secrets.compare_digest(request.url.path.split("/")[1].encode(), self._secret.encode()):
            return "the address lacks the token that wajue review printed; copy the whole address"
        if origin is None and request.method != "GET":
            return "the browser does not say where the answer comes from"
        if origin is not None and origin != f"http://{host}":
            return "another page asked"
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "another page asked"
        return ""


async def _asked(request: Request) -> dict[str, Any]:
    """The JSON of a request. Raises WajueError if it is none, or too long."""
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise WajueError("an answer is JSON")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise WajueError("too many words at once; answer in several parts")
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise WajueError("an answer is JSON") from None
    if not isinstance(asked, dict):
        raise WajueError("an answer is a JSON object")
    return asked


def _shown(review: Review, asked: Any) -> dict[str, Any]:
    """What the page shows under the filters that it names. Raises WajueError if they are none."""
    given = asked if isinstance(asked, dict) else {}
    try:
        filters = Filters(
            str(given.get("state", STATES[0])),
            str(given.get("order", ORDERS[0])),
            _number(given.get("least"), -np.inf),
            _number(given.get("most"), np.inf),
            str(given.get("why", "")),
            str(given.get("text", "")),
        )
        first = int(given.get("first", 0))
    except (TypeError, ValueError, OverflowError):
        raise WajueError("a score is a number") from None
    if filters.state not in STATES or filters.order not in ORDERS or first < 0:
        raise WajueError("no such filter")
    return review.shown(filters, first)


def _number(given: Any, otherwise: float) -> float:
    """Raises ValueError, TypeError."""
    return otherwise if given in (None, "") else float(given)


async def _refused(_: Request, error: Exception) -> Response:
    """What the page tells the reviewer."""
    return JSONResponse({"error": str(error)}, 400)
